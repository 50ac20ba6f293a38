package dev.fanfare.dispatcher.lane;

/**
 * The one place that decides whether a lane may start another attempt: today by a cap on those in flight. A rate limit
 * or a circuit breaker is one more clause in {@link #isOpen()}, fed by {@link #started()} and {@link #ended(Result)}.
 *
 * <p>The cap starts at {@value #FIRST_CAP} and grows by one for each cap's worth of successes in a row that filled it; a
 * time-out brings it down to {@value #LEAST_CAP}. So a new or ailing endpoint holds few of the attempts that all lanes
 * share. Guarded by its lane's monitor.
 */
final class Gate {
    static final int FIRST_CAP = 2;
    static final int LEAST_CAP = 1;

    private int cap = FIRST_CAP;
    private int maxInFlight = FIRST_CAP;
    private int inFlight;
    private int successes;

    boolean isOpen() {
        return inFlight < cap();
    }

    void started() {
        inFlight++;
    }

    void ended(Result result) {
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
            case CANCELLED -> {}
        }
    }

    void limit(int subscriptionsMaxInFlight) {
        maxInFlight = subscriptionsMaxInFlight;
    }

    int cap() {
        return Math.min(cap, maxInFlight);
    }

    int inFlight() {
        return inFlight;
    }
}
