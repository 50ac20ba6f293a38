package dev.fanfare.benchmarks.run;

/**
 * Which part of a run of so many requests is measured: from {@value #FROM_PERCENT} % to {@value #TO_PERCENT} %. Before it
 * the JVM compiles what it has just met, which costs most of the processor time and happens once in a process's life;
 * behind it are the last stragglers. The same for what is measured and for what it is compared with.
 */
public final class Steady {
    private static final int FROM_PERCENT = 40;
    private static final int TO_PERCENT = 90;

    private Steady() {}

    /** The number of the request with which the part begins. */
    public static long from(long total) {
        return total * FROM_PERCENT / 100;
    }

    /** The number of the request with which the part ends. */
    public static long to(long total) {
        return total * TO_PERCENT / 100;
    }
}
