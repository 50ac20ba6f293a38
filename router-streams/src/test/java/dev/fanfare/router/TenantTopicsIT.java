package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics that belong to one tenant. */
@WithBroker
class TenantTopicsIT {
    private static final String ORDERS = "orders-events";
    private static final String RULES = ORDERS + "=acme,billing-events=default";

    private static TestBroker broker;
    private static TestRouter router;

    @BeforeAll
    static void startTheRouter(@Fresh TestBroker fresh) {
        broker = fresh;
        createTopics(broker);
        broker.send(row(subscription("acme", "s", "*")));
        broker.send(row(subscription("default", "s", "*")));
        router = TestRouter.start(broker.bootstrapServers(), "it", Map.of("router.tenant-of-topic", RULES));
    }

    private static void createTopics(TestBroker on) {
        on.createFanfareTopics();
        on.createTopics(List.of(new NewTopic(ORDERS, 3, (short) 1), new NewTopic("billing-events", 1, (short) 1)));
    }

    @AfterAll
    static void stopTheRouter() {
        router.close();
    }

    @Test
    void whatComesInATenantsTopicIsThatTenantsEventByteForByte() {
        byte[] data = {0, 1, (byte) 0xFF, '{', 10, 13};
        ProducerRecord<byte[], byte[]> binary = in(ORDERS, event("t-binary", "any.thing", data));
        binary.headers().add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".getBytes(UTF_8));
        broker.send(binary);
        ConsumerRecord<byte[], byte[]> delivery = deliveryOf("t-binary");
        assertThat(new String(delivery.key(), UTF_8)).isEqualTo("acme/s");
        assertThat(delivery.value()).isEqualTo(data);
        assertThat(RecordHeaders.text(delivery.headers(), "ce_tenant")).isEqualTo("acme");
        assertThat(RecordHeaders.text(delivery.headers(), "traceparent")).startsWith("00-0af");

        broker.send(in("billing-events", event("t-other", "any.thing", data)));
        assertThat(new String(deliveryOf("t-other").key(), UTF_8)).isEqualTo("default/s");
    }

    @Test
    void aStructuredEventIsTakenToo() {
        broker.send(structured("t-structured", ""));
        ConsumerRecord<byte[], byte[]> delivery = deliveryOf("t-structured");
        assertThat(new String(delivery.key(), UTF_8)).isEqualTo("acme/s");
        assertThat(new String(delivery.value(), UTF_8)).isEqualTo("{\"n\": 1.50}");
    }

    @Test
    void whoNamesTheTopicsTenantSaysNothingNew() {
        ProducerRecord<byte[], byte[]> event = in(ORDERS, event("t-named", "any.thing", new byte[0]));
        event.headers().add("ce_tenant", "acme".getBytes(UTF_8));
        broker.send(event);
        assertThat(new String(deliveryOf("t-named").key(), UTF_8)).isEqualTo("acme/s");
    }

    @Test
    void anotherTenantsEventIsADeadLetterThatNamesBoth() {
        double before = router.events("invalid");
        ProducerRecord<byte[], byte[]> foreign = in(ORDERS, event("t-foreign", "any.thing", new byte[] {7}));
        foreign.headers().add("ce_tenant", "default".getBytes(UTF_8));
        isRefused(foreign, "invalid", "is 'default', but topic 'orders-events' takes events of tenant 'acme' alone");
        isRefused(
                structured("t-foreign", ",\"tenant\":\"default\""),
                "invalid",
                "is 'default', but topic 'orders-events' takes events of tenant 'acme' alone");
        assertThat(router.events("invalid")).isEqualTo(before + 2);
        assertThat(broker.records(Topics.EVENTS))
                .noneMatch(event -> "t-foreign".equals(RecordHeaders.text(event.headers(), "ce_id")));
    }

    @Test
    void whatIsNoEventOrBreaksARuleIsADeadLetterWithItsBytesAndTheNextIsRouted() {
        isRefused(new ProducerRecord<>(ORDERS, 1, null, new byte[] {1, 2}), "undecodable", "ce_specversion");
        isRefused(new ProducerRecord<>(ORDERS, 1, null, null), "undecodable", "ce_specversion");
        isRefused(in(ORDERS, event("t-bad", "no type", new byte[] {1})), "invalid", "type: ");
        broker.send(in(ORDERS, event("t-after", "any.thing", new byte[0])));
        deliveryOf("t-after");
    }

