package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.subscription;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouterTopologyTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final SubscriptionIndex index = new SubscriptionIndex();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> events;
    private TestOutputTopic<byte[], byte[]> deliveries;
    private TestOutputTopic<byte[], byte[]> deadLetters;

    @BeforeEach
    void open() {
        driver = new TopologyTestDriver(topology(), new Properties(), NOW);
        events = driver.createInputTopic(Topics.EVENTS, new ByteArraySerializer(), new ByteArraySerializer());
        deliveries =
                driver.createOutputTopic(Topics.DELIVERIES, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        deadLetters =
                driver.createOutputTopic(Topics.DEAD_LETTERS, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void theTopologyIsTheDrawingInItsJavadoc() {
        assertThat(topology().describe().toString()).isEqualTo("""
                        Topologies:
                           Sub-topology: 0
                            Source: events (topics: [fanfare.events])
                              --> match
                            Processor: match (stores: [])
                              --> dead-letters, deliveries
                              <-- events
                            Sink: dead-letters (topic: fanfare.dead-letters)
                              <-- match
                            Sink: deliveries (topic: fanfare.deliveries)
                              <-- match

                        """);
    }

    @Test
    void aDeliveryIsKeptFromNowOnHoweverOldItsEventIs() {
        subscribe("s", "old.*");
        Instant accepted = NOW.minus(Duration.ofDays(6));
        send(TestRouter.event("1", "old.one", new byte[] {1}), accepted);
        TestRecord<byte[], byte[]> delivery = deliveries.readRecord();
        assertThat(delivery.getRecordTime()).isEqualTo(NOW);
        assertThat(RecordHeaders.text(delivery.headers(), DeliveryRecords.ACCEPTED_AT))
                .isEqualTo(Long.toString(accepted.toEpochMilli()));
        assertThat(deliveries.isEmpty()).isTrue();
    }

    @Test
    void onlyTheEventsOwnHeadersAndOursAreOnADelivery() throws Exception {
        subscribe("s", "*");
        ProducerRecord<byte[], byte[]> event = TestRouter.event("1", "a", new byte[0]);
        event.headers().add("x-internal", "secret".getBytes(UTF_8));
        event.headers().add(DeliveryRecords.REASON, "exhausted".getBytes(UTF_8));
        event.headers().add("tracestate", "a=1".getBytes(UTF_8));
        event.headers().add("ce_id", "2".getBytes(UTF_8)); // twice: the last counts
        send(event, NOW);
        TestRecord<byte[], byte[]> delivery = deliveries.readRecord();
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
    void anEventThatLeavesNoRoomForOurHeadersIsADeadLetterInFull() {
        subscribe("s", "*");
        byte[] data = new byte[RecordBytes.MOST - 10];
        send(TestRouter.event("1", "a", data), NOW);
        TestRecord<byte[], byte[]> dead = deadLetters.readRecord();
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ERROR)).contains("too large");
        assertThat(deliveries.isEmpty()).isTrue();
        assertThat(RecordBytes.of(dead.value(), dead.headers())).isLessThan(TopicLayout.MAX_RECORD_BYTES - 1_024);
    }

    @Test
    void whatNoTopicTakesIsCutAndCannotBeTakenForAnEventAgain() {
        subscribe("s", "*");
        send(TestRouter.event("1", "a", new byte[3 * 1024 * 1024]), NOW);
        TestRecord<byte[], byte[]> dead = deadLetters.readRecord();
        assertThat(dead.value()).hasSize(64 * 1024);
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ERROR)).startsWith("cut to its first");
        assertThat(new String(dead.key(), UTF_8)).isEqualTo(DeliveryId.ofOrigin(Topics.EVENTS, 0, 0));

        events.pipeInput(new TestRecord<>(dead.key(), dead.value(), dead.headers(), NOW));
        TestRecord<byte[], byte[]> again = deadLetters.readRecord();
        assertThat(RecordHeaders.text(again.headers(), DeliveryRecords.ERROR)).contains("not a CloudEvent");
        assertThat(deliveries.isEmpty()).isTrue();
    }

    @Test
    void aLargeEventThatNobodyWantsIsNoConcern() {
        send(TestRouter.event("1", "a", new byte[RecordBytes.MOST]), NOW);
        assertThat(deadLetters.isEmpty()).isTrue();
        assertThat(meters.get("fanfare.router.events")
                        .tag("outcome", "unmatched")
                        .counter()
                        .count())
                .isOne();
    }

    private void subscribe(String id, String... eventTypes) {
        index.change(null, new Candidate(RoutedSubscription.of(subscription("default", id, eventTypes)), 0));
    }

    private void send(ProducerRecord<byte[], byte[]> event, Instant acceptedAt) {
        events.pipeInput(new TestRecord<>(event.key(), event.value(), event.headers(), acceptedAt));
    }

    private Topology topology() {
        RouterMetrics metrics = new RouterMetrics(meters);
        ReadIndex.View upToDate = new ReadIndex.View() {
            @Override
            public CompletionStage<Long> endOffset() {
                return CompletableFuture.completedFuture(0L);
            }

            @Override
            public boolean awaitPosition(long offset, Duration timeout) {
                return true;
            }
        };
        EventRouter.Shared shared = new EventRouter.Shared(
                "default",
                Set.of("default"),
                () -> new SubscriptionMatcher(index),
                () -> "topic-id",
                new ReadIndex(upToDate, Duration.ofSeconds(1), metrics),
                metrics);
        return RouterTopology.of(shared, Clock.systemUTC());
    }
}
