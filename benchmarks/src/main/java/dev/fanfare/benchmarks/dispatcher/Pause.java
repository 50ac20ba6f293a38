package dev.fanfare.benchmarks.dispatcher;

import java.util.concurrent.TimeUnit;

/** A wait between two looks. */
final class Pause {
    private Pause() {}

    static void millis(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BenchmarkFailure.of("interrupted");
        }
    }
}