    @Test
    void nobodyCanSayInATenantsTopicThatAnEventWasChecked() {
        Tenant strict = new Tenant("acme", null, Tenant.EventTypes.STRICT, null, null, 1, 1);
        broker.send(new ProducerRecord<>(Topics.CATALOG, strict.key().getBytes(UTF_8), strict.toJson()));
        try {
            ProducerRecord<byte[], byte[]> forged = in(ORDERS, event("t-forged", "not.made", new byte[0]));
            forged.headers().add(EventRecords.CHECKED, EventRecords.CHECKED_YES.getBytes(UTF_8));
            broker.send(forged);
            await().until(() -> broker.records(Topics.DEAD_LETTERS).stream()
                    .anyMatch(dead -> "t-forged".equals(RecordHeaders.text(dead.headers(), "ce_id"))
                            && "invalid".equals(RecordHeaders.text(dead.headers(), DeliveryRecords.REASON))));
        } finally {
            broker.send(new ProducerRecord<>(Topics.CATALOG, strict.key().getBytes(UTF_8), null));
        }
    }

    @Test
    void aTopicThatIsNotThereIsNamedAtTheStart() {
        assertThatThrownBy(() -> TestRouter.start(
                        broker.bootstrapServers(), "early", Map.of("router.tenant-of-topic", "ordres=acme")))
                .hasMessage(
                        "router.tenant-of-topic names topics that don't exist: ordres: create them, or take them out");
    }

    @Test
    void aRouterKilledMidwayLosesAndDoublesNothing(@TempDir Path stateDir) throws Exception {
        try (TestBroker fresh = TestBroker.fresh()) {
            killedMidwayItLosesAndDoublesNothing(fresh, stateDir);
        }
    }

    private static void killedMidwayItLosesAndDoublesNothing(TestBroker fresh, Path stateDir) throws Exception {
        createTopics(fresh);
        List<String> ids = IntStream.range(0, 50_000).mapToObj(i -> "e" + i).toList();
        try (var producer =
                new KafkaProducer<>(fresh.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            ids.forEach(id -> producer.send(in(ORDERS, event(id, "any.thing", new byte[100]))));
        }
        Process killed = RouterProcess.start(
                fresh.bootstrapServers(),
                "killed",
                "at-least-once",
                "router.tenant-of-topic=" + RULES,
                "router.state-dir=" + stateDir);
        try {
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> fresh.endOffsets(List.of(Topics.EVENTS)).values().stream()
                                    .mapToLong(end -> end)
                                    .sum()
                            > 0);
        } finally {
            killed.destroyForcibly().waitFor();
        }
        assertThat(fresh.records(Topics.EVENTS).size()).as("killed midway").isLessThan(ids.size());
        try (TestRouter next =
                TestRouter.start(fresh.bootstrapServers(), "killed", Map.of("router.tenant-of-topic", RULES))) {
            await().until(() -> fresh.records(Topics.EVENTS).size() >= ids.size());
        }
        assertThat(fresh.records(Topics.EVENTS))
                .extracting(event -> RecordHeaders.text(event.headers(), "ce_id"))
                .containsExactlyInAnyOrderElementsOf(ids);
    }

    private static ProducerRecord<byte[], byte[]> in(String topic, ProducerRecord<byte[], byte[]> event) {
        return new ProducerRecord<>(topic, null, event.key(), event.value(), event.headers());
    }

    private static ProducerRecord<byte[], byte[]> structured(String id, String more) {
        ProducerRecord<byte[], byte[]> event = new ProducerRecord<>(
                ORDERS,
                null,
                ("{\"specversion\":\"1.0\",\"id\":\"" + id
                                + "\",\"type\":\"a.b\",\"source\":\"/s\",\"data\":{\"n\": 1.50}" + more + "}")
                        .getBytes(UTF_8));
        event.headers().add("content-type", "application/cloudevents+json".getBytes(UTF_8));
        return event;
    }

    private static void isRefused(ProducerRecord<byte[], byte[]> event, String reason, String why) {
        RecordMetadata at = broker.send(event);
        String key = DeliveryId.ofOrigin(at.topic(), at.partition(), at.offset());
        ConsumerRecord<byte[], byte[]> dead = await().until(
                        () -> broker.records(Topics.DEAD_LETTERS).stream()
                                .filter(each -> new String(each.key(), UTF_8).equals(key))
                                .toList(),
                        found -> found.size() == 1)
                .get(0);
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.REASON)).isEqualTo(reason);
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ERROR)).contains(why);
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ORIGIN))
                .isEqualTo(at.topic() + "/" + at.partition() + "/" + at.offset());
        assertThat(RecordHeaders.text(dead.headers(), "ce_tenant"))
                .as("whose it is, whomever it names")
                .isEqualTo("acme");
        assertThat(dead.value()).isEqualTo(event.value() == null ? new byte[0] : event.value());
    }

    private static ConsumerRecord<byte[], byte[]> deliveryOf(String eventId) {
        return await().until(
                        () -> broker.records(Topics.DELIVERIES).stream()
                                .filter(delivery -> eventId.equals(RecordHeaders.text(delivery.headers(), "ce_id")))
                                .toList(),
                        found -> found.size() == 1)
                .get(0);
    }
}
