package dev.fanfare.torture;

import dev.fanfare.cli.FanfareCommand;
import dev.fanfare.cli.process.RoleCommand;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.shell.StopSignal;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import picocli.CommandLine;

/** {@code fanfare ROLE}, as its users start it, but with a clock that is wrong. */
public final class RoleProcess {
    private RoleProcess() {}

    /** Takes by how many milliseconds the clock is ahead, the role, and the role's own options. */
    public static void main(String[] args) {
        Leash.attach();
        Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMillis(Long.parseLong(args[0])));
        RoleKind kind = RoleKind.valueOf(args[1]);
        Shell shell = Shell.ofProcess();
        CommandLine root = FanfareCommand.commandLine(shell);
        root.getCommandSpec().removeSubcommand(kind.text());
        root.addSubcommand(kind.text(), new CommandLine(new RoleCommand(kind, shell, clock)));
        String[] command = Arrays.copyOfRange(args, 1, args.length);
        command[0] = kind.text();
        StopSignal.exit(FanfareCommand.run(root, shell, command));
    }
}
