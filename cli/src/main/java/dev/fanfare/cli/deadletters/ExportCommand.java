package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.retry.dead.DeadLetters;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare dlq export}: dead letters in full, one JSON object a line. Memory doesn't grow with them. */
@Command(
        name = "export",
        description =
                "Write dead letters in full, headers and body, one JSON object a line. Leaves them where they are.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done, also where nothing matched", "1:it failed", "2:usage"})
final class ExportCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private ClusterOptions options = new ClusterOptions();

    @Mixin
    private FilterOptions filterOptions = new FilterOptions();

    @Parameters(arity = "0..*", paramLabel = "ID", description = "Only these.")
    private List<String> ids = List.of();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Where to; must not exist yet. Default: standard output.")
    private @Nullable Path file;

    ExportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Path path = file;
        if (path == null) {
            long count = write(shell.out());
            shell.err().println("Exported " + RunCommand.deadLetters(count) + ".");
            return ExitCode.OK;
        }
        try (PrintWriter writer =
                new PrintWriter(Files.newBufferedWriter(path, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW))) {
            long count = write(writer);
            if (writer.checkError()) {
                throw new CommandFailure(path + ": can't be written to the end: is the disk full?");
            }
            shell.err().println("Exported " + RunCommand.deadLetters(count) + " to " + path + ".");
            return ExitCode.OK;
        } catch (FileAlreadyExistsException e) {
            throw CommandFailure.usage(path + ": is there already: choose another name");
        } catch (IOException e) {
            throw new CommandFailure(
                    path + ": can't be written (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    private long write(PrintWriter out) {
        AtomicLong count = new AtomicLong();
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        new DeadLetters(options.connect(shell))
                .read(filterOptions.filter(ids, Instant.now()), DlqCommand.showing(progress), message -> {
                    out.println(JsonOutput.write(LetterJson.write(message), OutputFormat.JSONL));
                    count.incrementAndGet();
                });
        progress.clear();
        out.flush();
        return count.get();
    }
}
