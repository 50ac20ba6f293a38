package dev.fanfare.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.BrokerHost;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.benchmarks.run.Loopback;
import dev.fanfare.benchmarks.run.Report;
import dev.fanfare.benchmarks.run.RunFolder;
import dev.fanfare.benchmarks.run.RunOptions;
import dev.fanfare.cli.Version;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fanfare bench}: what the whole of Fanfare does on this machine, beside what the machine could do at best. */
@Command(
        name = "fanfare bench",
        description = {
            "Measures the whole of Fanfare on this machine: a broker, every role as a process of its own, and endpoints"
                    + " that are all here. Events come in by HTTP; a run is void unless every delivery arrived, once.",
            "",
            "p50, p99 and p999 are of the time from when the request with the event was sent (ingest: until its answer)"
                    + " to when its webhook has arrived; but for at-rest it is that of a pipeline that is kept full, so it"
                    + " tells how much is under way (--window). CPU and allocation are of all roles, per 1,000"
                    + " deliveries; MiB is what they had resident at the most. Compare ratios: figures of two machines, or"
                    + " of one at two hours, can't be compared.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  fanfare bench --quick",
            "  fanfare bench --scenario fan-out-10,at-rest --seconds 60",
            "  fanfare bench --bootstrap-servers kafka:9092 --replicas 3",
            "  fanfare bench --api https://fanfare.internal:8080 --key KEY --receiver-host bench.internal",
            "",
            "Exit codes: 0 measured, 1 a run failed or was void, 2 usage, or something is missing."
        })
public final class BenchCommand implements Callable<Integer> {
    /** What people look at; all of it is in the JSON. */
    private static final Set<Figure> COLUMNS = EnumSet.of(
            Figure.PER_SECOND,
            Figure.P50_MILLIS,
            Figure.P99_MILLIS,
            Figure.P999_MILLIS,
            Figure.CPU_PER_1000,
            Figure.BROKER_CPU_PER_1000,
            Figure.ALLOCATED_MB_PER_1000,
            Figure.ROLES_RESIDENT_MIB,
            Figure.OF_BARE_HTTP,
            Figure.OF_BARE_KAFKA);

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Mixin
    private RunOptions run = new RunOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Report report = new Report();
    private final List<String> failed = new ArrayList<>();

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command, ready to be executed. */
    static CommandLine commandLine() {
        return BenchmarkFailure.tellBriefly(new CommandLine(new BenchCommand()));
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = command().getOut();
        if (options.list) {
            Scenario.all()
                    .forEach(scenario -> out.printf(Locale.ROOT, "%-16s %s%n", scenario.name(), scenario.about()));
            out.flush();
            return 0;
        }
        List<Scenario> scenarios = options.scenarios(command());
        Effort effort = options.effort(command());
        Machine machine = Machine.here();
        try (RunFolder folder = run.openFolder("fanfare-bench")) {
            Progress progress = new Progress(
                    command().getErr(),
                    Boolean.getBoolean("fanfare.terminal.err"),
                    effort.warmUp().plus(effort.measured()),
                    scenarios.size() * options.rounds);
            progress.line(machine.toString());
            try {
                Limits limits = play(scenarios, effort, folder.path(), progress);
                ObjectNode json = json(machine, effort, limits);
                run.print(report, COLUMNS, json, out);
                tellLimits(limits, out);
                save(json, machine, progress);
            } catch (BenchmarkFailure e) {
                keep(folder, e);
                throw e;
            }
            if (!failed.isEmpty()) {
                folder.keep();
                failed.forEach(progress::line);
                progress.line("logs are in " + folder.path());
                return 1;
            }
        }
        return 0;
    }

    private static void keep(RunFolder folder, BenchmarkFailure failure) {
        if (failure.exitCode != BenchmarkFailure.MISSING) {
            folder.keep();
        }
    }

