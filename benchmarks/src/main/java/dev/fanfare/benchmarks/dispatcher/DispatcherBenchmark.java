package dev.fanfare.benchmarks.dispatcher;

import dev.fanfare.benchmarks.dispatcher.Options.Scenario;
import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.benchmarks.run.Report;
import dev.fanfare.benchmarks.run.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code benchmarks/dispatcher.sh}: what the dispatcher does on this machine, beside bare HttpClient on the same one. */
@Command(
        name = "benchmarks/dispatcher.sh",
        description = {
            "Measures the dispatcher on this machine: broker, dispatcher and an nginx receiver as processes of their own,"
                    + " 1 KiB deliveries to 500 endpoints, signed, with attempt log and commits.",
            "",
            "Rates are of the steady part, from 40 %% to 90 %% of the requests that nginx counted; CPU is of the same"
                    + " part, per 100,000 requests. Each run is void unless every delivery arrived, has its attempt record"
                    + " and left nothing elsewhere. Compare ratios: figures of two machines, or two hours, can't be.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = BareClient.class,
        footer = {
            "",
            "Examples:",
            "  benchmarks/dispatcher.sh",
            "  benchmarks/dispatcher.sh --scenario isolation,paced --rounds 2",
            "  benchmarks/dispatcher.sh --deliveries 1000000 --rounds 1",
            "  benchmarks/dispatcher.sh --rounds 1 --profile dispatcher.jfr",
            "",
            "Exit codes: 0 measured, 1 a run failed or was void, 2 usage, or nginx is missing."
        })
public final class DispatcherBenchmark implements Callable<Integer> {
    @Mixin
    private Options options = new Options();

    @Spec
    private @Nullable CommandSpec spec;

    private final Report report = new Report();

    public static void main(String[] args) {
        System.exit(BenchmarkFailure.tellBriefly(new CommandLine(new DispatcherBenchmark()))
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        try (RunFolder folder = options.run.openFolder("dispatcher-benchmark")) {
            play(folder);
        }
        options.run.print(report, commandLine().getOut());
        return 0;
    }

    private void play(RunFolder folder) {
        try (Stage stage = Stage.set(options, folder.path())) {
            for (int round = 1; round <= options.rounds; round++) {
                for (Scenario scenario : options.scenarios) {
                    play(scenario, stage, round);
                }
            }
        } catch (BenchmarkFailure e) {
            if (e.exitCode != BenchmarkFailure.MISSING) {
                folder.keep();
            }
            throw e;
        }
    }

    private void play(Scenario scenario, Stage stage, int round) {
        switch (scenario) {
            case throughput -> {
                ran(round, "bare HttpClient 5", stage.bare());
                ran(round, "dispatcher", stage.drain(null));
                report.ratio("dispatcher / bare, requests per s", Figure.PER_SECOND, "dispatcher", "bare HttpClient 5");
                playOther(stage, round);
            }
            case drain -> {
                ran(round, "dispatcher", stage.drain(null));
                playOther(stage, round);
            }
            case isolation -> {
                ran(round, "backlog, all answer", stage.isolation(false));
                ran(round, "backlog, some hang", stage.isolation(true));
                report.ratio(
                        "healthy endpoints with / without hanging ones, per s",
                        Figure.PER_SECOND,
                        "backlog, some hang",
                        "backlog, all answer");
                report.ratio(
                        "healthy endpoints with / without hanging ones, p99 of attempts",
                        Figure.ATTEMPT_P99_MILLIS,
                        "backlog, some hang",
                        "backlog, all answer");
            }
            case paced -> {
                ran(round, "paced, all answer", stage.paced(false));
                ran(round, "paced, some hang", stage.paced(true));
                report.ratio(
                        "healthy endpoints with / without hanging ones, paced, p99 from due to delivered",
                        Figure.P99_MILLIS,
                        "paced, some hang",
                        "paced, all answer");
            }
        }
    }

    private void playOther(Stage stage, int round) {
        if (options.against != null) {
            ran(round, "other build", stage.drain(options.against));
            report.ratio("dispatcher / other build, per s", Figure.PER_SECOND, "dispatcher", "other build");
            report.ratio("dispatcher / other build, CPU", Figure.CPU, "dispatcher", "other build");
        }
    }

    private void ran(int round, String name, Map<Figure, Double> figures) {
        report.run(name, figures);
        PrintWriter err = commandLine().getErr();
        err.printf(
                Locale.ROOT,
                "round %d/%d %s: %s/s%n",
                round,
                options.rounds,
                name,
                Figure.PER_SECOND.text(figures.getOrDefault(Figure.PER_SECOND, 0.0)));
        err.flush();
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets it");
        }
        return spec.commandLine();
    }
}
