package dev.fanfare.dispatcher.lane;

/**
 * The one place that decides whether a lane may start another attempt: by a cap on those in flight, by the
 * subscription's rate, and by its breaker.
 *
 * <p>The cap starts at {@value #FIRST_CAP} and grows by one for each cap's worth of successes in a row that filled it; a
 * time-out brings it down to {@value #LEAST_CAP}. So a new or ailing endpoint holds few of the attempts that all lanes
 * share.
 *
 * <p>The rate is kept by the generic cell rate algorithm (ITU-T I.371): one moment, from which on the next may start
 * without having saved up for it, says all that a token bucket does. A second's worth may be saved up, one at least.
 * Pure; guarded by its lane's monitor.
 */
final class Gate {
    static final int FIRST_CAP = 2;
    static final int LEAST_CAP = 1;

    private static final double SECOND_NANOS = 1e9;

    private final Breaker breaker;
    private int cap = FIRST_CAP;
    private int maxInFlight = FIRST_CAP;
    private int inFlight;
    private int successes;
    /** Between two starts; 0 where there is no rate. */
    private long intervalNanos;

    private long nextNanos;

    Gate(BreakerRules rules) {
        this.breaker = new Breaker(rules);
    }

    Breaker breaker() {
        return breaker;
    }

    boolean isAtCap() {
        return inFlight >= cap();
    }

    /** Whether the clock has a say; most lanes never look at it. */
    boolean isTimed() {
        return intervalNanos != 0 || breaker.isOpen();
    }

    /** How long until the clock lets another start; 0 or less: now. */
    long waitNanos(long nowNanos) {
        long wait = breaker.restLeftNanos(nowNanos);
        if (intervalNanos == 0) {
            return wait;
        }
        long savedNanos = Math.max(0, (long) SECOND_NANOS - intervalNanos);
        return Math.max(wait, nextNanos - savedNanos - nowNanos);
    }

    void started(long nowNanos) {
        inFlight++;
        if (intervalNanos != 0) {
            nextNanos = (nextNanos - nowNanos > 0 ? nextNanos : nowNanos) + intervalNanos;
        }
    }

    Ending ended(Result result, long nowNanos) {
        boolean filled = inFlight >= cap();
        inFlight--;
        switch (result) {
            case SUCCEEDED -> {
                // A cap that isn't reached says nothing about whether the endpoint would bear more.
                if (filled && ++successes >= cap && cap < maxInFlight) {
                    cap++;
                    successes = 0;
                }
            }
            case FAILED -> successes = 0;
            case TIMED_OUT -> {
                cap = LEAST_CAP;
                successes = 0;
            }
            case ANSWERED, CANCELLED -> {}
        }
        return breaker.ended(result, nowNanos);
    }

    void rules(LaneRules rules, long nowNanos) {
        maxInFlight = rules.maxInFlight();
        long before = intervalNanos;
        intervalNanos = rules.perSecond() == 0 ? 0 : Math.max(1, (long) (SECOND_NANOS / rules.perSecond()));
        if (before == 0 && intervalNanos != 0) {
            nextNanos = nowNanos;
        }
    }

    /** While the breaker is open one at a time may try. */
    int cap() {
        return breaker.isOpen() ? LEAST_CAP : Math.min(cap, maxInFlight);
    }

    int inFlight() {
        return inFlight;
    }
}
