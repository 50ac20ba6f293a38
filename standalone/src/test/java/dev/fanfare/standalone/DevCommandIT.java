package dev.fanfare.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.StandInVault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevCommandIT {
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final String[] FREE_PORTS = {"--port=0", "--kafka-port=0"};

    @TempDir
    Path folder;

    private FanfareProcess dev(String... options) {
        return FanfareProcess.startWithOwnLog(
                folder,
                Stream.of(List.of("dev"), List.of(FREE_PORTS), List.of(options))
                        .flatMap(List::stream)
                        .toArray(String[]::new));
    }

    private FanfareProcess run(String... args) {
        FanfareProcess process = FanfareProcess.start(folder, args);
        process.exitCode();
        return process;
    }

    private String sample(int events) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < events; i++) {
            lines.append("{\"type\":\"order.created\",\"data\":{\"no\":")
                    .append(i)
                    .append("}}\n");
        }
        return Files.writeString(folder.resolve("events.jsonl"), lines).toString();
    }

    @Test
    void anEphemeralOneServesEverythingOnOnePortAndLeavesNothingBehindAndTheCommandsOfItsWelcomeWorkTogether()
            throws Exception {
        try (FanfareProcess dev = dev("--ephemeral", "--retry-tiers=200ms").awaitOutput("Ready in ");
                FanfareProcess listen =
                        FanfareProcess.start(folder, "listen", "--types=order.*", "--fail-first=1", "--count=4");
                FanfareProcess other = FanfareProcess.start(folder, "listen", "--types=nothing.*")) {
            String api = dev.find("API +(http://127\\.0\\.0\\.1:\\d+)");
            assertThat(dev.out())
                    .contains(
                            "key dev, tenant default", "fanfare listen", "fanfare events send", "fanfare attempts list")
                    .contains("Kafka     127.0.0.1:");
            assertThat(FanfareProcess.get(api + "/health/live").statusCode()).isEqualTo(200);
            assertThat(FanfareProcess.get(api + "/health/ready").body())
                    .contains("\"control\":\"ready\"", "\"ingest\":\"ready\"", "\"dispatcher\":\"ready\"");
            assertThat(FanfareProcess.get(api + "/metrics").body()).contains("fanfare_");

            // commands find it by themselves, and what it did not need to be told
            listen.awaitOutput("Listening on");
            other.awaitOutput("Listening on");
            assertThat(run("events", "send", sample(2)).exitCode()).isZero();
            assertThat(listen.exitCode()).isZero();
            assertThat(listen.out())
                    .contains("✓ signature valid", "attempt 1", "attempt 2", "answered 500", "answered 204");
            assertThat(listen.err()).contains("Unsubscribed");
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(run("attempts", "list").out()).contains("delivered", "retry", "answered 500"));
            assertThat(run("dlq", "list").out()).contains("No dead letters.");
            assertThat(other.stop()).as("a listener that is told to stop").isZero();
            assertThat(run("subscriptions", "list").out()).contains("No subscriptions yet");
            assertThat(run("topics", "check").out()).contains("topics are as the settings say");

            assertThat(dev.stop()).isZero();
            assertThat(dev.out()).endsWith("Stopped." + System.lineSeparator());
        }
        assertThat(folder.resolve("state/fanfare")).isEmptyDirectory();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.filter(Files::isDirectory)
                            .map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("fanfare-dev"));
        }
    }

    @Test
    void afterAStopInTheMiddleOfAStartTheNextOneWorksAndAThirdCarriesOnAndNoneDoesWithoutTheKeyset() throws Exception {
        String data = "--data-dir=" + folder.resolve("data");
        // one that is told to stop while it starts, to begin with
        FanfareProcess stopped = dev(data, "--retry-tiers=10s");
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("data/kafka/meta.properties")));
        assertThat(stopped.stop()).isZero();
        try (FaultyReceiver receiver = FaultyReceiver.start().otherwise(Answer.status(503))) {
            try (FanfareProcess first = dev(data, "--retry-tiers=10s").awaitOutput("Ready in ")) {
                run("subscriptions", "create", "--url=" + receiver.url("/hook"), "--types=order.*", "--id=orders");
                assertThat(run("events", "send", sample(3)).out()).startsWith("3 events accepted");
                receiver.awaitCount(3, PATIENCE);
                assertThat(first.stop()).isZero();
            }
            int refused = receiver.count();
            receiver.otherwise(Answer.status(204));
            try (FanfareProcess second = dev(data, "--retry-tiers=1s").awaitOutput("Ready in ")) {
                await("what waited in the tier of 10 s")
                        .atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(receiver.requests()).hasSize(refused + 3));
                assertThat(run("subscriptions", "list").out()).contains("orders", "active");
                assertThat(second.stop()).isZero();
            }
        }
        // and without its keyset none does, for secrets that are there can't be opened
        Path keyset = folder.resolve("data/keyset.json");
        Files.delete(keyset);
        FanfareProcess third = dev(data, "--retry-tiers=1s");
        assertThat(third.exitCode()).isEqualTo(1);
        assertThat(third.err().lines().filter(line -> line.startsWith("fanfare: ")))
                .hasSize(1);
        assertThat(third.err()).contains("keyset.json is gone");
        assertThat(keyset).doesNotExist();
    }

    @Test
    void itsKeysetMayBeEncryptedByAKmsForWhichTheNextStartWaits() throws Exception {
        try (StandInVault vault = StandInVault.start("s.token").key("fanfare")) {
            String[] options = {
                "--data-dir=" + folder.resolve("data"),
                "--set=secrets.kms-key-uri=" + vault.uri("fanfare"),
                "--set=secrets.kms-token=s.token"
            };
            try (FanfareProcess first = dev(options).awaitOutput("Ready in ")) {
                assertThat(run("subscriptions", "create", "--url=http://127.0.0.1:9/", "--types=order.*", "--id=orders")
                                .out())
                        .contains("whsec_");
                assertThat(first.stop()).isZero();
            }
            assertThat(Files.readString(folder.resolve("data/keyset.json"))).contains("encryptedKeyset");
            vault.seal(true);
            try (FanfareProcess second = dev(options).awaitOutput("waiting for the KMS of the keyset")) {
                vault.seal(false);
                second.awaitOutput("Ready in ");
                assertThat(second.stop()).isZero();
            }
        }
    }

    @Test
    void aPortInUseIsOneSentenceAndTouchesNothing() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String data = folder.resolve("data").toString();
            FanfareProcess http = run("dev", "--port=" + taken.getLocalPort(), "--kafka-port=0", "--data-dir=" + data);
            FanfareProcess kafka = run("dev", "--port=0", "--kafka-port=" + taken.getLocalPort(), "--data-dir=" + data);

            assertThat(http.exitCode()).isEqualTo(1);
            assertThat(http.err())
                    .startsWith("fanfare: port " + taken.getLocalPort())
                    .contains("--port");
            assertThat(http.err().lines()).hasSize(1);
            assertThat(kafka.exitCode()).isEqualTo(1);
            assertThat(kafka.err()).contains("--kafka-port");
            assertThat(kafka.err().lines()).hasSize(1);
            assertThat(Path.of(data)).doesNotExist();
        }
    }

    @Test
    void aDataFolderThatIsAFileIsOneSentence() throws IOException {
        Path file = Files.writeString(folder.resolve("data"), "mine");
        FanfareProcess dev = dev("--data-dir=" + file);

        assertThat(dev.exitCode()).isEqualTo(1);
        assertThat(dev.err().lines()).hasSize(1);
        assertThat(dev.err()).contains(file.toString(), "--data-dir");
        assertThat(file).hasContent("mine");
    }

    @Test
    void wrongSettingsAreRefusedBeforeAnythingStarts() {
        FanfareProcess dev = dev("--data-dir=" + folder.resolve("data"), "--retry-tiers=2x");
        assertThat(dev.exitCode()).isEqualTo(2);
        assertThat(dev.err()).contains("topics.retry-tiers", "'2x'");
        assertThat(folder.resolve("data")).doesNotExist();
    }
}
