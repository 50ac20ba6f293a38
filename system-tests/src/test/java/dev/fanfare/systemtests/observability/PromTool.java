package dev.fanfare.systemtests.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Prometheus' own checker of configurations, rules and their tests. Without it what asks for it is skipped. */
final class PromTool {
    private PromTool() {}

    /** Runs it in the folder, and fails with its words if it finds a fault. */
    static void accepts(Path folder, String... arguments) throws IOException, InterruptedException {
        requires("promtool");
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s%n%s", command, said).isZero();
    }

    /** Skips the test that calls, in plain words, where the program is not on this machine. */
    static void requires(String program) {
        boolean there = Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> new File(folder, program).canExecute());
        assumeTrue(there, () -> "skipped: there is no " + program + " here (Debian: apt-get install prometheus)");
    }
}
