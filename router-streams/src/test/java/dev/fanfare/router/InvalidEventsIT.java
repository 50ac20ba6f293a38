package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What comes straight to Kafka is held to what ingest holds it to. */
@WithBroker
class InvalidEventsIT {
    private static final String TENANT = "strict";
    private static final String SCHEMA =
            "{\"type\":\"object\",\"required\":[\"total\"],\"properties\":{\"total\":{\"type\":\"number\"}}}";

    private static TestBroker broker;
    private static TestRouter router;

    @BeforeAll
    static void startTheRouter(@Fresh TestBroker fresh) throws IOException {
        broker = fresh;
        broker.createFanfareTopics();
        broker.send(row(subscription(TENANT, "s", "*")));
        broker.send(entry(strict(TENANT)));
        broker.send(entry(type(TENANT, "free.form")));
        broker.send(entry(type(TENANT, "order.made", SCHEMA)));
        router = TestRouter.start(broker.bootstrapServers(), "it", Map.of());
    }

    @AfterAll
    static void stopTheRouter() {
        router.close();
    }

    @Test
    void aStrictTenantsEventOfAnUnknownTypeIsADeadLetter() {
        double before = router.events("invalid");
        assertThat(refusal(send("i-unknown", "order.maed", "{}")))
                .startsWith("/type: 'order.maed' is not an event type");
        assertThat(router.events("invalid")).isEqualTo(before + 1);
        isDelivered(send("i-known", "free.form", "no JSON"));
    }

    @Test
    void dataThatIsNotAsItsSchemaSaysIsADeadLetterThatPointsToTheFault() {
        assertThat(refusal(send("i-data", "order.made", "{\"total\":\"many\"}")))
                .startsWith("/data/total: ");
        assertThat(refusal(send("i-json", "order.made", "{"))).startsWith("/data: is not JSON");
        isDelivered(send("i-right", "order.made", "{\"total\":1.5}"));
    }

    @Test
    void anAttributeThatBreaksARuleIsADeadLetterThatNamesIt() {
        ProducerRecord<byte[], byte[]> event = ofTenant(TestRouter.event("i-time", "free.form", new byte[0]));
        event.headers().add("ce_time", "yesterday".getBytes(UTF_8));
        broker.send(event);
        assertThat(refusal("i-time")).startsWith("time: must be a timestamp");
        ProducerRecord<byte[], byte[]> other = ofTenant(TestRouter.event("i-long", "free.form", new byte[0]));
        other.headers().add("ce_ext", "x".repeat(1_025).getBytes(UTF_8));
        broker.send(other);
        assertThat(refusal("i-long")).startsWith("ext: is longer than 1024");
    }

    @Test
    void whatIngestHasCheckedIsNotJudgedAgain() {
        ProducerRecord<byte[], byte[]> event =
                ofTenant(TestRouter.event("i-checked", "order.made", "{".getBytes(UTF_8)));
        event.headers().add(EventRecords.CHECKED, EventRecords.CHECKED_YES.getBytes(UTF_8));
        broker.send(event);
        isDelivered("i-checked");
    }

    @Test
    void aSchemaThatCannotBeUsedStopsNothing() throws IOException {
        broker.send(entry(type(TENANT, "odd.schema", "{\"type\":7,\"pattern\":\"[\",\"$ref\":\"#/nowhere\"}")));
        assertThat(refusal(send("i-odd", "odd.schema", "{}"))).startsWith("/data: ");
        isDelivered(send("i-after-odd", "free.form", ""));
    }

    @Test
    void aTypeAndAnOpeningCountFromTheirAcknowledgementOn() throws IOException {
        for (int i = 0; i < 10; i++) {
            broker.send(entry(type(TENANT, "new.type" + i)));
            isDelivered(send("n-" + i, "new.type" + i, "{}"));
        }
        broker.send(entry(strict("opened")));
        broker.send(row(subscription("opened", "s", "*")));
        broker.send(event("o-strict", "any.thing", new byte[0], "opened"));
        refusal("o-strict");
        broker.send(entry(new Tenant("opened", null, Tenant.EventTypes.OPEN, null, null, 1, 2)));
        broker.send(event("o-open", "any.thing", new byte[0], "opened"));
        isDelivered("o-open");
    }

    @Test
    void aTypeThatWasDeletedIsSoonTakenNoMore() {
        broker.send(entry(type(TENANT, "short.lived")));
        isDelivered(send("d-first", "short.lived", "{}"));
        broker.send(new ProducerRecord<>(
                Topics.CATALOG, EventType.key(TENANT, "short.lived").getBytes(UTF_8), null));
        AtomicInteger number = new AtomicInteger();
        await().until(() -> {
            double before = router.events("invalid");
            double routed = router.events("routed");
            send("d-" + number.incrementAndGet(), "short.lived", "{}");
            await().until(() -> router.events("invalid") > before || router.events("routed") > routed);
            return router.events("invalid") > before;
        });
    }

