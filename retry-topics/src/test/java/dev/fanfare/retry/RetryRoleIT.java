package dev.fanfare.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

@WithBroker
class RetryRoleIT {
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void closeVertx() {
        VERTX.close();
    }

    @Test
    void itRelaysWhatIsInATierAlsoInOneThatIsNoLongerConfigured(@Fresh TestBroker broker) {
        broker.createFanfareTopics(new TopicLayout(1, 2, (short) 1, Tier.parseList("200ms,1s")));
        for (String tier : List.of("fanfare.retry.200ms", "fanfare.retry.1s")) {
            ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(tier, 1, new byte[] {1}, new byte[] {2});
            RecordHeaders.put(message.headers(), DeliveryRecords.DELAY_MS, 200);
            broker.send(message);
        }
        RetryRole role = role(broker, Map.of("topics.retry-tiers", "1s"));
        try {
            assertThat(role.readiness().isReady()).isFalse();
            role.start();
            await().atMost(Duration.ofMinutes(2)).until(() -> role.readiness().isReady());
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> broker.records(Topics.DELIVERIES).size() == 2);
        } finally {
            role.close();
            role.close();
        }
    }

    @Test
    void aMissingTierIsNamedWithTheWayOut(@Fresh TestBroker broker) {
        broker.createFanfareTopics();

        assertThatThrownBy(() ->
                        role(broker, Map.of("topics.retry-tiers", "1s,9m")).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fanfare.retry.9m")
                .hasMessageContaining("fanfare topics create");
    }

    @Test
    void aTierThatCanNotDoItsWorkIsToldWithEachFault(@Fresh TestBroker broker) {
        broker.createTopics(List.of(
                new NewTopic(Topics.DELIVERIES, 2, (short) 1),
                new NewTopic(Topics.DEAD_LETTERS, 2, (short) 1),
                new NewTopic(Topics.PARKED, 2, (short) 1),
                new NewTopic(Topics.SUBSCRIPTIONS, 1, (short) 1),
                new NewTopic("fanfare.retry.1m", 3, (short) 1)
                        .configs(Map.of("message.timestamp.type", "CreateTime", "retention.ms", "60000"))));

        assertThatThrownBy(
                        () -> role(broker, Map.of("topics.retry-tiers", "1m")).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fanfare.retry.1m has 3 partitions where fanfare.deliveries has 2")
                .hasMessageContaining("set it to LogAppendTime")
                .hasMessageContaining("raise retention.ms");
    }

    @Test
    void settingsOutOfRangeAreAllToldAtOnce(@Fresh TestBroker broker) {
        assertThatThrownBy(() -> role(
                                broker, Map.of("retry.records-per-transaction", "0", "retry.transaction-timeout", "2h"))
                        .start())
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("retry.records-per-transaction")
                .hasMessageContaining("retry.transaction-timeout: 2h is out of range: 1s to 1m");
    }

    private static RetryRole role(TestBroker broker, Map<String, String> settings) {
        return new RetryRole(new RoleContext(
                "test",
                Settings.load(null, Map.of(), settings, List.of(TopicSettings.class, RetrySettings.class)),
                KafkaConnection.to(broker.bootstrapServers()),
                new SimpleMeterRegistry(),
                VERTX,
                Clock.systemUTC(),
                new Random(1)));
    }
}
