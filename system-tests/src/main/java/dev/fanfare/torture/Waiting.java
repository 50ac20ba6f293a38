package dev.fanfare.torture;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Waits for conditions. */
final class Waiting {
    private static final long POLL_MILLIS = 100;

    private Waiting() {}

    /**
     * Asks again and again; an answer that fails is no yet.
     *
     * @throws IllegalStateException where it never comes true; its cause is the last failure
     */
    static void until(String what, Duration patience, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        Exception last = null;
        while (System.nanoTime() < deadline) {
            last = null;
            try {
                if (condition.call()) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + what, e);
            } catch (Exception e) {
                last = e;
            }
            rest(Duration.ofMillis(POLL_MILLIS));
        }
        throw gaveUp(what, patience, last);
    }

    private static IllegalStateException gaveUp(String what, Duration patience, @Nullable Exception last) {
        return new IllegalStateException("waited " + patience.toSeconds() + " s in vain for " + what, last);
    }

    /** Waits for the end of a thread; returns early, and with the flag set, where it is interrupted. */
    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Holds still; returns early, and with the flag set, where it is interrupted. */
    static void rest(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
