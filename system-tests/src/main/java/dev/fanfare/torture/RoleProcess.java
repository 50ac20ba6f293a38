package dev.fanfare.torture;

import dev.fanfare.cli.FanfareCommand;
import dev.fanfare.cli.process.RoleCommand;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.shell.StopSignal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import picocli.CommandLine;

/** {@code fanfare ROLE}, as its users start it, but with a clock that is wrong, and may be set while it runs. */
public final class RoleProcess {
    private RoleProcess() {}

    /**
     * Takes by how many milliseconds the clock is ahead, the role, and the role's own options; later, on its standard input,
     * by how many it is from then on.
     */
    public static void main(String[] args) {
        WrongClock clock = new WrongClock(Long.parseLong(args[0]));
        Leash.attach(line -> clock.set(Long.parseLong(line)));
        RoleKind kind = RoleKind.valueOf(args[1]);
        Shell shell = Shell.ofProcess();
        CommandLine root = FanfareCommand.commandLine(shell);
        root.getCommandSpec().removeSubcommand(kind.text());
        root.addSubcommand(kind.text(), new CommandLine(new RoleCommand(kind, shell, clock)));
        String[] command = Arrays.copyOfRange(args, 1, args.length);
        command[0] = kind.text();
        StopSignal.exit(FanfareCommand.run(root, shell, command));
    }

    /** Thread-safe. */
    private static final class WrongClock extends Clock {
        private final Clock right = Clock.systemUTC();
        private volatile long aheadMillis;

        private WrongClock(long aheadMillis) {
            this.aheadMillis = aheadMillis;
        }

        private void set(long millis) {
            aheadMillis = millis;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("no role asks for another zone");
        }

        @Override
        public Instant instant() {
            return right.instant().plusMillis(aheadMillis);
        }
    }
}
