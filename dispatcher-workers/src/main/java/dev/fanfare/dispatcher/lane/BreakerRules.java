package dev.fanfare.dispatcher.lane;

import java.time.Duration;

/**
 * When a lane's circuit breaker opens, and for how long its endpoint is left alone.
 *
 * @param failures    in a row that open it; a time-out counts for {@value #TIME_OUT_COUNTS}, as it costs so much more
 * @param firstRest   before the first probe; each probe that fails doubles the rest
 * @param longestRest it never rests longer
 * @param hold        during a rest longer than this a lane keeps nothing: its deliveries are taken out
 */
public record BreakerRules(int failures, Duration firstRest, Duration longestRest, Duration hold) {
    static final int TIME_OUT_COUNTS = 5;

    /**
     * Ten failures are no accident. Five seconds are a restart, and what comes meanwhile may wait in memory; ten minutes
     * are the longest that an endpoint which is back should have to wait for the news to get around.
     */
    public static final BreakerRules DEFAULT =
            new BreakerRules(10, Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofSeconds(10));

    public BreakerRules {
        if (failures < 1 || firstRest.isNegative() || firstRest.isZero() || longestRest.compareTo(firstRest) < 0) {
            throw new IllegalArgumentException("failures=" + failures + " must be 1 or more, firstRest=" + firstRest
                    + " more than zero, longestRest=" + longestRest + " no less than that");
        }
    }
}
