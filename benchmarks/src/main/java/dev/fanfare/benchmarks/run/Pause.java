package dev.fanfare.benchmarks.run;

import java.util.concurrent.TimeUnit;

/** A wait between two looks. */
public final class Pause {
    private Pause() {}

    public static void millis(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BenchmarkFailure.of("interrupted");
        }
    }
}
