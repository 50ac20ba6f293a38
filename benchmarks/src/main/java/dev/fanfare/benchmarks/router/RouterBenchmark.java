package dev.fanfare.benchmarks.router;

import dev.fanfare.benchmarks.router.RouterOptions.Scenario;
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

/** {@code benchmarks/router.sh}: what the router does on this machine, beside a bare consume-and-produce loop. */
@Command(
        name = "benchmarks/router.sh",
        description = {
            "Measures the router on this machine: broker and router as processes of their own, events of 1 KiB, each for"
                    + " 1 to 1,000 subscriptions.",
            "",
            "Rates are of the steady part, from 40 %% to 90 %% of the deliveries that the topic holds; CPU is of the same"
                    + " part, per 100,000 deliveries. Each run is void unless every delivery is there exactly once. Compare"
                    + " ratios: figures of two machines, or two hours, can't be.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = BareLoop.class,
        footer = {
            "",
            "Examples:",
            "  benchmarks/router.sh",
            "  benchmarks/router.sh --fan-out 10 --compression none,lz4,zstd",
            "  benchmarks/router.sh --scenario latency --guarantee at-least-once,exactly-once-v2",
            "  benchmarks/router.sh --scenario drain --fan-out 1 --profile router.jfr",
            "  benchmarks/router.sh --scenario huge --subscriptions 100000",
            "  benchmarks/router.sh --scenario load --subscriptions 1000000 --java-options \"-Xmx1g -XX:+UseSerialGC\"",
            "",
            "Exit codes: 0 measured, 1 a run failed or was void, 2 usage."
        })
public final class RouterBenchmark implements Callable<Integer> {
    @Mixin
    private RouterOptions options = new RouterOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Report report = new Report();

    public static void main(String[] args) {
        System.exit(BenchmarkFailure.tellBriefly(new CommandLine(new RouterBenchmark()))
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        try (RunFolder folder = options.run.openFolder("router-benchmark")) {
            play(folder);
        }
        options.run.print(report, commandLine().getOut());
        return 0;
    }

    private void play(RunFolder folder) throws IOException {
        try (RouterStage stage = new RouterStage(options, folder.path())) {
            for (int round = 1; round <= options.rounds; round++) {
                for (Variant variant : Variant.of(options)) {
                    for (Scenario scenario : options.scenarios) {
                        play(scenario, variant, stage, round);
                    }
                }
            }
        } catch (BenchmarkFailure e) {
            folder.keep();
            throw e;
        }
    }

    private void play(Scenario scenario, Variant variant, RouterStage stage, int round) {
        switch (scenario) {
            case throughput, drain -> {
                for (int fanOut : options.fanOuts) {
                    throughput(scenario, variant, fanOut, stage, round);
                }
            }
            case latency -> {
                String where = " at rest (" + variant + ")";
                ran(round, "bare" + where, Figure.P50_MILLIS, stage.restBare(variant));
                ran(round, "router" + where, Figure.P50_MILLIS, stage.rest(variant, null));
                if (options.against != null) {
                    ran(round, "other" + where, Figure.P50_MILLIS, stage.rest(variant, options.against));
                }
            }
            case huge -> {
                String where = " (" + variant + ")";
                ran(round, "without" + where, Figure.P99_MILLIS, stage.among(variant, false));
                ran(round, "with one huge" + where, Figure.P99_MILLIS, stage.among(variant, true));
                report.ratio(
                        "p99 with / without" + where, Figure.P99_MILLIS, "with one huge" + where, "without" + where);
            }
            case load -> ran(round, "load", Figure.SECONDS, stage.load(variant));
        }
    }

    private void throughput(Scenario scenario, Variant variant, int fanOut, RouterStage stage, int round) {
        String where = " × " + fanOut + " (" + variant + ")";
        if (scenario == Scenario.throughput) {
            ran(round, "bare" + where, Figure.PER_SECOND, stage.drainBare(variant, fanOut));
        }
        ran(round, "router" + where, Figure.PER_SECOND, stage.drain(variant, fanOut, null));
        if (scenario == Scenario.throughput) {
            ratio("router / bare", where, "router", "bare");
        }
        if (options.against != null) {
            ran(round, "other" + where, Figure.PER_SECOND, stage.drain(variant, fanOut, options.against));
            ratio("router / other build", where, "router", "other");
        }
    }

    private void ratio(String name, String where, String of, String to) {
        report.ratio(name + where + ", deliveries per s", Figure.PER_SECOND, of + where, to + where);
    }

    private void ran(int round, String name, Figure headline, Map<Figure, Double> figures) {
        report.run(name, figures);
        PrintWriter err = commandLine().getErr();
        err.printf(
                Locale.ROOT,
                "round %d/%d %s: %s %s%n",
                round,
                options.rounds,
                name,
                headline.text(figures.getOrDefault(headline, 0.0)),
                headline.title);
        err.flush();
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets it");
        }
        return spec.commandLine();
    }
}
