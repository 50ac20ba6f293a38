package dev.fanfare.router;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether events come in that are delivered in one go. Shares of a huge fan-out give way to them: on few processors they
 * would be in the way of the others' deliveries, though they have threads of their own.
 *
 * <p>Safe for all threads.
 */
final class OtherEvents {
    /** For how long after the latest of them more are expected. */
    private static final long EXPECTED_NANOS = Duration.ofSeconds(1).toNanos();
    /** A share that took so long was itself kept waiting. */
    private static final long LONGEST_NANOS = Duration.ofMillis(100).toNanos();
    /** So shares take a third of their thread at the most. */
    private static final int REST_FOR_WORK = 2;

    private final LongSupplier clockNanos;
    private volatile long latestNanos;

    /** With none so far. */
    OtherEvents(LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
        this.latestNanos = clockNanos.getAsLong() - EXPECTED_NANOS;
    }

    /** One came, and was delivered. */
    void came() {
        latestNanos = clockNanos.getAsLong();
    }

    /** The clock that work is measured with, in nanoseconds. */
    long nowNanos() {
        return clockNanos.getAsLong();
    }

    /**
     * For how long a thread should rest that has expanded a share.
     *
     * @param begunNanos when it began, by {@link #nowNanos}
     * @return nanoseconds; 0 where no other event came for a second
     */
    long restNanos(long begunNanos) {
        long nowNanos = clockNanos.getAsLong();
        if (nowNanos - latestNanos >= EXPECTED_NANOS) {
            return 0;
        }
        return Math.min(REST_FOR_WORK * (nowNanos - begunNanos), LONGEST_NANOS);
    }
}
