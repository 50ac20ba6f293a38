package dev.fanfare.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithBroker
class RoleCommandIT {
    @TempDir
    Path folder;

    private FanfareProcess run(String... args) {
        FanfareProcess process = FanfareProcess.start(folder, args);
        process.exitCode();
        return process;
    }

    @Test
    void aRoleServesHealthAndStopsInOrder(@Fresh TestBroker broker) {
        String cluster = "--bootstrap-servers=" + broker.bootstrapServers();
        FanfareProcess created = run(
                "topics",
                "create",
                cluster,
                "--set",
                "topics.replication-factor=1",
                "--set",
                "topics.retry-tiers=1s,2s");
        assertThat(created.exitCode()).isZero();
        assertThat(created.out()).contains("created fanfare.events", "created fanfare.retry.1s");

        try (FanfareProcess ingest =
                FanfareProcess.start(folder, "ingest", cluster, "--port=0").awaitOutput("listening role=ingest")) {
            awaitReady("http://127.0.0.1:" + ingest.find("listening role=ingest address=\\S+:(\\d+)"));
            assertThat(ingest.stop()).isZero();
            assertThat(ingest.err()).contains("stopped role=ingest");
        }
    }

    @Test
    void aRoleThatStartsBeforeKafkaWaitsForItUnready(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        broker.stop();
        try (FanfareProcess retry = FanfareProcess.start(
                        folder,
                        "retry",
                        "--bootstrap-servers=" + broker.bootstrapServers(),
                        "--port=0",
                        "--set",
                        "topics.retry-tiers=1s,2s,5s")
                .awaitOutput("waiting for Kafka waited=")) {
            String front = "http://127.0.0.1:" + retry.find("listening role=retry address=\\S+:(\\d+)");
            assertThat(FanfareProcess.get(front + "/health/live").statusCode()).isEqualTo(200);
            assertThat(FanfareProcess.get(front + "/health/ready").statusCode()).isEqualTo(503);
            broker.startAgain();
            awaitReady(front);
            assertThat(retry.stop()).isZero();
        }
    }

    private static void awaitReady(String front) {
        await("ready")
                .atMost(Duration.ofSeconds(120))
                .until(() -> FanfareProcess.get(front + "/health/ready").statusCode() == 200);
    }

    @Test
    void aRoleThatWaitsForKafkaStopsWhenItIsTold(@Fresh TestBroker broker) {
        broker.stop();
        try (FanfareProcess router = FanfareProcess.start(
                        folder, "router", "--bootstrap-servers=" + broker.bootstrapServers(), "--port=0")
                .awaitOutput("waiting for Kafka waited=")) {
            assertThat(router.stop()).isZero();
        }
    }

    @Test
    void aRoleWithoutItsTopicsSaysHowToCreateThem(@Fresh TestBroker broker) {
        FanfareProcess router = run("router", "--bootstrap-servers=" + broker.bootstrapServers(), "--port=0");
        assertThat(router.exitCode()).isEqualTo(1);
        assertThat(router.err()).contains("fanfare topics create").doesNotContain("\tat ");
    }

    @Test
    void aRoleWithoutAClusterSaysHowToNameOne() {
        FanfareProcess router = run("router", "--port=0");
        assertThat(router.exitCode()).isEqualTo(2);
        assertThat(router.err()).contains("FANFARE_KAFKA_BOOTSTRAP_SERVERS");
    }
}
