package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a router starts, starts again, and refuses to. */
@WithBroker
class StartIT {

    @ParameterizedTest
    @CsvSource({
        "streams, at-least-once, 24h",
        "streams, exactly-once-v2, 24h",
        "streams, at-least-once, 0s",
        "classic, at-least-once, 24h"
    })
    void itRoutesSoonAfterAStartAndAfterARestart(
            String protocol, String guarantee, String window, @Fresh TestBroker broker, @TempDir Path stateDir)
            throws Exception {
        broker.createFanfareTopics();
        Map<String, String> settings = Map.of(
                "router.group-protocol",
                protocol,
                "router.guarantee",
                guarantee,
                "router.threads",
                "2",
                "router.deduplication-window",
                window,
                "router.state-dir",
                stateDir.toString());
        for (int round = 1; round <= 3; round++) {
            Instant start = Instant.now();
            try (TestRouter router = TestRouter.start(broker.bootstrapServers(), "again", settings)) {
                broker.send(row(subscription("default", "s" + round, "round.number" + round)));
                broker.send(event("e" + round, "round.number" + round, new byte[0]));
                await().atMost(Duration.ofMinutes(2))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> router.events("routed") == 1);
            }
            assertThat(Duration.between(start, Instant.now()))
                    .as("round %d of start, route, close", round)
                    .isLessThan(Duration.ofSeconds(10));
        }
        await().untilAsserted(
                        () -> assertThat(broker.records(Topics.DELIVERIES)).hasSize(3));
        if (window.equals("0s")) {
            assertThat(stateDir).as("nothing is kept").isEmptyDirectory();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "classic"})
    void theWindowMayBeTurnedOffAndOnAndChanged(String protocol, @Fresh TestBroker broker) {
        broker.createFanfareTopics();
        broker.send(row(subscription("default", "s", "*")));
        List<String> windows = List.of("0s", "24h", "12h", "0s", "24h");
        for (String window : windows) {
            Map<String, String> settings =
                    Map.of("router.group-protocol", protocol, "router.deduplication-window", window);
            try (TestRouter router = TestRouter.start(broker.bootstrapServers(), "changing", settings)) {
                broker.send(event("e", "any.thing", new byte[0]));
                double routed = window.equals("0s") ? 1 : 0;
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> router.events("routed") + router.events("duplicate") == 1);
            }
        }
    }

    @Test
    void withoutTopicsItSaysHowToCreateThem(@Fresh TestBroker broker) {
        assertThatThrownBy(() -> TestRouter.start(broker.bootstrapServers(), "early", Map.of()))
                .hasMessageContaining(Topics.DELIVERIES)
                .hasMessageContaining("fanfare topics create");
    }

    @Test
    void whatTheDeliveriesTopicRefusesStopsTheRouterWithAReasonAndLosesNothing(@Fresh TestBroker broker)
            throws Exception {
        broker.createFanfareTopics();
        limitDeliveries(broker, "10000");
        broker.send(row(subscription("default", "s", "*")));
        try (TestRouter router = TestRouter.start(broker.bootstrapServers(), "refused", Map.of())) {
            broker.send(event("e", "large.event", noise(100_000)));
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                String reason = router.role.readiness().reason();
                return reason != null && reason.contains("RECORD_TOO_LARGE") && reason.contains("max.message.bytes");
            });
        }
        limitDeliveries(broker, "2097152");
        try (TestRouter router = TestRouter.start(broker.bootstrapServers(), "refused", Map.of())) {
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> broker.records(Topics.DELIVERIES).size() == 1);
            assertThat(router.role.readiness().isReady()).isTrue();
        }
    }

    @Test
    void closingTwiceOrBeforeTheStartDoesNoHarm(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        TestRouter router = TestRouter.start(broker.bootstrapServers(), "twice", Map.of());
        router.close();
        router.close();
        assertThat(router.role.readiness().isReady()).isFalse();
    }

    private static void limitDeliveries(TestBroker broker, String bytes) throws Exception {
        broker.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, Topics.DELIVERIES),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
