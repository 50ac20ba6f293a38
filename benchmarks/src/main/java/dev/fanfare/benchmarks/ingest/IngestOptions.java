package dev.fanfare.benchmarks.ingest;

import dev.fanfare.benchmarks.run.RunOptions;
import dev.fanfare.contract.DurationText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the benchmark can be told. */
final class IngestOptions {
    /** What is measured. */
    enum Scenario {
        /** Batches, beside a bare producer that is fed the same events. */
        batch,
        /** Single events, beside a server whose handler does nothing. */
        single,
        /** Single events at half the rate of the latest single run: how long each takes. */
        half
    }

    @Option(
            names = "--scenario",
            split = ",",
            paramLabel = "NAME,…",
            defaultValue = "batch,single,half",
            description =
                    "batch: events in batches, beside a bare Kafka producer. single: one event a request, beside an"
                            + " HTTP server with an empty handler. half: the latter at half its rate, for the latency."
                            + " Default: ${DEFAULT-VALUE}.")
    List<Scenario> scenarios = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often; what is compared takes turns. Medians are printed. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "3000000",
            description =
                    "Of each run. The first 40 %% are not measured: with fewer than some millions, code is still being"
                            + " compiled after them, on the same cores. Default: ${DEFAULT-VALUE}.")
    int events;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "100",
            description = "Events in a batch. Default: ${DEFAULT-VALUE}.")
    int batchSize;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "64",
            description =
                    "Kept alive, each with one request at a time; batches use an eighth. Default: ${DEFAULT-VALUE}.")
    int connections;

    @Option(names = "--body-bytes", paramLabel = "N", defaultValue = "1024", description = "Default: ${DEFAULT-VALUE}.")
    int bodyBytes;

    @Option(
            names = "--java-options",
            split = " ",
            paramLabel = "\"-X…\"",
            defaultValue = "-Xmx512m -XX:+UseSerialGC",
            description = "Of all that is measured. Default: ${DEFAULT-VALUE}.")
    List<String> javaOptions = new ArrayList<>();

    @Option(
            names = "--profile",
            paramLabel = "FILE.jfr",
            description = "Record the ingest service with Flight Recorder, the last run into this file.")
    @Nullable Path profile;

    @Option(
            names = "--soak",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description =
                    "Instead of all that: as much as it takes for so long, then as long with the broker stopped, and what"
                            + " its heap holds meanwhile. At least 20s; 10m is what the docs tell of.")
    @Nullable Duration soak;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of the ingest service, such as ingest.buffer=64MiB. Repeatable.")
    Map<String, String> settings = new LinkedHashMap<>();

    /** As durations are written everywhere here. */
    static final class DurationConverter implements CommandLine.ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return DurationText.parse(text);
        }
    }

    @Mixin
    RunOptions run = new RunOptions();
}
