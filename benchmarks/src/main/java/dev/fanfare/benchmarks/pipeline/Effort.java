package dev.fanfare.benchmarks.pipeline;

import java.time.Duration;

/**
 * How much of everything.
 *
 * @param warmUp    of each scenario
 * @param measured  after that
 * @param endpoints that scenarios without a number of their own have
 * @param window    deliveries under way at once
 * @param backlog   deliveries in a drain
 * @param requests  by which a limit is measured
 */
record Effort(Duration warmUp, Duration measured, int endpoints, long window, long backlog, int requests) {
    static final Effort FULL =
            new Effort(Duration.ofSeconds(8), Duration.ofSeconds(20), 500, 10_000, 1_000_000, 250_000);
    static final Effort QUICK = new Effort(Duration.ofSeconds(1), Duration.ofSeconds(2), 50, 2_000, 10_000, 8_000);

    Effort {
        if (endpoints < Course.SICK_ONE_OF || endpoints % Course.SICK_ONE_OF != 0) {
            throw new IllegalArgumentException("--endpoints must be a multiple of 10: every tenth is the sick one");
        }
        if (measured.isZero() || measured.isNegative() || window < 1 || backlog < 100 || requests < 100) {
            throw new IllegalArgumentException("there must be something to measure");
        }
    }

    Effort withWarmUp(Duration other) {
        return new Effort(other, measured, endpoints, window, backlog, requests);
    }

    Effort withMeasured(Duration other) {
        return new Effort(warmUp, other, endpoints, window, backlog, requests);
    }

    Effort withEndpoints(int other) {
        return new Effort(warmUp, measured, other, window, backlog, requests);
    }

    Effort withWindow(long other) {
        return new Effort(warmUp, measured, endpoints, other, backlog, requests);
    }

    Effort withBacklog(long other) {
        return new Effort(warmUp, measured, endpoints, window, other, requests);
    }

    Effort withRequests(int other) {
        return new Effort(warmUp, measured, endpoints, window, backlog, other);
    }
}
