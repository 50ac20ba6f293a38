package dev.fanfare.cli.top;

import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.cluster.RunningDev;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.shell.StopSignal;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.Json;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanfare top}: a live view of the pipeline, from what its processes and Kafka tell. */
@Command(
        name = "top",
        description = {
            "Watch the pipeline: rates, queues, tiers, dead letters, the deepest lanes.",
            "",
            "Asks each process that --from names for its metrics, and Kafka how far the groups are. Finds a running"
                    + " 'fanfare dev' by itself."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done, or stopped by Ctrl-C", "1:nobody answered", "2:usage"})
public final class TopCommand implements Callable<Integer> {
    private static final String HOME = "\u001b[H";
    private static final String LINE_END = "\u001b[K\n";
    private static final String REST = "\u001b[J";
    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";

    private final Shell shell;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = "--from",
            paramLabel = "URL",
            split = ",",
            description = "Where processes listen, such as http://fanfare-dispatcher:8080; repeatable. A name with"
                    + " several addresses stands for all of them (default: the 'fanfare dev' that runs here).")
    private List<URI> from = new ArrayList<>();

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "The dispatchers' access.key, for their lanes (default: $FANFARE_API_KEY, else dev).")
    private @Nullable String key;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "Between two looks; rates are over it (default: ${DEFAULT-VALUE}).")
    private String interval = "2s";

    @Option(
            names = "--lanes",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many lanes at most (default: ${DEFAULT-VALUE}).")
    private int lanes = 10;

    @Option(names = "--once", description = "Print one look, after one interval, and end.")
    private boolean once;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json, jsonl or yaml; without --once one look after the other (default: table).")
    private OutputFormat output = OutputFormat.TABLE;

    public TopCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws InterruptedException {
        Duration between = between();
        StopSignal stop = StopSignal.install();
        boolean screen = !once && output == OutputFormat.TABLE && shell.outIsTerminal();
        KafkaConnection kafka = kafka();
        ProcessReader processes = processes();
        try (TopicTotals totals = kafka == null ? null : new TopicTotals(kafka)) {
            if (screen) {
                shell.out().print(ENTER);
            }
            Moment before = look(processes, totals);
            stop.started();
            while (!stop.awaits(between)) {
                Moment now = look(processes, totals);
                show(Frame.of(before, now, lanes), screen);
                if (once) {
                    return now.processes() == 0 && now.ends().isEmpty() ? ExitCode.FAILED : ExitCode.OK;
                }
                before = now;
            }
        } finally {
            if (screen) {
                shell.out().print(LEAVE);
                shell.out().flush();
            }
            stop.uninstall();
        }
        return ExitCode.OK;
    }

    private Duration between() {
        try {
            Duration between = DurationText.parse(interval);
            if (between.compareTo(Duration.ofMillis(100)) >= 0) {
                return between;
            }
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--interval: " + e.getMessage());
        }
        throw CommandFailure.usage("--interval: '" + interval + "' is too short: 100ms or more");
    }

    /** None where only processes are named. */
    private @Nullable KafkaConnection kafka() {
        try {
            return cluster.connect(shell);
        } catch (CommandFailure e) {
            if (from.isEmpty()) {
                throw e;
            }
            return null;
        }
    }

    private ProcessReader processes() {
        List<URI> all = new ArrayList<>(from);
        if (all.isEmpty()) {
            RunningDev dev = RunningDev.only(shell, "--from");
            if (dev != null) {
                all.add(URI.create(dev.apiUrl()));
            }
        }
        for (URI uri : all) {
            if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
                throw CommandFailure.usage(
                        "--from: '" + uri + "' must be an http or https URL, such as http://fanfare-dispatcher:8080");
            }
        }
        return new ProcessReader(
                all, key != null ? key : Objects.requireNonNullElse(shell.variable("FANFARE_API_KEY"), "dev"));
    }

    private static Moment look(ProcessReader processes, @Nullable TopicTotals totals) {
        ProcessReader.Answers answers = processes.read();
        List<String> troubles = new ArrayList<>(answers.troubles());
        TopicTotals.Totals topics = new TopicTotals.Totals(Map.of(), Map.of());
        if (totals != null) {
            try {
                topics = totals.read();
            } catch (KafkaException e) {
                troubles.add("Kafka: " + e.getMessage());
            }
        }
        return new Moment(
                Instant.now(),
                System.nanoTime(),
                answers.processes(),
                troubles,
                answers.scrape(),
                answers.lanes(),
                topics.ends(),
                topics.lags());
    }

    private void show(Frame frame, boolean screen) {
        if (output != OutputFormat.TABLE) {
            JsonOutput.print(shell, Json.TOPIC.valueToTree(frame), output);
        } else if (screen) {
            StringWriter text = new StringWriter();
            new FrameText(shell.to(new PrintWriter(text))).print(frame);
            shell.out().print(HOME + text.toString().replace("\n", LINE_END) + REST);
        } else {
            new FrameText(shell).print(frame);
        }
        shell.out().flush();
    }
}
