package dev.fanfare.cli.manual;

import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fanfare man}: one page for each command, made of what {@code --help} says. */
@Command(
        name = "man",
        description = "Print the manual page of a command, or write those of all of them. Try: fanfare man dlq replay |"
                + " man -l -")
public final class ManCommand implements Callable<Integer> {
    private final Shell shell;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "Which; default: fanfare itself.")
    private List<String> path = List.of();

    @Option(
            names = "--to",
            paramLabel = "FOLDER",
            description = "Write all pages there, such as ~/.local/share/man/man1.")
    private @Nullable Path folder;

    public ManCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        if (folder == null) {
            shell.out().print(ManPage.of(find(root)));
            return ExitCode.OK;
        }
        try {
            Files.createDirectories(folder);
            List<CommandLine> all = new ArrayList<>();
            collect(root, all);
            Set<String> written = new TreeSet<>();
            for (CommandLine command : all) {
                String name = ManPage.name(command.getCommandSpec()) + ".1";
                if (written.add(name)) {
                    Files.writeString(folder.resolve(name), ManPage.of(command), StandardCharsets.UTF_8);
                }
            }
            shell.out().println("Wrote " + written.size() + " pages to " + folder + ".");
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandFailure(
                    folder + ": can't be written (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    private CommandLine find(CommandLine root) {
        CommandLine command = root;
        for (String name : path) {
            CommandLine next = command.getSubcommands().get(name);
            if (next == null) {
                throw CommandFailure.usage("there is no command '" + String.join(" ", path) + "'");
            }
            command = next;
        }
        return command;
    }

    private static void collect(CommandLine command, List<CommandLine> all) {
        all.add(command);
        command.getSubcommands().values().forEach(sub -> collect(sub, all));
    }
}
