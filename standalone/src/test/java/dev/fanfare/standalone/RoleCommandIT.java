package dev.fanfare.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
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
                FanfareProcess.start(folder, "ingest", cluster, "--port=0").awaitOutput("ready role=ingest")) {
            String port = ingest.find("listening role=ingest address=\\S+:(\\d+)");
            assertThat(FanfareProcess.get("http://127.0.0.1:" + port + "/health/ready")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(ingest.stop()).isZero();
            assertThat(ingest.err()).contains("stopped role=ingest");
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
