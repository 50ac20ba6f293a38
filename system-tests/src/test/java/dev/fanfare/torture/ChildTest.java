package dev.fanfare.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** As Java has it for whoever is ended by SIGTERM: 128 + 15. */
    private static final int TERMINATED = 143;

    /** A process on a leash that takes its leave. */
    static final class Polite {
        private Polite() {}

        public static void main(String[] args) throws InterruptedException {
            Leash.attach();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("good bye")));
            System.out.println("hello");
            Thread.currentThread().join();
        }
    }

    @TempDir
    Path folder;

    private Path log() {
        return folder.resolve("polite.log");
    }

    private void awaitHello() {
        Awaitility.await("it is there")
                .atMost(PATIENCE)
                .until(() -> Files.exists(log()) && Files.readString(log()).contains("hello"));
    }

    @Test
    void whoIsToldToStopEndsInItsOwnOrder() throws IOException {
        Child child = Child.start("polite", log(), List.of("-Xmx32m"), Polite.class, List.of());
        awaitHello();

        assertThat(child.stop()).isTrue();

        assertThat(child.exitCode()).isEqualTo(TERMINATED);
        assertThat(log()).hasContent("hello\ngood bye");
    }

    @Test
    void whomNobodyHoldsAnyMoreEndsAtOnce() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Versions.ofThisBuild(),
                        Polite.class.getName())
                .redirectOutput(log().toFile())
                .start();
        awaitHello();

        process.getOutputStream().close();

        assertThat(process.waitFor()).isEqualTo(3);
        assertThat(log()).hasContent("hello");
    }
}
