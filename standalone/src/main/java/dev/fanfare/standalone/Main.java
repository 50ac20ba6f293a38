package dev.fanfare.standalone;

import dev.fanfare.cli.FanfareCommand;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.shell.StopSignal;
import picocli.CommandLine;

/** The {@code fanfare} command with {@code dev} in it. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Shell shell = Shell.ofProcess();
        CommandLine root = FanfareCommand.commandLine(shell);
        root.addSubcommand(new DevCommand(shell));
        root.addSubcommand(new BenchCommand());
        StopSignal.exit(FanfareCommand.run(root, shell, args));
    }
}
