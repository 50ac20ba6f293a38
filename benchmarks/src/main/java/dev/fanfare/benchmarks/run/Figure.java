package dev.fanfare.benchmarks.run;

import java.util.Locale;

/** What a run is measured by. */
public enum Figure {
    PER_SECOND("per s", 0),
    CPU("CPU s/100k", 2),
    CPU_WITH_START("… with start", 2),
    BROKER_CPU("broker", 2),
    NGINX_CPU("nginx", 2),
    LOG_BYTES("log B each", 0),
    ALLOCATED_BYTES("alloc B each", 0),
    HEAP_MIB("heap MiB", 0),
    LIVE_MIB("live MiB", 0),
    RESIDENT_MIB("RSS MiB", 0),
    ATTEMPT_P50_MILLIS("attempt p50 ms", 1),
    ATTEMPT_P99_MILLIS("attempt p99 ms", 1),
    P50_MILLIS("p50 ms", 2),
    P99_MILLIS("p99 ms", 2),
    MOST_MILLIS("most ms", 1),
    SECONDS("s", 2);

    /** Over its column. */
    public final String title;

    private final int decimals;

    Figure(String title, int decimals) {
        this.title = title;
        this.decimals = decimals;
    }

    /** In JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String text(double value) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
