package dev.fanfare.dispatcher.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Host names and their addresses. Lookups block, so they run on threads of their own, one at a time for each name; what
 * was found is remembered for a while, what was not found for {@value #FAILED_SECONDS} s. Any thread.
 */
public final class AddressBook implements AutoCloseable {
    private static final int THREADS = 16;
    private static final long FAILED_SECONDS = 5;

    /** Looks a name up; blocks. */
    @FunctionalInterface
    public interface Lookup {
        /** All addresses of a host, at least one. */
        InetAddress[] of(String host) throws UnknownHostException;
    }

    private record Entry(CompletableFuture<List<InetAddress>> addresses, long startedAtNanos) {}

    private final Lookup lookup;
    private final long keepNanos;
    private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor threads;

    /**
     * Empty.
     *
     * @param lookup such as {@link InetAddress#getAllByName}
     * @param keep   how long what was found is remembered
     */
    public AddressBook(Lookup lookup, Duration keep) {
        this.lookup = lookup;
        this.keepNanos = keep.toNanos();
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "dispatcher-dns-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * The addresses of a host. Already complete where they are known; else completed on a lookup thread. Fails with
     * {@link UnknownHostException} where there are none.
     */
    public CompletableFuture<List<InetAddress>> addresses(String host) {
        Entry entry = entries.get(host);
        if (entry != null && isCurrent(entry)) {
            return entry.addresses();
        }
        Entry fresh = new Entry(new CompletableFuture<>(), System.nanoTime());
        boolean ours = entry == null ? entries.putIfAbsent(host, fresh) == null : entries.replace(host, entry, fresh);
        if (ours) {
            threads.execute(() -> complete(host, fresh.addresses()));
            return fresh.addresses();
        }
        return addresses(host);
    }

    /** How long what was found is remembered. */
    public Duration keep() {
        return Duration.ofNanos(keepNanos);
    }

    /** Forgets what is out of date. For a timer. */
    public void sweep() {
        entries.values().removeIf(entry -> !isCurrent(entry));
    }

    private void complete(String host, CompletableFuture<List<InetAddress>> addresses) {
        try {
            addresses.complete(Arrays.asList(lookup.of(host)));
        } catch (UnknownHostException | RuntimeException e) {
            addresses.completeExceptionally(e);
        }
    }

    private boolean isCurrent(Entry entry) {
        if (!entry.addresses().isDone()) {
            return true;
        }
        long keep = entry.addresses().isCompletedExceptionally()
                ? Math.min(keepNanos, TimeUnit.SECONDS.toNanos(FAILED_SECONDS))
                : keepNanos;
        return System.nanoTime() - entry.startedAtNanos() < keep;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
