package dev.fanfare.benchmarks.router;

import dev.fanfare.benchmarks.run.RunOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the benchmark can be told. */
final class RouterOptions {
    /** What is measured. */
    enum Scenario {
        /** A bare loop, then a router, each draining a backlog. */
        throughput,
        /** The second half of that. */
        drain,
        /** From sending an event to seeing its delivery, with nothing else to do: a bare loop, then a router. */
        latency,
        /** Events at a steady rate: alone, then with one among them that very many subscriptions want. */
        huge,
        /** From the start of a router with very many subscriptions to its first delivery. */
        load
    }

    @Option(
            names = "--scenario",
            split = ",",
            paramLabel = "NAME,…",
            defaultValue = "throughput",
            description =
                    "throughput: a bare loop, then a router, each draining a backlog. drain: the latter alone. latency:"
                            + " both at rest, one event at a time. huge: what one event with --subscriptions costs the"
                            + " others. load: how long a router with so many takes to its first delivery. Default:"
                            + " ${DEFAULT-VALUE}.")
    List<Scenario> scenarios = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often; what is compared takes turns. Medians are printed. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--deliveries",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "About how many each backlog comes to, of at most 500,000 events. With far fewer, it is the"
                    + " JVM's warming up that is measured. Default: ${DEFAULT-VALUE}.")
    int deliveries;

    @Option(
            names = "--fan-out",
            split = ",",
            paramLabel = "N,…",
            defaultValue = "1,10,100,1000",
            description = "How many subscriptions an event has. Default: ${DEFAULT-VALUE}.")
    List<Integer> fanOuts = new ArrayList<>();

    @Option(
            names = "--guarantee",
            split = ",",
            paramLabel = "NAME,…",
            defaultValue = "at-least-once",
            description = "at-least-once, exactly-once-v2. Default: ${DEFAULT-VALUE}.")
    List<String> guarantees = new ArrayList<>();

    @Option(
            names = "--linger",
            split = ",",
            paramLabel = "TIME,…",
            defaultValue = "2ms",
            description = "Of the producer, such as 0ms. Default: ${DEFAULT-VALUE}.")
    List<String> lingers = new ArrayList<>();

    @Option(
            names = "--compression",
            split = ",",
            paramLabel = "NAME,…",
            defaultValue = "lz4",
            description = "Of the producer: none, lz4, zstd. Default: ${DEFAULT-VALUE}.")
    List<String> compressions = new ArrayList<>();

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "400",
            description = "Measured one by one in latency, after 200 that are not. Default: ${DEFAULT-VALUE}.")
    int events;

    @Option(
            names = "--subscriptions",
            paramLabel = "N",
            defaultValue = "100000",
            description = "In huge and load. Default: ${DEFAULT-VALUE}.")
    int subscriptions;

    @Option(
            names = "--per-second",
            paramLabel = "N",
            defaultValue = "200",
            description = "Events in huge. Default: ${DEFAULT-VALUE}.")
    int perSecond;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "30",
            description = "Of each run of huge. Default: ${DEFAULT-VALUE}.")
    int seconds;

    @Option(names = "--body-bytes", paramLabel = "N", defaultValue = "1024", description = "Default: ${DEFAULT-VALUE}.")
    int bodyBytes;

    @Option(
            names = "--java-options",
            split = " ",
            paramLabel = "\"-X…\"",
            defaultValue = "-Xmx512m -XX:+UseSerialGC",
            description = "Of the router and of the bare loop. Default: ${DEFAULT-VALUE}.")
    List<String> javaOptions = new ArrayList<>();

    @Option(
            names = "--profile",
            paramLabel = "FILE.jfr",
            description = "Record the router with Flight Recorder, the last run into this file.")
    @Nullable Path profile;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of the router, such as router.threads=2. Repeatable.")
    Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--against",
            paramLabel = "FOLDER",
            description =
                    "The jars of another build (a copy of its benchmarks/target/lib): its router runs in each round"
                            + " too, and the ratio is printed.")
    @Nullable Path against;

    @Mixin
    RunOptions run = new RunOptions();
}