    @Test
    void aReplayOfThePastLeavesOutWhatWasRefused() throws Exception {
        send("p-wrong", "past.unknown", "{}");
        refusal("p-wrong");
        Subscription late = subscription(TENANT, "late", "past.*");
        broker.send(entry(type(TENANT, "past.right")));
        isDelivered(send("p-right", "past.right", ""));
        broker.send(row(late));
        broker.send(ReplayIT.run(new EventReplay(TENANT, "late", late.generation(), Instant.EPOCH, null, List.of())
                .begin("r-invalid", new Actor("test", null, null), System.currentTimeMillis())));
        await().until(() -> broker.records(Topics.RUNS).stream().anyMatch(run -> run.value() != null)
                && ReplayIT.latest(broker, "r-invalid").state() != Run.State.RUNNING);
        assertThat(ReplayIT.latest(broker, "r-invalid").state()).isEqualTo(Run.State.DONE);
        assertThat(ReplayIT.deliveriesOf(broker, late))
                .extracting(delivery -> RecordHeaders.text(delivery.headers(), "ce_id"))
                .contains("p-right")
                .doesNotContain("p-wrong");
    }

    @Test
    void nothingIsJudgedAtAStartBeforeTheCatalogIsRead() {
        try (TestBroker fresh = TestBroker.fresh()) {
            fresh.createFanfareTopics();
            atAStartAllTypesAreKnown(fresh);
        }
    }

    private static void atAStartAllTypesAreKnown(TestBroker fresh) {
        fresh.send(row(subscription(TENANT, "s", "*")));
        fresh.send(entry(strict(TENANT)));
        int types = 5_000;
        try (var producer =
                new KafkaProducer<>(fresh.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < types; i++) {
                producer.send(entry(type(TENANT, "many.types" + i)));
            }
            for (int i = types - 100; i < types; i++) {
                producer.send(ofTenant(TestRouter.event("f-" + i, "many.types" + i, new byte[0])));
            }
            producer.send(ofTenant(TestRouter.event("f-unknown", "many.types" + types, new byte[0])));
        }
        try (TestRouter first = TestRouter.start(fresh.bootstrapServers(), "first", Map.of())) {
            await().until(() -> first.events("routed") + first.events("invalid") == 101);
            assertThat(first.events("routed")).isEqualTo(100);
            assertThat(first.events("invalid")).isOne();
        }
    }

    private static Tenant strict(String id) {
        return new Tenant(id, null, Tenant.EventTypes.STRICT, null, null, 1, 1);
    }

    private static EventType type(String tenant, String name) {
        return new EventType(tenant, name, null, null, List.of(), 1, 1);
    }

    private static EventType type(String tenant, String name, String schema) throws IOException {
        JsonNode json = Json.STRICT.readTree(schema);
        return new EventType(tenant, name, null, null, List.of(new EventType.Version(1, json, null, null, 1)), 1, 1);
    }

    private static ProducerRecord<byte[], byte[]> entry(CatalogEntry entry) {
        return new ProducerRecord<>(Topics.CATALOG, entry.key().getBytes(UTF_8), entry.toJson());
    }

    private static ProducerRecord<byte[], byte[]> ofTenant(ProducerRecord<byte[], byte[]> event) {
        RecordHeaders.put(event.headers(), "ce_tenant", TENANT);
        RecordHeaders.put(event.headers(), "content-type", "application/json");
        return event;
    }

    private static ProducerRecord<byte[], byte[]> event(String id, String type, byte[] data, String tenant) {
        ProducerRecord<byte[], byte[]> event = TestRouter.event(id, type, data);
        RecordHeaders.put(event.headers(), "ce_tenant", tenant);
        return event;
    }

    /** Returns the event's id. */
    private static String send(String id, String type, String data) {
        broker.send(ofTenant(TestRouter.event(id, type, data.getBytes(UTF_8))));
        return id;
    }

    private static String refusal(String eventId) {
        ConsumerRecord<byte[], byte[]> dead = only(Topics.DEAD_LETTERS, eventId);
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.REASON)).isEqualTo("invalid");
        return String.valueOf(RecordHeaders.text(dead.headers(), DeliveryRecords.ERROR));
    }

    private static void isDelivered(String eventId) {
        only(Topics.DELIVERIES, eventId);
    }

    /** The one record of an event, on the one topic; on neither is there another. */
    private static ConsumerRecord<byte[], byte[]> only(String topic, String eventId) {
        List<ConsumerRecord<byte[], byte[]>> found = await().until(
                        () -> {
                            List<ConsumerRecord<byte[], byte[]>> all =
                                    new ArrayList<>(broker.records(Topics.DELIVERIES));
                            all.addAll(broker.records(Topics.DEAD_LETTERS));
                            all.removeIf(each -> !eventId.equals(RecordHeaders.text(each.headers(), "ce_id")));
                            return all;
                        },
                        all -> !all.isEmpty());
        assertThat(found).extracting(ConsumerRecord::topic).containsExactly(topic);
        return found.get(0);
    }
}
