package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.shell.Shell;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a process of its own, for how long names are kept is settled with the first look-up. */
class NameLookupIT {
    @TempDir
    Path folder;

    @Test
    void aNameThatMovesIsFoundWhereItIsNow() throws Exception {
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 moves.example\n");
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djdk.net.hosts.file=" + hosts,
                        "-cp",
                        System.getProperty("java.class.path"),
                        LookingTwice.class.getName(),
                        hosts.toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }

        assertThat(Files.readAllLines(out)).endsWith("127.0.0.1", "127.0.0.2");
    }

    /** Runs a command, looks a name up, has it move, and looks it up again. */
    static final class LookingTwice {
        private LookingTwice() {}

        public static void main(String[] args) throws Exception {
            Shell shell = Shell.ofProcess();
            FanfareCommand.run(FanfareCommand.commandLine(shell), shell, "--version");
            System.out.println(InetAddress.getByName("moves.example").getHostAddress());
            Files.writeString(Path.of(args[0]), "127.0.0.2 moves.example\n");
            System.out.println(InetAddress.getByName("moves.example").getHostAddress());
        }
    }
}
