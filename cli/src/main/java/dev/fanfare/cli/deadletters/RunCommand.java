package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Question;
import dev.fanfare.cli.shell.Rate;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.run.Run;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.Outcome;
import dev.fanfare.retry.run.Pace;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        exitCodeList = {
            "0:done, also where nothing matched",
            "1:it failed, or an ID is no dead letter",
            "2:usage",
            "130:stopped by Ctrl-C before the end; the same command goes on with it"
        })
public class RunCommand implements Callable<Integer> {
    /** What is done with them. */
    public enum Action {
        REPLAY(
                Run.DLQ_REPLAY,
                "Send dead letters on their way again. What was exhausted or expired begins a fresh schedule.",
                "Replayed"),
        DISCARD(Run.DLQ_DISCARD, "Delete dead letters. That can't be undone.", "Discarded");

        private final String kind;
        private final String description;
        private final String done;

        Action(String kind, String description, String done) {
            this.kind = kind;
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

        String kind() {
            return kind;
        }
    }

    private final Action action;
    final Shell shell;

    @Mixin
    private ClusterOptions options = new ClusterOptions();

    @Mixin
    private FilterOptions filterOptions = new FilterOptions();

    @Parameters(arity = "0..*", paramLabel = "ID", description = "Only these.")
    private List<String> ids = List.of();

    @Option(names = "--all", description = "All of them: needed where there is neither an ID nor a filter.")
    private boolean all;

    @Option(
            names = "--dry-run",
            description = "Only count what is meant, and show some; with --output json or jsonl list all of it.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Don't ask.")
    private boolean yes;

    @Option(
            names = "--rate",
            paramLabel = "N/s",
            description = "So many and no more: 100/s, 500/m. Default: as fast as it goes; the dispatcher's lanes pace"
                    + " what is sent.")
    private @Nullable String rate;

    @Option(names = "--new", description = "Begin anew, also where an earlier run of the same command was broken off.")
    private boolean anew;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            description = "How the outcome, or the dry run's list, is printed: table, json, jsonl or yaml.")
    private OutputFormat output = OutputFormat.TABLE;

    RunCommand(Action action, Shell shell) {
        this.action = action;
        this.shell = shell;
    }

    /** The command of an action. */
    public static RunCommand of(Action action, Shell shell) {
        return switch (action) {
            case REPLAY -> new ReplayCommand(shell);
            case DISCARD -> new DiscardCommand(shell);
        };
    }

    /** Why, in the words of whoever runs it; null where none is given. */
    @Nullable String because() {
        return null;
    }

    /** Whether it is refused without a {@link #because}. */
    boolean mustSayWhy() {
        return false;
    }

    /** Where to send them on trial; null to do it really. */
    @Nullable Trial trial() {
        return null;
    }

    @Override
    public Integer call() {
        if (ids.isEmpty() && filterOptions.isEmpty() && !all) {
            throw CommandFailure.usage("say which: IDs, a filter such as --subscription ID, or --all");
        }
        String why = because();
        if (mustSayWhy() && !dryRun && (why == null || why.isBlank())) {
            throw CommandFailure.usage("say why, for the audit: --because 'the endpoint was retired'");
        }
        Pace pace = rate == null ? Pace.unlimited() : Pace.of(Rate.perSecond(rate, "--rate"), System::nanoTime);
        Trial trial = trial();
        Map<String, String> asked = filterOptions.asMap(ids, Instant.now());
        KafkaConnection kafka = options.connect(shell);
        DeadLetters letters = new DeadLetters(kafka);
        if (dryRun || trial != null) {
            return rehearse(letters, trial, pace, FilterOptions.fromMap(asked));
        }
        RunSession session = RunSession.open(kafka, action, asked, why, anew, Clock.systemUTC());
        Meant meant = count(letters, session.filter(), session.run().frozenEnds(), 0);
        if (session.isResumed() && meant.count() == 0) {
            session.complete();
            session = RunSession.open(kafka, action, asked, why, true, Clock.systemUTC());
            meant = count(letters, session.filter(), session.run().frozenEnds(), 0);
        }
        tellMissing(meant, session.isResumed());
        if (meant.count() == 0) {
            report(null, Outcome.of(session.run()));
            return code(meant, session.isResumed());
        }
        if (session.isResumed()) {
            shell.err()
                    .println("Going on with run " + session.run().id() + ", of which "
                            + deadLetters(session.run().count(Outcome.MOVED)) + " are done (--new would begin anew).");
        }
        if (!yes) {
            Question.ask(shell, action.text() + " " + deadLetters(meant.count()), "--dry-run to see which");
        }
        boolean resumed = session.isResumed();
        RunSession.Result result = session.run(shell, letters, pace, meant.count());
        report(session.run(), result.outcome());
        if (result.stopped()) {
            shell.err().println("Stopped. The rest is where it was: run the same command again to go on.");
            return ExitCode.STOPPED;
        }
        return code(meant, resumed);
    }

    private int rehearse(DeadLetters letters, @Nullable Trial trial, Pace pace, DeadLetterFilter filter) {
        if (trial != null) {
            return trial.run(shell, letters, filter, pace, output, yes);
        }
        boolean forPeople = output == OutputFormat.TABLE;
        Meant meant = count(letters, filter, Map.of(), forPeople ? Meant.SAMPLES : Long.MAX_VALUE);
        tellMissing(meant, false);
        if (forPeople) {
            meant.printTallies(shell);
            shell.out().println("Would " + action.text() + " " + deadLetters(meant.count()) + ".");
        }
        return code(meant, false);
    }

    private Meant count(DeadLetters letters, DeadLetterFilter filter, Map<String, Long> frozenEnds, long samples) {
        DeadLetterPrinter printer = new DeadLetterPrinter(shell, output);
        Meant meant = new Meant(new TreeSet<>(ids));
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        letters.list(filter, frozenEnds, DlqCommand.showing(progress), letter -> {
            meant.add(letter);
            if (meant.count() <= samples) {
                printer.print(letter);
            }
        });
        progress.clear();
        if (samples > 0) {
            printer.end();
        }
        return meant;
    }

    private void tellMissing(Meant meant, boolean resumed) {
        if (!resumed) {
            meant.missing().forEach(id -> shell.err().println("there is no such dead letter: " + Printable.line(id)));
        }
    }

    private static int code(Meant meant, boolean resumed) {
        Set<String> missing = meant.missing();
        return missing.isEmpty() || resumed ? ExitCode.OK : ExitCode.FAILED;
    }

    private void report(@Nullable Run run, Outcome outcome) {
        if (output == OutputFormat.TABLE) {
            shell.out()
                    .println(action.done + " " + deadLetters(outcome.moved())
                            + (outcome.changed() == 0
                                    ? "."
                                    : "; " + outcome.changed() + " had changed meanwhile and were left alone."));
            if (run != null && action == Action.REPLAY) {
                shell.out().println("What becomes of them: " + shell.command() + " dlq runs show " + run.id());
            }
        } else {
            JsonOutput.print(
                    shell,
                    Json.TOPIC
                            .createObjectNode()
                            .put("run", run == null ? null : run.id())
                            .put("action", action.text())
                            .put("moved", outcome.moved())
                            .put("changed", outcome.changed()),
                    output);
        }
    }

    static String deadLetters(long count) {
        return String.format(Locale.ROOT, "%,d dead %s", count, count == 1 ? "letter" : "letters");
    }
}
