package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.disabled;
import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static dev.fanfare.router.TestRouter.tombstone;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.EventChunk;
import dev.fanfare.contract.delivery.HashRange;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@WithBroker
class RouterIT {
    private static TestBroker broker;
    private static TestRouter router;

    @BeforeAll
    static void startTheRouter(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
        router = TestRouter.start(broker.bootstrapServers(), "it", Map.of());
    }

    @AfterAll
    static void stopTheRouter() {
        router.close();
    }

    @Test
    void anEventGoesToEachMatchingSubscriptionByteForByte() throws Exception {
        Subscription exact = subscription("default", "exact", "bytes.made");
        Subscription prefix = subscription("default", "prefix", "bytes.*", "bytes.made");
        Subscription other = subscription("default", "other", "bytes.made.twice");
        RecordMetadata exactAt = broker.send(row(exact));
        broker.send(row(prefix));
        broker.send(row(other));
        byte[] data = {0, 1, (byte) 0xFF, '{', 10, 13};
        ProducerRecord<byte[], byte[]> event = event("e-1", "bytes.made", data);
        event.headers().add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".getBytes(UTF_8));
        event.headers().add("fanfare-attempts", "7".getBytes(UTF_8));
        RecordMetadata eventAt = broker.send(event);

        List<ConsumerRecord<byte[], byte[]>> deliveries = deliveriesOf("e-1", 2);
        assertThat(deliveries)
                .extracting(delivery -> new String(delivery.key(), UTF_8))
                .containsExactlyInAnyOrder("default/exact", "default/prefix");
        ConsumerRecord<byte[], byte[]> toExact = deliveries.stream()
                .filter(delivery -> new String(delivery.key(), UTF_8).equals("default/exact"))
                .findFirst()
                .orElseThrow();
        assertThat(toExact.value()).isEqualTo(data);
        assertThat(RecordHeaders.text(toExact.headers(), "content-type")).isEqualTo("application/octet-stream");
        assertThat(RecordHeaders.text(toExact.headers(), "ce_source")).isEqualTo("/tests");
        assertThat(RecordHeaders.text(toExact.headers(), "ce_specversion")).isEqualTo("1.0");
        assertThat(RecordHeaders.text(toExact.headers(), "traceparent")).startsWith("00-0af");
        Delivery delivery = DeliveryRecords.read(toExact.headers());
        assertThat(delivery.id()).isEqualTo(DeliveryId.of("default", "/tests", "e-1", "exact", exact.generation()));
        assertThat(delivery.version().offset()).isEqualTo(exactAt.offset());
        assertThat(delivery.acceptedAtMillis()).isEqualTo(eventAt.timestamp());
        assertThat(delivery.progress()).isEqualTo(Progress.NONE);
    }

    @Test
    void updatesDisablingAndDeletionCountFromTheirAcknowledgementOn() {
        Subscription before = subscription("default", "changing", "change.a");
        Subscription after = subscription("default", "changing", "change.b");
        broker.send(row(before));
        isDelivered("c-1", "change.a");
        broker.send(row(after));
        matchesNothing("c-2", "change.a");
        isDelivered("c-3", "change.b");
        broker.send(row(disabled(after)));
        matchesNothing("c-4", "change.b");
        broker.send(row(after));
        isDelivered("c-5", "change.b");
        broker.send(tombstone(after));
        matchesNothing("c-6", "change.b");
    }

    private static void isDelivered(String eventId, String type) {
        broker.send(event(eventId, type, new byte[0]));
        deliveriesOf(eventId, 1);
    }

    private static void matchesNothing(String eventId, String type) {
        double before = router.events("unmatched");
        broker.send(event(eventId, type, new byte[0]));
        await().until(() -> router.events("unmatched") > before);
        deliveriesOf(eventId, 0);
    }

    @Test
    void anotherTenantsEventsAreNotSeen() {
        broker.send(row(subscription("default", "mine", "tenancy.*")));
        broker.send(row(subscription("acme", "theirs", "tenancy.*")));
        ProducerRecord<byte[], byte[]> theirs = event("t-1", "tenancy.x", new byte[0]);
        theirs.headers().add("ce_tenant", "acme".getBytes(UTF_8));
        broker.send(theirs);
        assertThat(deliveriesOf("t-1", 1))
                .extracting(delivery -> new String(delivery.key(), UTF_8))
                .containsExactly("acme/theirs");
    }

    @Test
    void aStructuredCloudEventIsDeliveredInBinaryMode() {
        broker.send(row(subscription("default", "structured", "structured.*")));
        ProducerRecord<byte[], byte[]> structured = new ProducerRecord<>(Topics.EVENTS, null, """
                {"specversion":"1.0","type":"structured.x","source":"/s","id":"s-1","color":"red","data":{"a": 1.50}}
                """.getBytes(UTF_8));
        structured.headers().add("content-type", "application/cloudevents+json; charset=utf-8".getBytes(UTF_8));
        broker.send(structured);
        ConsumerRecord<byte[], byte[]> delivery = deliveriesOf("s-1", 1).get(0);
        assertThat(new String(delivery.value(), UTF_8)).isEqualTo("{\"a\": 1.50}");
        assertThat(RecordHeaders.text(delivery.headers(), "content-type")).isEqualTo("application/json");
        assertThat(RecordHeaders.text(delivery.headers(), "ce_color")).isEqualTo("red");
    }

