package dev.fanfare.dispatcher.lane;

/**
 * A lane's circuit breaker: an endpoint that fails time after time is left alone for a while, then asked with one
 * delivery whether it is back.
 *
 * <pre>
 *           failures in a row                     rest is over
 * closed ─────────────────────▶ open, resting ───────────────────▶ open, probing (one in flight)
 *   ▲                                 ▲                                │           │
 *   │                                 └───── it fails: rest doubled ───┘           │
 *   └────────────────────────────────────────── it answers ───────────────────────┘
 * </pre>
 *
 * Pure; guarded by its lane's monitor.
 */
final class Breaker {
    private final BreakerRules rules;
    private int failures;
    private boolean open;
    private long restNanos;
    private long restUntilNanos;

    Breaker(BreakerRules rules) {
        this.rules = rules;
    }

    boolean isOpen() {
        return open;
    }

    /** How long it has yet to rest; 0 or less where it doesn't. */
    long restLeftNanos(long nowNanos) {
        return open ? restUntilNanos - nowNanos : 0;
    }

    /** Whether it rests for so long that deliveries shouldn't wait for it in memory. */
    boolean isRestLong(long nowNanos) {
        return restLeftNanos(nowNanos) > rules.hold().toNanos();
    }

    Ending ended(Result result, long nowNanos) {
        return switch (result) {
            case SUCCEEDED, ANSWERED -> {
                failures = 0;
                Ending ending = open ? Ending.RECOVERED : Ending.ENDED;
                open = false;
                yield ending;
            }
            case FAILED -> failed(1, nowNanos);
            case TIMED_OUT -> failed(BreakerRules.TIME_OUT_COUNTS, nowNanos);
            case CANCELLED -> Ending.ENDED;
        };
    }

    private Ending failed(int counts, long nowNanos) {
        if (open) {
            // What was under way when it opened says nothing new.
            if (restLeftNanos(nowNanos) <= 0) {
                rest(Math.min(restNanos * 2, rules.longestRest().toNanos()), nowNanos);
            }
            return Ending.ENDED;
        }
        failures += counts;
        if (failures < rules.failures()) {
            return Ending.ENDED;
        }
        failures = 0;
        open = true;
        rest(rules.firstRest().toNanos(), nowNanos);
        return Ending.BROKE;
    }

    private void rest(long nanos, long nowNanos) {
        restNanos = nanos;
        restUntilNanos = nowNanos + nanos;
    }
}
