package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Json;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouterTopologyTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final TestTopology topology = new TestTopology(NOW);

    @AfterEach
    void close() {
        topology.close();
    }

    @Test
    void theTopologyIsTheDrawingInItsJavadoc() throws IOException {
        assertThat(topology.topology.describe()).hasToString(golden("router-topology.txt"));
        try (TestTopology withAStore = new TestTopology(NOW, Duration.ofHours(1))) {
            assertThat(withAStore.topology.describe())
                    .as("settings don't change it")
                    .hasToString(golden("router-topology.txt"));
        }
        assertThat(topology.fanoutTopology.describe()).hasToString(golden("fanout-topology.txt"));
        assertThat(Topics.SEEN_CHANGELOG)
                .isEqualTo(RouterStreams.APPLICATION_ID + "-" + SeenEventsStore.NAME + "-changelog");
    }

    private static String golden(String resource) throws IOException {
        try (InputStream in = RouterTopologyTest.class.getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
        }
    }

    @Test
    void aDeliveryIsKeptFromNowOnHoweverOldItsEventIs() {
        topology.subscribe("s", "old.*");
        Instant accepted = NOW.minus(Duration.ofDays(6));
        topology.send(TestRouter.event("1", "old.one", new byte[] {1}), accepted);
        TestRecord<byte[], byte[]> delivery = topology.deliveries.readRecord();
        assertThat(delivery.getRecordTime()).isEqualTo(NOW);
        assertThat(RecordHeaders.text(delivery.headers(), DeliveryRecords.ACCEPTED_AT))
                .isEqualTo(Long.toString(accepted.toEpochMilli()));
        assertThat(topology.deliveries.isEmpty()).isTrue();
    }

    @Test
    void onlyTheEventsOwnHeadersAndOursAreOnADelivery() throws Exception {
        topology.subscribe("s", "*");
        ProducerRecord<byte[], byte[]> event = TestRouter.event("1", "a", new byte[0]);
        event.headers().add("x-internal", "secret".getBytes(UTF_8));
        event.headers().add(DeliveryRecords.REASON, "exhausted".getBytes(UTF_8));
        event.headers().add("tracestate", "a=1".getBytes(UTF_8));
        event.headers().add("ce_id", "2".getBytes(UTF_8)); // twice: the last counts
        topology.send(event, NOW);
        TestRecord<byte[], byte[]> delivery = topology.deliveries.readRecord();
        assertThat(delivery.headers().toArray())
                .extracting(header -> header.key())
                .containsExactlyInAnyOrder(
                        "ce_specversion",
                        "ce_id",
                        "ce_type",
                        "ce_source",
                        "ce_tenant",
                        "content-type",
                        "tracestate",
                        DeliveryRecords.ACCEPTED_AT,
                        DeliveryRecords.DELIVERY_ID,
                        DeliveryRecords.SUBSCRIPTION,
                        DeliveryRecords.GENERATION,
                        DeliveryRecords.SUBSCRIPTION_VERSION);
        assertThat(DeliveryRecords.read(delivery.headers()).eventId()).isEqualTo("2");
    }

    @Test
    void aSubscriptionGetsOnlyWhatItsFiltersLetThrough() throws Exception {
        topology.subscribe(filtered("all", "[]"));
        topology.subscribe(filtered("eu", "[{\"exact\":{\"region\":\"eu\"}}]"));
        topology.subscribe(filtered("us", "[{\"exact\":{\"region\":\"us\"}}]"));
        topology.subscribe(filtered("unreadable", "[{\"sometime\":{\"region\":\"eu\"}}]"));
        topology.subscribe(filtered("no-list", "{\"exact\":{\"region\":\"eu\"}}"));
        ProducerRecord<byte[], byte[]> event = TestRouter.event("1", "a", new byte[0]);
        event.headers().add("ce_region", "eu".getBytes(UTF_8));
        topology.send(event, NOW);
        assertThat(topology.deliveries.readRecordsToList())
                .extracting(delivery -> new String(delivery.key(), UTF_8))
                .containsExactlyInAnyOrder("default/all", "default/eu");
    }

    @Test
    void filtersThatCannotBeDecidedAreCountedAndMatchNothing() throws Exception {
        topology.subscribe(filtered("body", "[{\"data\":{\"/a\":{\"gt\":1}}}]"));
        topology.subscribe(filtered("sql", "[{\"sql\":\"region = 'eu'\"}]"));
        topology.subscribe(filtered("sql-too", "[{\"sql\":\"region <> 'eu'\"}]"));
        topology.send(TestRouter.event("1", "a", new byte[] {'{'}), NOW);
        assertThat(topology.deliveries.isEmpty()).isTrue();
        assertThat(topology.events("unmatched")).isOne();
        assertThat(topology.filterFailures("body")).isOne();
        assertThat(topology.filterFailures("sql")).isEqualTo(2);
    }

    private static Subscription filtered(String id, String filters) throws Exception {
        return TestRouter.subscription("default", id, "a").toBuilder()
                .filters(Json.STRICT.readTree(filters))
                .build();
    }

    @Test
    void anEventThatLeavesNoRoomForOurHeadersIsADeadLetterInFull() {
        topology.subscribe("s", "*");
        byte[] data = new byte[RecordBytes.MOST - 10];
        topology.send(TestRouter.event("1", "a", data), NOW);
        TestRecord<byte[], byte[]> dead = topology.deadLetters.readRecord();
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.REASON)).isEqualTo("too-large");
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ERROR)).contains("too large");
        assertThat(topology.deliveries.isEmpty()).isTrue();
        assertThat(RecordBytes.of(dead.value(), dead.headers())).isLessThan(TopicLayout.MAX_RECORD_BYTES - 1_024);
    }

    @Test
    void whatNoTopicTakesIsCutAndCannotBeTakenForAnEventAgain() {
        topology.subscribe("s", "*");
        topology.send(TestRouter.event("1", "a", new byte[3 * 1024 * 1024]), NOW);
        TestRecord<byte[], byte[]> dead = topology.deadLetters.readRecord();
        assertThat(dead.value()).hasSize(64 * 1024);
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ERROR)).startsWith("cut to its first");
        assertThat(new String(dead.key(), UTF_8)).isEqualTo(DeliveryId.ofOrigin(Topics.EVENTS, 0, 0));

        topology.send(new TestRecord<>(dead.key(), dead.value(), dead.headers(), NOW));
        TestRecord<byte[], byte[]> again = topology.deadLetters.readRecord();
        assertThat(RecordHeaders.text(again.headers(), DeliveryRecords.ERROR)).contains("not a CloudEvent");
        assertThat(topology.deliveries.isEmpty()).isTrue();
    }

    @Test
    void aLargeEventThatNobodyWantsIsNoConcern() {
        topology.send(TestRouter.event("1", "a", new byte[RecordBytes.MOST]), NOW);
        assertThat(topology.deadLetters.isEmpty()).isTrue();
        assertThat(topology.events("unmatched")).isOne();
    }
}
