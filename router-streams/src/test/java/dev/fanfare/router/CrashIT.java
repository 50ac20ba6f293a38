package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every event meets each of its subscriptions at least once, whatever happens to routers and broker. */
@WithBroker
class CrashIT {
    private static final int EVENTS = 20_000;
    /** Two hundred chunks. */
    private static final int MANY = 4_000;

    private static final List<Subscription> SUBSCRIPTIONS = List.of(
            subscription("default", "all", "*"),
            subscription("default", "crash", "crash.*"),
            subscription("default", "exact", "crash.test"));

    @ParameterizedTest
    @CsvSource({
        "at-least-once, its disk is there",
        "exactly-once-v2, its disk is there",
        "exactly-once-v2, its disk is lost"
    })
    void aRouterKilledMidwayLosesNothing(
            String guarantee, String disk, @Fresh TestBroker broker, @TempDir Path stateDir) throws Exception {
        broker.createFanfareTopics();
        SUBSCRIPTIONS.forEach(subscription -> broker.send(row(subscription)));
        sendEvents(broker);
        Process killed =
                RouterProcess.start(broker.bootstrapServers(), "crash", guarantee, "router.state-dir=" + stateDir);
        try {
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> deliveries(broker) > 5_000);
        } finally {
            killed.destroyForcibly().waitFor();
        }
        long atTheKill = deliveries(broker);
        assertThat(atTheKill).as("killed midway").isLessThan(EVENTS * 3L);

        if (disk.endsWith("lost")) {
            TestRouter.delete(stateDir);
        }
        try (TestRouter next = TestRouter.start(
                broker.bootstrapServers(),
                "crash",
                Map.of("router.guarantee", guarantee, "router.state-dir", stateDir.toString()))) {
            await().atMost(Duration.ofMinutes(2))
                    // what is there is counted first: reading all of it is dear
                    .untilAsserted(() -> {
                        assertThat(deliveries(broker)).isGreaterThanOrEqualTo(EVENTS * 3L);
                        assertThat(missing(broker)).isEmpty();
                    });
            assertThat(next.events("undecodable")).isZero();
        }
        if (guarantee.equals("exactly-once-v2")) {
            // neither by the crash nor by the events that came twice
            assertThat(broker.records(Topics.DELIVERIES)).hasSize(EVENTS * 3);
        }
    }

    @Test
    void aBrokerThatGoesAwayAndComesBackLosesNothing(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        SUBSCRIPTIONS.forEach(subscription -> broker.send(row(subscription)));
        try (TestRouter router = TestRouter.start(broker.bootstrapServers(), "outage", Map.of())) {
            sendEvents(broker);
            await().pollInterval(Duration.ofMillis(10)).until(() -> router.events("routed") > 1_000);
            broker.stop();
            broker.startAgain();
            await().atMost(Duration.ofMinutes(2))
                    // what is there is counted first: reading all of it is dear
                    .untilAsserted(() -> {
                        assertThat(deliveries(broker)).isGreaterThanOrEqualTo(EVENTS * 3L);
                        assertThat(missing(broker)).isEmpty();
                    });
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> router.role.readiness().isReady());
        }
    }

    @Test
    void aRouterKilledInAVeryLargeFanOutGivesEachItsDeliveryUnderTheSameId(
            @Fresh TestBroker broker, @TempDir Path stateDir) throws Exception {
        broker.createFanfareTopics();
        Set<String> expected = subscribeMany(broker);
        broker.send(event("large", "fan.out", new byte[1_000]));
        Map<String, String> settings = Map.of("router.state-dir", stateDir.toString(), "router.fanout-chunk", "20");
        Process killed = RouterProcess.start(
                broker.bootstrapServers(),
                "killed",
                "at-least-once",
                "router.state-dir=" + stateDir,
                "router.fanout-chunk=20");
        try {
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> deliveries(broker) > 0);
        } finally {
            killed.destroyForcibly().waitFor();
        }
        try (TestRouter next = TestRouter.start(broker.bootstrapServers(), "next", settings)) {
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(delivered(broker)).isEqualTo(expected));
            assertThat(next.events("undecodable")).isZero();
        }
    }

    private static Set<String> subscribeMany(TestBroker broker) {
        Set<String> ids = new HashSet<>();
        try (var producer =
                new KafkaProducer<>(broker.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < MANY; i++) {
                Subscription subscription = subscription("default", "s" + i, "fan.*");
                ids.add(DeliveryId.of("default", "/tests", "large", subscription.id(), subscription.generation()));
                var unused = producer.send(row(subscription));
            }
        }
        return ids;
    }

    private static Set<String> delivered(TestBroker broker) {
        return broker.records(Topics.DELIVERIES).stream()
                .map(delivery -> String.valueOf(RecordHeaders.text(delivery.headers(), DeliveryRecords.DELIVERY_ID)))
                .collect(Collectors.toSet());
    }

    private static void sendEvents(TestBroker broker) {
        AtomicInteger failed = new AtomicInteger();
        try (var producer =
                new KafkaProducer<>(broker.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < EVENTS; i++) {
                for (int times = i % 10 == 0 ? 2 : 1; times > 0; times--) {
                    Future<?> unused =
                            producer.send(event("e" + i, "crash.test", new byte[200]), (metadata, failure) -> {
                                if (failure != null) {
                                    failed.incrementAndGet();
                                }
                            });
                }
            }
        }
        assertThat(failed).hasValue(0);
    }

    /** The ids of the deliveries that should be on the topic and are not; what is there and should not be, fails. */
    private static Set<String> missing(TestBroker broker) {
        Set<String> missing = new HashSet<>();
        for (Subscription subscription : SUBSCRIPTIONS) {
            for (int i = 0; i < EVENTS; i++) {
                missing.add(DeliveryId.of("default", "/tests", "e" + i, subscription.id(), subscription.generation()));
            }
        }
        Set<String> expected = Set.copyOf(missing);
        for (ConsumerRecord<byte[], byte[]> delivery : broker.records(Topics.DELIVERIES)) {
            String id = RecordHeaders.text(delivery.headers(), DeliveryRecords.DELIVERY_ID);
            assertThat(expected.contains(id)).as("delivery %s is expected", id).isTrue();
            missing.remove(id);
        }
        return missing;
    }

    private static long deliveries(TestBroker broker) {
        return broker.endOffsets(List.of(Topics.DELIVERIES)).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}
