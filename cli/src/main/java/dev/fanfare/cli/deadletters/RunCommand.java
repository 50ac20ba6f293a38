package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.Outcome;
import dev.fanfare.retry.dead.RunListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code fanfare dlq replay} and {@code fanfare dlq discard}: counts, asks, then moves. Breaking it off at any moment is
 * safe, and running it again goes on where it stopped.
 */
@Command(
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done, also where nothing matched", "1:it failed, or an ID is no dead letter", "2:usage"})
public final class RunCommand implements Callable<Integer> {
    /** What is done with them. */
    public enum Action {
        REPLAY(
                "Send dead letters on their way again. What was exhausted or expired begins a fresh schedule.",
                "Replayed"),
        DISCARD("Delete dead letters. That can't be undone.", "Discarded");

        private final String description;
        private final String done;

        Action(String description, String done) {
            this.description = description;
            this.done = done;
        }

        /** As in the command. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** In one or two sentences. */
        public String description() {
            return description;
        }
    }

    private final Action action;
    private final Shell shell;

    @Mixin
    private ClusterOptions options = new ClusterOptions();

    @Mixin
    private FilterOptions filterOptions = new FilterOptions();

    @Parameters(arity = "0..*", paramLabel = "ID", description = "Only these.")
    private List<String> ids = List.of();

    @Option(names = "--all", description = "All of them: needed where there is neither an ID nor a filter.")
    private boolean all;

    @Option(names = "--dry-run", description = "Only list what is meant.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Don't ask.")
    private boolean yes;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            description = "How the outcome, or the dry run's list, is printed: table, json or jsonl.")
    private OutputFormat output = OutputFormat.TABLE;

    public RunCommand(Action action, Shell shell) {
        this.action = action;
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (ids.isEmpty() && filterOptions.isEmpty() && !all) {
            throw CommandFailure.usage("say which: IDs, a filter such as --subscription ID, or --all");
        }
        DeadLetterFilter filter = filterOptions.filter(ids, Instant.now());
        DeadLetters letters = new DeadLetters(options.connect(shell));
        Set<String> missing = new TreeSet<>(ids);
        long meant = count(letters, filter, missing);
        missing.forEach(id -> shell.err().println("there is no such dead letter: " + Printable.line(id)));
        if (!dryRun) {
            if (meant > 0) {
                confirm(meant);
            }
            report(meant == 0 ? new Outcome(0, 0) : run(letters, filter, meant));
        }
        return missing.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private long count(DeadLetters letters, DeadLetterFilter filter, Set<String> missing) {
        AtomicLong meant = new AtomicLong();
        DeadLetterPrinter printer = new DeadLetterPrinter(shell, output);
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        letters.list(filter, DlqCommand.showing(progress), letter -> {
            meant.incrementAndGet();
            missing.remove(letter.id());
            if (dryRun) {
                printer.print(letter);
            }
        });
        progress.clear();
        if (dryRun) {
            printer.end();
            if (output == OutputFormat.TABLE) {
                shell.out().println("Would " + action.text() + " " + deadLetters(meant.get()) + ".");
            }
        }
        return meant.get();
    }

    private void confirm(long meant) {
        if (yes) {
            return;
        }
        String intent = action.text() + " " + deadLetters(meant);
        if (!shell.errIsTerminal()) {
            throw CommandFailure.usage("this would " + intent + ": add --yes to do it, --dry-run to see which");
        }
        shell.err().print("Really " + intent + "? [y/N] ");
        shell.err().flush();
        String answer;
        try {
            answer = new BufferedReader(new InputStreamReader(shell.in(), StandardCharsets.UTF_8)).readLine();
        } catch (IOException e) {
            throw new UncheckedIOException("the answer can't be read", e);
        }
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
            throw new CommandFailure("nothing was done");
        }
    }

    private Outcome run(DeadLetters letters, DeadLetterFilter filter, long meant) {
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        RunListener listener = new RunListener() {
            @Override
            public void committed(Outcome soFar) {
                progress.update(() -> String.format("%,d of %,d", soFar.moved(), meant));
            }
        };
        try {
            return switch (action) {
                case REPLAY -> letters.replay(filter, listener);
                case DISCARD -> letters.discard(filter, listener);
            };
        } finally {
            progress.clear();
        }
    }

    private void report(Outcome outcome) {
        if (output == OutputFormat.TABLE) {
            shell.out()
                    .println(action.done + " " + deadLetters(outcome.moved())
                            + (outcome.changed() == 0
                                    ? "."
                                    : "; " + outcome.changed() + " had changed meanwhile and were left alone."));
        } else {
            shell.out()
                    .println(Json.TOPIC
                            .createObjectNode()
                            .put("action", action.text())
                            .put("moved", outcome.moved())
                            .put("changed", outcome.changed()));
        }
    }

    private static String deadLetters(long count) {
        return String.format("%,d dead %s", count, count == 1 ? "letter" : "letters");
    }
}
