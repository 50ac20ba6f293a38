package dev.fanfare.benchmarks.dispatcher;

/** Durations as our records have them, in whole milliseconds. */
final class Latencies {
    private static final int MOST_MILLIS = 600_000;

    private final int[] counts = new int[MOST_MILLIS + 1];
    private long total;

    void add(long millis) {
        counts[(int) Math.max(0, Math.min(MOST_MILLIS, millis))]++;
        total++;
    }

    /**
     * A quantile in milliseconds. Those of one millisecond are taken to be spread evenly over it: quantiles that lie
     * between two whole milliseconds can be compared.
     */
    double quantile(double share) {
        double wanted = total * share;
        long before = 0;
        for (int millis = 0; millis <= MOST_MILLIS; millis++) {
            if (counts[millis] > 0 && before + counts[millis] >= wanted) {
                return millis + (wanted - before) / counts[millis];
            }
            before += counts[millis];
        }
        return 0;
    }
}
