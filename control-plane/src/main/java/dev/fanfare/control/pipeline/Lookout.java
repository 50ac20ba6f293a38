package dev.fanfare.control.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that takes a while to find out, on a thread of its own, and only while somebody asks: so an answer is as old
 * as it says. Safe from any thread; nobody waits.
 */
public final class Lookout<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);
    private static final long LEAST_KEPT_NANOS = Duration.ofSeconds(3).toNanos();
    /** So much longer than it took is an answer kept: what takes long is done for a twentieth of the time at most. */
    private static final int KEPT_TIMES = 20;

    /**
     * What was found.
     *
     * @param atMillis when it was looked
     */
    public record Found<T>(T value, long atMillis) {}

    /** For how long is measured by a clock that nobody sets. */
    private record Latest<T>(Found<T> found, long untilNanos) {}

    private final String what;
    private final Supplier<T> look;
    private final Clock clock;
    private final ExecutorService thread;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile @Nullable Latest<T> latest;

    /**
     * Looks at nothing before it is asked.
     *
     * @param what for the log: "dead letters"
     */
    public Lookout(String what, Supplier<T> look, Clock clock, String threadName) {
        this.what = what;
        this.look = look;
        this.clock = clock;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(task, threadName);
            created.setDaemon(true);
            return created;
        });
    }

    /** What was found last; null where nothing was yet. Has it looked at again where that is long ago. */
    public @Nullable Found<T> latest() {
        Latest<T> known = latest;
        if ((known == null || System.nanoTime() - known.untilNanos() >= 0) && looking.compareAndSet(false, true)) {
            try {
                thread.execute(this::look);
            } catch (RejectedExecutionException e) {
                LOG.debug("closed, and asked once more");
            }
        }
        return known == null ? null : known.found();
    }

    private void look() {
        try {
            long beganAtMillis = clock.millis();
            long beganNanos = System.nanoTime();
            T value = look.get();
            long endedNanos = System.nanoTime();
            latest = new Latest<>(
                    new Found<>(value, beganAtMillis),
                    endedNanos + Math.max(LEAST_KEPT_NANOS, KEPT_TIMES * (endedNanos - beganNanos)));
        } catch (RuntimeException e) {
            if (thread.isShutdown()) {
                LOG.debug("closed while it was counted what={}", what);
            } else {
                LOG.warn("the overview can't be brought up to date what=\"{}\" cause={}", what, e.toString());
            }
        } finally {
            looking.set(false);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
