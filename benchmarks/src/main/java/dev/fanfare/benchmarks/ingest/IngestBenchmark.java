package dev.fanfare.benchmarks.ingest;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.benchmarks.run.Report;
import dev.fanfare.benchmarks.run.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code benchmarks/ingest.sh}: how fast events are taken in on this machine, beside what could at best be had. */
@Command(
        name = "benchmarks/ingest.sh",
        description = {
            "Measures the ingest service on this machine: broker and ingest as processes of their own, events of 1 KiB"
                    + " over HTTP, kept alive, from one thread of this process.",
            "",
            "Rates are of the part from 40 %% to 90 %% of the requests; CPU is of the same part, per 100,000 events. A"
                    + " run is void unless every answer is 202 and the topic grew by exactly the events that were sent."
                    + " Compare ratios: figures of two machines, or two hours, can't be.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {BareProducer.class, BareServer.class},
        footer = {
            "",
            "Examples:",
            "  benchmarks/ingest.sh",
            "  benchmarks/ingest.sh --scenario batch --batch-size 1000 --rounds 3",
            "  benchmarks/ingest.sh --scenario single --profile ingest.jfr",
            "  benchmarks/ingest.sh --soak 10m",
            "",
            "Exit codes: 0 measured, 1 a run failed or was void, 2 usage."
        })
public final class IngestBenchmark implements Callable<Integer> {
    @Mixin
    private IngestOptions options = new IngestOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Report report = new Report();

    public static void main(String[] args) {
        System.exit(BenchmarkFailure.tellBriefly(new CommandLine(new IngestBenchmark()))
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        try (RunFolder folder = options.run.openFolder("ingest-benchmark");
                IngestStage stage = new IngestStage(options, folder.path())) {
            try {
                Duration soak = options.soak;
                if (soak != null) {
                    stage.soak(soak, this::ran);
                }
                for (int round = 1; soak == null && round <= options.rounds; round++) {
                    play(stage, round);
                }
            } catch (BenchmarkFailure e) {
                folder.keep();
                throw e;
            }
        }
        options.run.print(report, commandLine().getOut());
        return 0;
    }

    private void play(IngestStage stage, int round) {
        double singlePerSecond = 0;
        for (IngestOptions.Scenario scenario : options.scenarios) {
            switch (scenario) {
                case batch -> {
                    String batches = "ingest, batches of " + options.batchSize;
                    ran(round, "bare producer", stage.bareProducer());
                    ran(round, batches, stage.batches());
                    ratio(batches, "bare producer");
                }
                case single -> {
                    ran(round, "bare server", stage.bareServer());
                    Map<Figure, Double> single = stage.single(0);
                    singlePerSecond = single.getOrDefault(Figure.PER_SECOND, 0.0);
                    ran(round, "ingest, single events", single);
                    ratio("ingest, single events", "bare server");
                }
                case half -> {
                    if (singlePerSecond == 0) {
                        throw BenchmarkFailure.missing("half needs to know the full rate: --scenario single,half");
                    }
                    ran(round, "ingest, at half that rate", stage.single(singlePerSecond / 2));
                }
            }
        }
    }

    private void ratio(String of, String to) {
        report.ratio(of + " / " + to + ", events per s", Figure.PER_SECOND, of, to);
    }

    private void ran(String name, Map<Figure, Double> figures) {
        ran(1, name, figures);
    }

    private void ran(int round, String name, Map<Figure, Double> figures) {
        report.run(name, figures);
        PrintWriter err = commandLine().getErr();
        err.printf(
                Locale.ROOT,
                "round %d/%d %s: %s %s%n",
                round,
                options.rounds,
                name,
                Figure.PER_SECOND.text(figures.getOrDefault(Figure.PER_SECOND, 0.0)),
                Figure.PER_SECOND.title);
        err.flush();
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets it");
        }
        return spec.commandLine();
    }
}
