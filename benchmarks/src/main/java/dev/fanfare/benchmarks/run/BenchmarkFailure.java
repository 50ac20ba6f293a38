package dev.fanfare.benchmarks.run;

import picocli.CommandLine;

/** A run that can't be made or whose result is worth nothing; the message says why, and the way out. */
public final class BenchmarkFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The exit code where something is missing on this machine. */
    public static final int MISSING = 2;

    /** What the process ends with: 2 where something is missing on this machine, 1 where a run went wrong. */
    public final int exitCode;

    private BenchmarkFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Something is missing on this machine. */
    public static BenchmarkFailure missing(String message) {
        return new BenchmarkFailure(MISSING, message);
    }

    /** A run went wrong, or is void. */
    public static BenchmarkFailure of(String message) {
        return new BenchmarkFailure(1, message);
    }

    /** Has a command tell such a failure in one line, and end with its exit code. */
    public static CommandLine tellBriefly(CommandLine command) {
        return command.setExecutionExceptionHandler((failure, failed, parsed) -> {
            if (failure instanceof BenchmarkFailure told) {
                failed.getErr().println(told.getMessage());
                return told.exitCode;
            }
            throw failure;
        });
    }
}
