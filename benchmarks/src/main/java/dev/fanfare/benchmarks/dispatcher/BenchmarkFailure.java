package dev.fanfare.benchmarks.dispatcher;

/** A run that can't be made or whose result is worth nothing; the message says why, and the way out. */
final class BenchmarkFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What the process ends with: 2 where something is missing on this machine, 1 where a run went wrong. */
    final int exitCode;

    private BenchmarkFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static BenchmarkFailure missing(String message) {
        return new BenchmarkFailure(2, message);
    }

    static BenchmarkFailure of(String message) {
        return new BenchmarkFailure(1, message);
    }
}
