package dev.fanfare.retry.run;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * So many a second and no more. What was not used is not saved up: after a pause it goes on at the same rate. Confined
 * to the run's thread.
 */
public final class Pace {
    private static final int FASTEST_BATCH = 500;
    /** Batches a second: few enough to be cheap, enough to look even. */
    private static final int BATCHES_A_SECOND = 5;

    private final double perSecond;
    private final LongSupplier nanoTime;
    private long nextNanos;
    private boolean begun;

    private Pace(double perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
    }

    /** As fast as it goes. */
    public static Pace unlimited() {
        return new Pace(Double.POSITIVE_INFINITY, () -> 0);
    }

    /**
     * A limit.
     *
     * @param perSecond above zero
     * @param nanoTime  any clock that never jumps
     */
    public static Pace of(double perSecond, LongSupplier nanoTime) {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("a rate of " + perSecond + " a second is none: it must be above 0");
        }
        return new Pace(perSecond, nanoTime);
    }

    /** How many at most at once. */
    public int batch() {
        return (int) Math.max(1, Math.min(FASTEST_BATCH, perSecond / BATCHES_A_SECOND));
    }

    /** Some are about to go: how long to wait before they may. */
    public long millisBefore(int count) {
        if (Double.isInfinite(perSecond)) {
            return 0;
        }
        long now = nanoTime.getAsLong();
        long at = begun ? Math.max(now, nextNanos) : now;
        begun = true;
        nextNanos = at + (long) (count / perSecond * TimeUnit.SECONDS.toNanos(1));
        return TimeUnit.NANOSECONDS.toMillis(at - now + TimeUnit.MILLISECONDS.toNanos(1) - 1);
    }
}
