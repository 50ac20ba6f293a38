package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.subscription;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.subscription.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An event that very many subscriptions want. */
class FanOutTest {
    private static final int CHUNK = 10;
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final TestTopology topology = new TestTopology(NOW, Duration.ofHours(1), CHUNK);

    @AfterEach
    void close() {
        topology.close();
    }

    @Test
    void asManyAsAChunkTakesAreDeliveredAtOnceAndOneMoreIsSplit() {
        IntStream.range(0, CHUNK).forEach(i -> topology.subscribe("s" + i, "*"));
        topology.send(event("1", "a.b", new byte[0]), NOW);
        assertThat(topology.deliveries.readRecordsToList()).hasSize(CHUNK);
        topology.subscribe("one-more", "*");
        topology.send(event("2", "a.b", new byte[0]), NOW);
        assertThat(topology.deliveries.isEmpty()).isTrue();
        assertThat(topology.chunks.getQueueSize()).isEqualTo(2);
        assertThat(expandAll()).hasSize(CHUNK + 1);
    }

    @Test
    void eachGetsItOnceThoughAShareHasToBeSplitAgain() throws Exception {
        IntStream.range(0, 1_000).forEach(i -> topology.subscribe("s" + i, "a.*"));
        topology.subscribe("other", "b.*");
        topology.send(event("1", "a.b", new byte[] {7}), NOW.minusSeconds(5));
        List<TestRecord<byte[], byte[]>> deliveries = expandAll();
        assertThat(topology.smallerChunks.isEmpty()).isFalse();
        assertThat(deliveries)
                .extracting(FanOutTest::subscriptionOf)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1_000).mapToObj(i -> "s" + i).toList());
        assertThat(deliveries).allSatisfy(delivery -> {
            assertThat(delivery.value()).containsExactly(7);
            assertThat(DeliveryRecords.read(delivery.headers()).acceptedAtMillis())
                    .isEqualTo(NOW.minusSeconds(5).toEpochMilli());
            assertThat(delivery.headers().toArray())
                    .extracting(header -> header.key())
                    .doesNotContain("fanfare-range", "fanfare-routed-at")
                    .doesNotHaveDuplicates();
        });
    }

    @Test
    void aHundredThousandGetItOnceEachInStepsOfAboutAThousand() {
        int many = 100_000;
        try (TestTopology large = new TestTopology(NOW, Duration.ZERO, 1_000)) {
            IntStream.range(0, many).forEach(i -> large.subscribe("s" + i, "a.*"));
            large.send(event("1", "a.b", new byte[1_024]), NOW);
            List<TestRecord<byte[], byte[]>> chunks = large.chunks.readRecordsToList();
            assertThat(chunks).hasSizeLessThanOrEqualTo(32);
            chunks.forEach(large::expand);
            assertThat(large.smallerChunks.getQueueSize()).isBetween(100L, 200L);
            assertThat(large.chunkDeliveries.readRecordsToList())
                    .hasSize(many)
                    .extracting(FanOutTest::subscriptionOf)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void aRepeatedChunkMakesTheSameDeliveryIds() {
        IntStream.range(0, 50).forEach(i -> topology.subscribe("s" + i, "*"));
        topology.send(event("1", "a.b", new byte[0]), NOW);
        List<TestRecord<byte[], byte[]>> chunks = topology.chunks.readRecordsToList();
        List<String> first = expandAll(chunks).stream().map(FanOutTest::idOf).toList();
        assertThat(expandAll(chunks)).extracting(FanOutTest::idOf).containsExactlyInAnyOrderElementsOf(first);
    }

    @Test
    void largeBodiesAreSplitByTheirBytesToo() {
        IntStream.range(0, CHUNK).forEach(i -> topology.subscribe("s" + i, "*"));
        topology.send(event("1", "a.b", new byte[2_000_000]), NOW);
        assertThat(topology.chunks.getQueueSize()).isEqualTo(2);
    }

    @Test
    void whatChangesBetweenTheEventAndItsChunksDoesNotDependOnTheChunk() {
        List<Subscription> before = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Subscription subscription = subscription("default", "s" + i, "*");
            before.add(subscription);
            topology.change(null, subscription);
        }
        topology.send(event("1", "a.b", new byte[0]), NOW);
        List<TestRecord<byte[], byte[]>> chunks = topology.chunks.readRecordsToList();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Subscription subscription = before.get(i);
            switch (i % 4) {
                case 0 -> topology.change(subscription, null);
                case 1 -> topology.change(subscription, updated(subscription, "b.*"));
                case 2 -> {
                    topology.change(subscription, updated(subscription, "a.*"));
                    expected.add(subscription.id());
                }
                default -> expected.add(subscription.id());
            }
            topology.subscribe("new" + i, "*");
        }
        assertThat(expandAll(chunks))
                .extracting(FanOutTest::subscriptionOf)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aChunkWaitsForTheSubscriptionsThatItsEventWasRoutedWith() {
        IntStream.range(0, 20).forEach(i -> topology.subscribe("s" + i, "*"));
        topology.send(event("1", "a.b", new byte[0]), NOW);
        topology.isRead = false;
        TestRecord<byte[], byte[]> chunk = topology.chunks.readRecord();
        assertThatThrownBy(() -> topology.expand(chunk))
                .satisfies(thrown -> assertThat(Stream.iterate(thrown, Objects::nonNull, Throwable::getCause))
                        .hasAtLeastOneElementOfType(TimeoutException.class));
        assertThat(topology.chunkDeliveries.isEmpty()).isTrue();
    }

    @Test
    void whatIsNoChunkBecomesADeadLetter() {
        IntStream.range(0, 20).forEach(i -> topology.subscribe("s" + i, "*"));
        topology.send(event("1", "a.b", new byte[0]), NOW);
        TestRecord<byte[], byte[]> chunk = topology.chunks.readRecord();
        chunk.headers().add(new RecordHeader("fanfare-range", "2/2".getBytes(UTF_8)));
        topology.expand(chunk);
        TestRecord<byte[], byte[]> dead = topology.deadChunks.readRecord();
        assertThat(RecordHeaders.text(dead.headers(), DeliveryRecords.ERROR)).contains("2/2");
    }

    private static Subscription updated(Subscription subscription, String eventType) {
        return subscription.toBuilder()
                .eventTypes(List.of(eventType))
                .updatedAtMillis(subscription.createdAtMillis() + 1)
                .build();
    }

    private List<TestRecord<byte[], byte[]>> expandAll() {
        return expandAll(topology.chunks.readRecordsToList());
    }

    /** Smaller chunks go back in by themselves: the driver hands on what is written to a topic that it reads. */
    private List<TestRecord<byte[], byte[]>> expandAll(List<TestRecord<byte[], byte[]>> chunks) {
        chunks.forEach(topology::expand);
        return topology.chunkDeliveries.readRecordsToList();
    }

    private static String subscriptionOf(TestRecord<byte[], byte[]> delivery) {
        return String.valueOf(RecordHeaders.text(delivery.headers(), DeliveryRecords.SUBSCRIPTION));
    }

    private static String idOf(TestRecord<byte[], byte[]> delivery) {
        return String.valueOf(RecordHeaders.text(delivery.headers(), DeliveryRecords.DELIVERY_ID));
    }
}
