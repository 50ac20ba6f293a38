package dev.fanfare.cli.deadletters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.output.Bar;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.run.Run;
import dev.fanfare.retry.dead.Outcome;
import dev.fanfare.retry.run.RunBook;
import dev.fanfare.retry.run.RunOutcomes;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare dlq runs list|show}: the replays, discards and imports there were, and what became of one. */
@Command(name = "runs", description = "The replays, discards and imports so far, and what became of them.")
final class RunsCommand {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss");
    /** A run writes its state with each transaction: one that is silent for so long has died, or waits for its rate. */
    private static final Duration SILENT = Duration.ofSeconds(60);

    private static final int BAR = 30;

    private final Shell shell;

    RunsCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(
            name = "list",
            description = "List the runs, the latest first.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:done", "1:it failed", "2:usage"})
    void list(
            @Mixin ClusterOptions options,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "How many at most; default: ${DEFAULT-VALUE}.")
                    int limit,
            @Option(
                            names = "--output",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table, json, jsonl or yaml; default: ${DEFAULT-VALUE}.")
                    OutputFormat output) {
        List<Run> runs = new RunBook(options.connect(shell))
                .all().stream()
                        .filter(run -> run.kind().startsWith(Run.DLQ))
                        .limit(limit)
                        .toList();
        if (output != OutputFormat.TABLE) {
            JsonOutput.printAll(shell, runs.stream().map(RunsCommand::json).toList(), output);
        } else if (runs.isEmpty()) {
            shell.out().println("No runs yet.");
        } else {
            Table table = new Table("RUN", "BEGAN", "WHAT", "STATE", "DONE", "OF", "BY", "WHICH", "WHY");
            runs.forEach(run -> table.add(
                    run.id(),
                    Instant.ofEpochMilli(run.startedAtMillis())
                            .atZone(ZoneId.systemDefault())
                            .format(TIME),
                    run.kind(),
                    state(run),
                    String.format(Locale.ROOT, "%,d", run.count(Outcome.MOVED)),
                    String.format(Locale.ROOT, "%,d", run.count(Outcome.MEANT)),
                    run.startedBy().text(),
                    which(run),
                    run.reason()));
            table.alignRight(4);
            table.alignRight(5);
            table.print(shell);
        }
    }

    @Command(
            name = "show",
            description = "Show one, and how many of its deliveries arrived, failed again or still wait.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:done", "1:there is no such run, or it failed", "2:usage"})
    void show(
            @Mixin ClusterOptions options,
            @Parameters(paramLabel = "RUN", description = "Its id, or as much of its beginning as tells it apart.")
                    String id,
            @Option(
                            names = "--output",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table, json, jsonl or yaml; default: ${DEFAULT-VALUE}.")
                    OutputFormat output) {
        KafkaConnection kafka = options.connect(shell);
        Run run = new RunBook(kafka)
                .find(id)
                .orElseThrow(() -> new CommandFailure("there is no run " + Printable.line(id) + ", or several begin so:"
                        + " see '" + shell.command() + " dlq runs list'"));
        if (!run.kind().equals(Run.DLQ_REPLAY)) {
            printWithout(run, output);
            return;
        }
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        RunOutcomes.Fate fate = new RunOutcomes(kafka)
                .of(
                        run,
                        (offsets, total) -> progress.update(
                                () -> "reading the attempts: " + (total == 0 ? 100 : 100 * offsets / total) + " %"));
        progress.clear();
        long sent = run.count(Outcome.MOVED) - run.count(Outcome.EVENTS);
        long waiting = Math.max(0, sent - fate.ended());
        if (output != OutputFormat.TABLE) {
            ObjectNode json = json(run);
            ObjectNode outcome = json.putObject("deliveries")
                    .put("sent", sent)
                    .put("delivered", fate.delivered())
                    .put("waiting", waiting)
                    .put("cancelled", fate.cancelled())
                    .put("failedAgain", fate.failed())
                    .put("retries", fate.retries());
            outcome.set("failedAgainByReason", Json.TOPIC.valueToTree(fate.failedAgain()));
            JsonOutput.print(shell, json, output);
            return;
        }
        head(run);
        Table table = new Table("DELIVERIES", "", "");
        row(table, fate.delivered(), "arrived", sent);
        row(table, waiting, "still on their way", sent);
        fate.failedAgain().forEach((reason, count) -> row(table, count, "died again: " + reason, sent));
        if (fate.cancelled() > 0) {
            row(table, fate.cancelled(), "cancelled: their subscription is gone", sent);
        }
        table.alignRight(0);
        table.print(shell);
        if (run.count(Outcome.EVENTS) > 0) {
            shell.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%,d went back to the events, to be routed anew: they are followed no further.",
                            run.count(Outcome.EVENTS)));
        }
    }

    private void printWithout(Run run, OutputFormat output) {
        if (output == OutputFormat.TABLE) {
            head(run);
        } else {
            JsonOutput.print(shell, json(run), output);
        }
    }

    private void head(Run run) {
        line("run", run.id());
        line("what", run.kind() + ", " + which(run));
        line("why", run.reason() == null ? "-" : run.reason());
        line("by", run.startedBy().text());
        line("began", Instant.ofEpochMilli(run.startedAtMillis()).toString());
        line("state", state(run) + ", as of " + Instant.ofEpochMilli(run.updatedAtMillis()));
        line(
                "done",
                String.format(
                        Locale.ROOT,
                        "%,d of %,d%s",
                        run.count(Outcome.MOVED),
                        run.count(Outcome.MEANT),
                        run.count(Outcome.CHANGED) == 0
                                ? ""
                                : "; " + run.count(Outcome.CHANGED) + " had changed and were left alone"));
        String error = run.error();
        if (error != null) {
            line("error", error);
        }
        shell.out().println();
    }

    private void line(String name, String value) {
        shell.out().println(String.format(Locale.ROOT, "%-6s %s", name, Printable.line(value)));
    }

    private static void row(Table table, long count, String what, long of) {
        table.add(String.format(Locale.ROOT, "%,d", count), what, Bar.of(count, of, BAR));
    }

    private static String state(Run run) {
        long silentMillis = System.currentTimeMillis() - run.updatedAtMillis();
        return run.state() == Run.State.RUNNING && silentMillis > SILENT.toMillis()
                ? "broken off"
                : run.state().text();
    }

    private static String which(Run run) {
        String asked = run.filter().get(FilterOptions.ASKED);
        return asked != null ? asked : run.filter().toString();
    }

    private static ObjectNode json(Run run) {
        ObjectNode json = Json.TOPIC.valueToTree(run);
        json.remove("frozenEnds");
        json.put("startedAt", Instant.ofEpochMilli(run.startedAtMillis()).toString());
        json.put("updatedAt", Instant.ofEpochMilli(run.updatedAtMillis()).toString());
        return json;
    }
}