    @Test
    void anUndecodableEventBecomesADeadLetterWithItsRawBytes() {
        byte[] raw = {1, 2, 3};
        ProducerRecord<byte[], byte[]> bad = new ProducerRecord<>(Topics.EVENTS, 0, null, raw);
        bad.headers().add("x-trace", "kept".getBytes(UTF_8));
        RecordMetadata at = broker.send(bad);

        ConsumerRecord<byte[], byte[]> dead = deadLetterOf(at);
        assertThat(dead.value()).isEqualTo(raw);
        assertThat(RecordHeaders.text(dead.headers(), "x-trace")).isEqualTo("kept");
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.REASON)).isEqualTo("undecodable");
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ERROR)).contains("ce_specversion");
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ORIGIN))
                .isEqualTo(Topics.EVENTS + "/0/" + at.offset());
    }

    @Test
    void anEventWithoutAValueThatCannotBeReadIsNotTakenForATombstone() {
        RecordMetadata at = broker.send(new ProducerRecord<>(Topics.EVENTS, 1, null, null));
        assertThat(deadLetterOf(at).value()).isNotNull().isEmpty();
    }

    @Test
    void anEventOfAnUnknownTenantBecomesADeadLetter() {
        ProducerRecord<byte[], byte[]> stranger = event("u-1", "any.thing", new byte[0]);
        stranger.headers().add("ce_tenant", "nobody".getBytes(UTF_8));
        ConsumerRecord<byte[], byte[]> dead = deadLetterOf(broker.send(stranger));
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ERROR)).contains("no tenant 'nobody'");
    }

    @Test
    void aVeryLargeFanOutThatHasToWaitHoldsUpNoOtherEvent() throws Exception {
        String topicId = broker.admin()
                .describeTopics(List.of(Topics.SUBSCRIPTIONS))
                .allTopicNames()
                .get()
                .get(Topics.SUBSCRIPTIONS)
                .topicId()
                .toString();
        long offset = broker.send(row(subscription("default", "patient", "patience.*")))
                .offset();
        ProducerRecord<byte[], byte[]> event = event("large", "patience.long", new byte[0]);
        event.headers().add("ce_tenant", "default".getBytes(UTF_8));
        new EventChunk(HashRange.ALL, new SubscriptionVersion(topicId, offset + 2), 1).writeHeaders(event.headers());
        broker.send(new ProducerRecord<>(Topics.FANOUT, null, event.key(), event.value(), event.headers()));
        broker.send(event("small", "patience.short", new byte[0]));
        deliveriesOf("small", 1);
        assertThat(broker.records(Topics.DELIVERIES))
                .noneMatch(delivery -> "large".equals(RecordHeaders.text(delivery.headers(), "ce_id")));
        // what it waits for
        broker.send(row(subscription("default", "latest", "other.*")));
        deliveriesOf("large", 1);
    }

    @Test
    void aTenantCountsFromTheAcknowledgementOfItsRecordOn() {
        for (int i = 0; i < 10; i++) {
            String young = "young-" + i;
            broker.send(row(subscription(young, "s", "*")));
            Tenant tenant = new Tenant(young, null, Tenant.EventTypes.OPEN, null, null, 1, 1);
            broker.send(new ProducerRecord<>(Topics.CATALOG, tenant.key().getBytes(UTF_8), tenant.toJson()));
            ProducerRecord<byte[], byte[]> event = event("y-" + i, "any.thing", new byte[0]);
            event.headers().add("ce_tenant", young.getBytes(UTF_8));
            broker.send(event);
            assertThat(deliveriesOf("y-" + i, 1).get(0).key()).isEqualTo((young + "/s").getBytes(UTF_8));
        }
    }

    @Test
    void aRestartIsQuick() {
        Instant start = Instant.now();
        router.close();
        router = TestRouter.start(broker.bootstrapServers(), "it", Map.of());
        Duration taken = Duration.between(start, Instant.now());
        broker.send(row(subscription("default", "restarted", "restart.*")));
        broker.send(event("r-1", "restart.x", new byte[0]));
        deliveriesOf("r-1", 1);
        assertThat(taken).isLessThan(Duration.ofSeconds(5));
    }

    private static ConsumerRecord<byte[], byte[]> deadLetterOf(RecordMetadata at) {
        String key = DeliveryId.ofOrigin(Topics.EVENTS, at.partition(), at.offset());
        return await().until(
                        () -> broker.records(Topics.DEAD_LETTERS).stream()
                                .filter(dead -> new String(dead.key(), UTF_8).equals(key))
                                .toList(),
                        found -> found.size() == 1)
                .get(0);
    }

    private static List<ConsumerRecord<byte[], byte[]>> deliveriesOf(String eventId, int count) {
        return await().until(
                        () -> broker.records(Topics.DELIVERIES).stream()
                                .filter(delivery -> eventId.equals(RecordHeaders.text(delivery.headers(), "ce_id")))
                                .toList(),
                        found -> found.size() == count);
    }
}
