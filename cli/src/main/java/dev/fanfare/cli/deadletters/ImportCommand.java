package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.cluster.Operator;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.output.Remaining;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Question;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.run.Run;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetterImport;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.Outcome;
import dev.fanfare.retry.run.RunBook;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code fanfare dlq import}: makes dead letters of what was exported. The whole file is read before anything is
 * written. What is outstanding already is left alone, so an import that was broken off is gone on with by repeating it.
 */
@Command(
        name = "import",
        description = "Make dead letters of the lines of an export. What is outstanding already is left alone.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:it failed", "2:usage, or a line can't be used: nothing was written"})
final class ImportCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private ClusterOptions options = new ClusterOptions();

    @Parameters(paramLabel = "FILE", description = "As 'dlq export' wrote it.")
    private @Nullable Path file;

    @Option(
            names = {"-y", "--yes"},
            description = "Don't ask.")
    private boolean yes;

    @Option(names = "--because", paramLabel = "TEXT", description = "Why, for the audit.")
    private @Nullable String because;

    ImportCommand(Shell shell) {
        this.shell = shell;
    }

    /** Does something with each line. */
    private interface Visitor {
        void visit(ProducerRecord<byte[], byte[]> letter);
    }

    @Override
    public Integer call() {
        Path path = Objects.requireNonNull(file);
        Set<String> ids = new HashSet<>();
        read(path, letter -> ids.add(new String(letter.key(), StandardCharsets.UTF_8)));
        KafkaConnection kafka = options.connect(shell);
        int inFile = ids.size();
        if (inFile > 0) {
            ProgressLine reading = new ProgressLine(shell, System::nanoTime);
            new DeadLetters(kafka)
                    .list(DeadLetterFilter.ids(ids), DlqCommand.showing(reading), letter -> ids.remove(letter.id()));
            reading.clear();
        }
        if (inFile > ids.size()) {
            shell.err()
                    .println(RunCommand.deadLetters(inFile - ids.size()) + " of the file are outstanding already:"
                            + " left alone.");
        }
        if (ids.isEmpty()) {
            shell.out().println("Nothing to import.");
            return ExitCode.OK;
        }
        if (!yes) {
            Question.ask(shell, "import " + RunCommand.deadLetters(ids.size()), "after a look at the file");
        }
        write(kafka, path, ids);
        return ExitCode.OK;
    }

    private void write(KafkaConnection kafka, Path path, Set<String> wanted) {
        Clock clock = Clock.systemUTC();
        long now = clock.millis();
        RunBook book = new RunBook(kafka);
        Run run = new Run(
                Uuid7.mint(now, new SecureRandom()).toString(),
                Run.DLQ_IMPORT,
                Run.State.RUNNING,
                Operator.of(kafka),
                now,
                now,
                Map.of("file", String.valueOf(path.getFileName())),
                Map.of(Outcome.MEANT, (long) wanted.size()),
                Map.of(),
                because,
                null);
        book.write(run, "began");
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        Remaining remaining = new Remaining(wanted.size(), 0, System::nanoTime);
        long imported;
        try (DeadLetterImport importing = new DeadLetterImport(
                kafka, run, clock, done -> progress.update(() -> "import " + remaining.text(done)))) {
            read(path, letter -> {
                if (wanted.remove(new String(letter.key(), StandardCharsets.UTF_8))) {
                    importing.add(letter);
                }
            });
            imported = importing.end();
        }
        progress.clear();
        book.write(run.at(Run.State.DONE, new Outcome(imported, 0, 0).counts(run), clock.millis(), null), "done");
        shell.out().println("Imported " + RunCommand.deadLetters(imported) + ".");
    }

    private static void read(Path path, Visitor visitor) {
        try (BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                try {
                    visitor.visit(LetterJson.read(line));
                } catch (IllegalArgumentException e) {
                    throw CommandFailure.usage(
                            path + ", line " + number + ": " + e.getMessage() + ". Nothing was imported.");
                }
            }
        } catch (IOException e) {
            throw CommandFailure.usage(
                    path + ": can't be read (" + e.getClass().getSimpleName() + "): is it there, and is it UTF-8?");
        }
    }
}
