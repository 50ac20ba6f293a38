package dev.fanfare.ingest;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts requests between their publishing and the end of their answer, so that a shutdown can wait. Thread-safe. */
final class InFlight {
    /** One for the door that is still open: the last one out completes {@link #empty}. */
    private final AtomicInteger inside = new AtomicInteger(1);

    private final CompletableFuture<Void> empty = new CompletableFuture<>();

    void enter() {
        inside.incrementAndGet();
    }

    void leave() {
        if (inside.decrementAndGet() == 0) {
            empty.complete(null);
        }
    }

    /** How many are inside; one fewer once nobody is let in any more. */
    int count() {
        return Math.max(0, inside.get() - 1);
    }

    /**
     * Waits until all have left; called once, when no more are let in.
     *
     * @return how many were still inside when the time ran out
     */
    int await(Duration timeout) {
        leave();
        try {
            empty.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return inside.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("it is never completed with a failure", e);
        }
        return inside.get();
    }
}