    private Limits play(List<Scenario> scenarios, Effort effort, Path folder, Progress progress) throws IOException {
        int addresses = Math.min(
                Receiver.MOST_ADDRESSES,
                scenarios.stream()
                        .mapToInt(scenario -> Math.max(scenario.fanOut(), scenario.endpoints(effort.endpoints())))
                        .max()
                        .orElse(1));
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            Receiver receiver = opened(opened, Receiver.start(addresses, options.receiverHost));
            Child broker = null;
            OwnFanfare fanfare = null;
            String kafka = options.bootstrapServers;
            Target target = options.target();
            if (target == null) {
                if (kafka == null) {
                    BrokerHost.Running running = opened(opened, BrokerHost.start(folder));
                    broker = running.process();
                    kafka = running.bootstrapServers();
                }
                progress.line("starting all roles …");
                fanfare = opened(opened, OwnFanfare.start(kafka, options.plan(), folder));
                target = fanfare.target();
            }
            String name = UUID.randomUUID().toString().substring(0, 8);
            Subscriptions subscriptions = new Subscriptions(target, name, effort.endpoints(), url(receiver));
            if (fanfare == null) {
                opened.add(0, subscriptions); // our own Fanfare goes, and its subscriptions with it
            }
            Limits limits = new Limits(folder, receiver, kafka, effort.requests());
            Player player = new Player(
                    effort, target, fanfare, broker, receiver, subscriptions, options.limits ? limits : null, progress);
            for (int round = 0; round < options.rounds; round++) {
                for (Scenario scenario : scenarios) {
                    play(player, scenario);
                }
            }
            return limits;
        } finally {
            close(opened);
        }
    }

    private void play(Player player, Scenario scenario) {
        try {
            report.run(scenario.name(), player.play(scenario));
        } catch (BenchmarkFailure e) {
            failed.add(scenario.name() + ": " + e.getMessage());
        }
    }

    private IntFunction<String> url(Receiver receiver) {
        return endpoint -> String.format(
                Locale.ROOT,
                "http://%s:%d/e/%06d",
                options.receiverHost == null
                        ? Loopback.address(endpoint % Receiver.MOST_ADDRESSES)
                        : options.receiverHost,
                receiver.port(),
                endpoint);
    }

    private static <T extends AutoCloseable> T opened(List<AutoCloseable> all, T one) {
        all.add(0, one);
        return one;
    }

    private void close(List<AutoCloseable> opened) {
        for (AutoCloseable each : opened) {
            try {
                each.close();
            } catch (Exception e) {
                failed.add("closing: " + e.getMessage());
            }
        }
    }

    private ObjectNode json(Machine machine, Effort effort, Limits limits) {
        ObjectNode json = report.toJson();
        json.put("version", Version.current());
        json.set("machine", machine.toJson());
        ObjectNode settings = json.putObject("settings");
        settings.put("warmUpSeconds", effort.warmUp().toMillis() / 1e3);
        settings.put("measuredSeconds", effort.measured().toMillis() / 1e3);
        settings.put("endpoints", effort.endpoints());
        settings.put("window", effort.window());
        settings.put("backlog", effort.backlog());
        settings.put("ownBroker", options.api == null && options.bootstrapServers == null);
        if (options.api == null) {
            settings.set("fanfare", Json.TOPIC.valueToTree(options.plan()));
        }
        ObjectNode limitsNode = json.putObject("limits");
        limits.measured().forEach(limitsNode::put);
        return json;
    }

    private static void tellLimits(Limits limits, PrintWriter out) {
        limits.measured().forEach((name, perSecond) -> out.printf(Locale.ROOT, "%s: %,.0f/s%n", name, perSecond));
        out.flush();
    }

    private void save(ObjectNode json, Machine machine, Progress progress) {
        Path prefix = options.save;
        if (prefix == null) {
            return;
        }
        List<Chart.Bar> bars = report.names().stream().map(this::bar).toList();
        Path jsonFile = Path.of(prefix + ".json");
        Path chartFile = Path.of(prefix + ".svg");
        try {
            Files.createDirectories(jsonFile.toAbsolutePath().getParent());
            Files.writeString(jsonFile, json.toPrettyString() + "\n");
            Files.writeString(chartFile, Chart.draw("fanfare bench, per second", machine.toString(), bars));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        progress.line("saved " + jsonFile + " and " + chartFile);
    }

    private Chart.Bar bar(String name) {
        Double perSecond = report.median(name, Figure.PER_SECOND);
        Double ofBare = report.median(name, Figure.OF_BARE_HTTP);
        double rate = perSecond == null ? 0 : perSecond;
        return new Chart.Bar(name, rate, ofBare == null ? null : rate / ofBare);
    }

    private CommandLine command() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets it");
        }
        return spec.commandLine();
    }
}
