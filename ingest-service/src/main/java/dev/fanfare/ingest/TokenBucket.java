package dev.fanfare.ingest;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket that holds a second's worth of tokens, at least one, as one number: when it will be full again (the
 * generic cell rate algorithm, ITU-T I.371). To take one is a compare-and-set; rates may change from call to call. Safe
 * for use by several threads.
 */
final class TokenBucket {
    private static final double SECOND_NANOS = 1e9;

    private final AtomicLong fullAtNanos;

    /** Full. */
    TokenBucket(long nowNanos) {
        this.fullAtNanos = new AtomicLong(nowNanos);
    }

    /** How many tokens it holds. */
    static long burst(double perSecond) {
        return Math.max(1, (long) perSecond);
    }

    /** Takes one token; returns 0, or how long to wait for one, and then nothing was taken. */
    long take(double perSecond, long nowNanos) {
        long interval = interval(perSecond);
        while (true) {
            long seen = fullAtNanos.get();
            long full = later(seen, nowNanos);
            long waitNanos = full + interval - nowNanos - burst(perSecond) * interval;
            if (waitNanos > 0) {
                return waitNanos;
            }
            if (fullAtNanos.compareAndSet(seen, full + interval)) {
                return 0;
            }
        }
    }

    /** Takes tokens that needn't be there: who comes later waits for them. */
    void charge(int tokens, double perSecond, long nowNanos) {
        long more = tokens * interval(perSecond);
        fullAtNanos.updateAndGet(seen -> later(seen, nowNanos) + more);
    }

    /** Puts back one that was taken for nothing. */
    void giveBack(double perSecond) {
        fullAtNanos.addAndGet(-interval(perSecond));
    }

    /** How many tokens are left. */
    long left(double perSecond, long nowNanos) {
        long missing = untilFullNanos(nowNanos);
        long interval = interval(perSecond);
        return Math.max(0, burst(perSecond) - (missing + interval - 1) / interval);
    }

    /** How long until it is full, if nothing is taken. */
    long untilFullNanos(long nowNanos) {
        return Math.max(0, fullAtNanos.get() - nowNanos);
    }

    private static long interval(double perSecond) {
        return Math.max(1, (long) (SECOND_NANOS / perSecond));
    }

    /** The clock has no beginning: its values may be negative, and only differences mean something. */
    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }
}
