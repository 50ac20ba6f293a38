package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * README's commands, run as they stand there, against a {@code ./fanfare dev} on free ports (so that the suite runs beside
 * whatever listens on 8080): the address is put in where README says 127.0.0.1:8080, and the command finds it by
 * {@code FANFARE_API_URL}.
 */
class ReadmeIT {
    private static final Pattern BLOCK = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern INLINE = Pattern.compile("`(\\./fanfare [^`]*)`");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    static Path folder;

    private static String readme;
    private static DevProcess dev;
    private static final List<Process> STARTED = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        readme = Files.readString(DevProcess.ROOT.resolve("README.md"));
        dev = DevProcess.start(folder, "--retry-tiers=2s,5s,10s");
    }

    @AfterAll
    static void stop() {
        STARTED.forEach(Process::destroy);
        dev.close();
    }

    @Test
    void everyCommandIsOneThatATestRuns() {
        assertThat(blocks())
                .containsExactly(
                        "./fanfare dev",
                        "./fanfare listen --types 'order.*'",
                        "./fanfare events send docs/examples/orders.jsonl",
                        CURL,
                        "mvn verify");
        assertThat(inline())
                .containsExactlyInAnyOrder(
                        "./fanfare --help", "./fanfare dev --retry-tiers=2s,5s,10s", "./fanfare listen --fail-first 2");
    }

    @Test
    void aReceiverGetsTheSampleEventsVerified() throws Exception {
        Path seen = listen("listen", blocks().get(1));
        assertThat(run("send", blocks().get(2))).contains("5");
        Awaitility.await("the four orders").atMost(PATIENCE).untilAsserted(() -> assertThat(Files.readString(seen))
                .contains("order.created", "order.paid", "order.shipped", "order.cancelled")
                .doesNotContain("invoice.issued"));
    }

    @Test
    void aRetryArrivesAfterTwoFailures() throws Exception {
        Path seen = listen("fail-first", "./fanfare listen --fail-first 2");
        run("send-again", blocks().get(2));
        Awaitility.await("a third attempt").atMost(PATIENCE).untilAsserted(() -> assertThat(Files.readString(seen))
                .containsPattern("attempt[ =]*3"));
    }

    @Test
    void curlIsAnsweredWith202() throws Exception {
        assumeTrue(isOnPath("curl"), "there is no curl on this machine, so README's curl command was not run");
        assertThat(run("curl", blocks().get(3))).contains("202 Accepted");
    }

    @Test
    void theHelpTeaches() throws Exception {
        assertThat(run("help", "./fanfare --help")).contains("dev", "listen", "events", "dlq");
    }

    @Test
    void theTestCommandIsWhatCiRuns() throws IOException {
        assertThat(Files.readString(DevProcess.ROOT.resolve(".ci/run")).replace(" -B", ""))
                .endsWith("\nmvn verify\n");
    }

    private static final String CURL = """
            curl -i http://127.0.0.1:8080/v1/tenants/default/events \\
              -H 'Authorization: Bearer dev' -H 'Content-Type: application/json' \\
              -d '{"type":"order.created","data":{"id":"o-1001","total":42.50}}'\
            """;

    private static List<String> blocks() {
        return matches(BLOCK);
    }

    private static List<String> inline() {
        return matches(INLINE);
    }

    private static List<String> matches(Pattern pattern) {
        Matcher matcher = pattern.matcher(readme);
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(matcher.group(1).strip());
        }
        return found;
    }

    /** Starts a receiver, and waits until it says where it listens. */
    private static Path listen(String name, String command) throws Exception {
        Path output = folder.resolve(name + ".out");
        STARTED.add(shell(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start());
        Awaitility.await("the receiver listens")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Files.readString(output)).containsIgnoringCase("listening"));
        return output;
    }

    private static String run(String name, String command) throws Exception {
        Path output = folder.resolve(name + ".out");
        Process process = shell(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        STARTED.add(process);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as(command)
                .isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    private static ProcessBuilder shell(String command) {
        String addressed = command.replace("127.0.0.1:8080", "127.0.0.1:" + dev.port());
        ProcessBuilder builder = DevProcess.command(List.of("bash", "-c", addressed));
        builder.environment().put("FANFARE_API_URL", "http://127.0.0.1:" + dev.port());
        return builder;
    }

    private static boolean isOnPath(String program) throws Exception {
        return new ProcessBuilder("bash", "-c", "command -v " + program)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
