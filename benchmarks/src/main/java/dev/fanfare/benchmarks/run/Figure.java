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
    HELD_BEFORE_MIB("held at first MiB", 0),
    HELD_AFTER_MIB("held at last MiB", 0),
    RESIDENT_MIB("RSS MiB", 0),
    ATTEMPT_P50_MILLIS("attempt p50 ms", 1),
    ATTEMPT_P99_MILLIS("attempt p99 ms", 1),
    P50_MILLIS("p50 ms", 2),
    P99_MILLIS("p99 ms", 2),
    P999_MILLIS("p999 ms", 2),
    MOST_MILLIS("most ms", 1),
    SECONDS("s", 2),
    /** Waited by all batches of events, and by each. */
    READ_INDEX_SECONDS("read index s", 2),
    READ_INDEX_MILLIS("… ms a batch", 2),
    /** Of all roles together, for a thousand deliveries. */
    CPU_PER_1000("CPU s/1000", 3),
    INGEST_CPU_PER_1000("ingest", 3),
    ROUTER_CPU_PER_1000("router", 3),
    DISPATCHER_CPU_PER_1000("dispatcher", 3),
    RETRY_CPU_PER_1000("retry", 3),
    CONTROL_CPU_PER_1000("control", 3),
    BROKER_CPU_PER_1000("broker", 3),
    LOAD_CPU_PER_1000("load", 3),
    ALLOCATED_MB_PER_1000("alloc MB/1000", 1),
    ROLES_RESIDENT_MIB("roles MiB", 0),
    OF_BARE_HTTP("of bare HTTP", 2),
    OF_BARE_KAFKA("of bare Kafka", 2);

    /** Over its column. */
    public final String title;

    private final int decimals;

    Figure(String title, int decimals) {
        this.title = title;
        this.decimals = decimals;
    }

    /** What a role by that name used, for a thousand deliveries. */
    public static Figure ofRole(String role) {
        return valueOf(role.toUpperCase(Locale.ROOT) + "_CPU_PER_1000");
    }

    /** In JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String text(double value) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
