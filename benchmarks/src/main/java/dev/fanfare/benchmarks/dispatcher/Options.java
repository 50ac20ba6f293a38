package dev.fanfare.benchmarks.dispatcher;

import dev.fanfare.benchmarks.run.DispatcherJava;
import dev.fanfare.benchmarks.run.RunOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a benchmark can be told. */
final class Options {
    /** What is compared. */
    enum Scenario {
        /** Bare HttpClient against a dispatcher draining a backlog. */
        throughput,
        /** The second half of that. */
        drain,
        /** A backlog for healthy endpoints, without and with others that hang. */
        isolation,
        /** The same at a steady rate below the limit: what latency the hanging endpoints cause. */
        paced
    }

    @Option(
            names = "--scenario",
            split = ",",
            paramLabel = "NAME,…",
            defaultValue = "throughput",
            description =
                    "throughput: bare HttpClient, then a dispatcher that drains a backlog. drain: the latter alone. isolation: a backlog"
                            + " for 90 %% of the endpoints, without and with the other 10 %% hanging. paced: the same at a steady"
                            + " rate. Default: ${DEFAULT-VALUE}.")
    List<Scenario> scenarios = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often; what is compared takes turns. Medians are printed. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--deliveries",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "In each backlog, and as many requests of the bare client. Default: ${DEFAULT-VALUE}.")
    int deliveries;

    @Option(
            names = "--endpoints",
            paramLabel = "N",
            defaultValue = "500",
            description = "One loopback address each. Default: ${DEFAULT-VALUE}.")
    int endpoints;

    @Option(names = "--body-bytes", paramLabel = "N", defaultValue = "1024", description = "Default: ${DEFAULT-VALUE}.")
    int bodyBytes;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "128",
            description = "Of the bare client. Default: ${DEFAULT-VALUE}.")
    int inFlight;

    @Option(
            names = "--sign",
            arity = "1",
            paramLabel = "true|false",
            defaultValue = "true",
            description = "Whether the bare client signs each request, as the dispatcher always does. Default:"
                    + " ${DEFAULT-VALUE}.")
    boolean sign;

    @Option(
            names = "--hanging-percent",
            paramLabel = "N",
            defaultValue = "10",
            description = "Of the endpoints, in isolation and paced. Default: ${DEFAULT-VALUE}.")
    int hangingPercent;

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            defaultValue = "5000",
            description = "Of deliveries to healthy endpoints in paced. Default: ${DEFAULT-VALUE}.")
    int rate;

    @Option(names = "--nginx-workers", paramLabel = "N", defaultValue = "2", description = "Default: ${DEFAULT-VALUE}.")
    int nginxWorkers;

    @Option(
            names = "--java-options",
            split = " ",
            paramLabel = "\"-X…\"",
            defaultValue = "-Xmx512m " + DispatcherJava.OPTIONS,
            description = "Of the dispatcher and of the bare client. Default: ${DEFAULT-VALUE}.")
    List<String> javaOptions = new ArrayList<>();

    @Option(
            names = "--profile",
            paramLabel = "FILE.jfr",
            description = "Record the dispatcher with Flight Recorder, the last drain into this file.")
    @Nullable Path profile;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of the dispatcher, such as dispatcher.commit-interval=1s. Repeatable.")
    Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--against",
            paramLabel = "FOLDER",
            description = "The jars of another build (a copy of its benchmarks/target/lib): its dispatcher drains a"
                    + " backlog in each round too, and the ratio is printed.")
    @Nullable Path against;

    @Mixin
    RunOptions run = new RunOptions();

    int hanging() {
        return endpoints * hangingPercent / 100;
    }

    int healthy() {
        return endpoints - hanging();
    }
}
