package dev.fanfare.benchmarks.run;

import java.util.List;

/** What {@code ./fanfare dispatcher} tells Java, but for how much memory there is: a benchmark is to measure that. */
public final class DispatcherJava {
    /** How memory is shared out among old and young, and what is worth compiling well. */
    public static final String TUNING = "-XX:NewRatio=1 -XX:SurvivorRatio=3 -XX:Tier4InvocationThreshold=20000"
            + " -XX:Tier4MinInvocationThreshold=2400 -XX:Tier4CompileThreshold=60000"
            + " -XX:Tier4BackEdgeThreshold=160000";

    /** All of it. */
    public static final String OPTIONS = "-XX:+UseParallelGC -XX:InitialRAMPercentage=50 " + TUNING;

    private DispatcherJava() {}

    /** Such options one by one. */
    public static List<String> list(String options) {
        return List.of(options.split(" "));
    }
}
