package dev.fanfare.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.ingest.NotPublished.Cause;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.trace.Tracing;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On Kafka's own {@link MockProducer}: when an acknowledgement comes is decided here. */
class EventPublisherTest {
    private static final IngestSettings SETTINGS = Settings.load(
                    null,
                    Map.of(),
                    Map.of(
                            "ingest.max-body",
                            "100KiB",
                            "ingest.buffer",
                            "1MiB",
                            "ingest.max-batch",
                            "100",
                            "ingest.ack-timeout",
                            "1s"),
                    List.of(IngestSettings.class))
            .section(IngestSettings.class);

    private final Node node = new Node(1, "127.0.0.1", 9092);
    private final Cluster cluster = new Cluster(
            "c",
            List.of(node),
            List.of(new PartitionInfo(Topics.EVENTS, 0, node, new Node[] {node}, new Node[] {node})),
            Set.of(),
            Set.of());
    private final MockProducer<byte[], byte[]> kafka = new MockProducer<>(
            cluster, false, new RoundRobinPartitioner(), new ByteArraySerializer(), new ByteArraySerializer());
    private final EventPublisher publisher = new EventPublisher(kafka, SETTINGS, Tracing.off());

    @BeforeEach
    void seeTheTopic() {
        assertThat(publisher.readiness().isReady()).isFalse();
        publisher.watch();
        assertThat(publisher.readiness().isReady()).isTrue();
    }

    @Test
    void anEventIsDoneWhenItIsAcknowledgedAndNotBefore() {
        CompletableFuture<Void> event = publish(10);
        assertThat(event).isNotDone();
        kafka.completeNext();
        assertThat(event).isCompleted();
    }

    @Test
    void anEventWhoseIdWasMintedHereGoesWhereverABatchIsBeingFilledUnlessItHasAPartitionKey() {
        Event event = new Event(Map.of("id", "1", "type", "t", "source", "/s"), null, new byte[0]);
        CompleteEvent minted = new CompleteEvent(event, true);
        CompleteEvent own = new CompleteEvent(event, false);
        CompleteEvent keyed = new CompleteEvent(event.with(Event.PARTITION_KEY, "k"), true);

        publish(List.of(minted, own, keyed));

        assertThat(kafka.history()).extracting(ProducerRecord::partition).containsExactly(null, 0, 0);
    }

    @Test
    void whatTheBufferDoesNotHoldIsRefusedAtOnceAndTakenWhenThereIsRoomAgain() {
        List<CompletableFuture<Void>> events =
                IntStream.range(0, 20).mapToObj(i -> publish(100_000)).toList();
        assertThat(kafka.history()).hasSize(10);
        assertThat(events.subList(0, 10)).noneMatch(CompletableFuture::isDone);
        assertThat(events.subList(10, 20)).allMatch(event -> causeOf(event) == Cause.BUSY);
        assertThat(publisher.readiness().isReady()).isTrue();

        while (kafka.completeNext()) {
            assertThat(kafka.history()).hasSize(10);
        }
        assertThat(events.subList(0, 10)).allMatch(event -> !event.isCompletedExceptionally());
        IntStream.range(0, 10).forEach(i -> assertThat(publish(100_000)).isNotDone());
        assertThat(causeOf(publish(100_000))).isEqualTo(Cause.BUSY);
    }

    @Test
    void attributesTakeRoomInTheBufferToo() {
        Map<String, String> large = new HashMap<>(Map.of("id", "1", "type", "t", "source", "/s"));
        IntStream.range(0, 60).forEach(i -> large.put("x" + i, "v".repeat(1_000)));
        Event event = new Event(large, null, new byte[0]);
        List<CompletableFuture<Void>> events = IntStream.range(0, 20)
                .mapToObj(i -> publish(List.of(new CompleteEvent(event, false))))
                .toList();
        assertThat(events.subList(0, 16)).noneMatch(CompletableFuture::isDone);
        assertThat(events.subList(17, 20)).allMatch(one -> causeOf(one) == Cause.BUSY);
    }

    @Test
    void anOutageTurnsAwayAtOnceUntilItIsOver() {
        CompletableFuture<Void> first = publish(10);
        kafka.errorNext(new TimeoutException("no answer"));
        assertThat(causeOf(first)).isEqualTo(Cause.OUTAGE);
        assertThat(causeOf(publish(10))).isEqualTo(Cause.OUTAGE);
        assertThat(kafka.history()).hasSize(1);
        publisher.watch();
        assertThat(publisher.readiness().isReady()).isFalse();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            publisher.watch();
            return publisher.readiness().isReady();
        });
        CompletableFuture<Void> next = publish(10);
        kafka.completeNext();
        assertThat(next).isCompleted();
    }

    @Test
    void anAcknowledgementEndsAnOutage() {
        CompletableFuture<Void> first = publish(10);
        CompletableFuture<Void> second = publish(10);
        kafka.errorNext(new TimeoutException("no answer"));
        assertThat(publisher.readiness().isReady()).isFalse();
        kafka.completeNext();
        assertThat(causeOf(first)).isEqualTo(Cause.OUTAGE);
        assertThat(second).isCompleted();
        assertThat(publisher.readiness().isReady()).isTrue();
    }

    @Test
    void aBatchIsDoneWhenItsLastEventIsAcknowledged() {
        CompletableFuture<Void> batch = publishBatch(3, 10);
        kafka.completeNext();
        kafka.completeNext();
        assertThat(batch).isNotDone();
        kafka.completeNext();
        assertThat(batch).isCompleted();
        assertThat(publishBatch(0, 0)).isCompleted();
    }

    @Test
    void aBatchThatFailsMidwayFailsWholeAndSaysThatSomeMayBeWritten() {
        CompletableFuture<Void> batch = publishBatch(3, 10);
        kafka.completeNext();
        kafka.errorNext(new TimeoutException("no answer"));
        assertThat(causeOf(batch)).isEqualTo(Cause.OUTAGE);
        assertThat(batch.handle((done, failure) -> ((NotPublished) failure).detail())
                        .join())
                .contains("may have some")
                .contains("harmless");
        kafka.completeNext();
        assertThat(publisher.readiness().isReady()).isTrue();
    }

    @Test
    void aBatchIsTakenWholeOrNotAtAllAndItsRoomComesBack() {
        CompletableFuture<Void> first = publishBatch(6, 100_000);
        assertThat(causeOf(publishBatch(6, 100_000))).isEqualTo(Cause.BUSY);
        assertThat(kafka.history()).hasSize(6);
        kafka.errorNext(new TimeoutException("no answer"));
        for (int i = 0; i < 5; i++) {
            kafka.completeNext();
        }
        assertThat(causeOf(first)).isEqualTo(Cause.OUTAGE);
        assertThat(publishBatch(10, 100_000)).isNotDone();
    }

    @Test
    void nothingIsTakenOnceItRefuses() {
        publisher.refuse();
        assertThat(causeOf(publish(10))).isEqualTo(Cause.CLOSING);
        assertThat(kafka.history()).isEmpty();
    }

    @Test
    void whatIsSentWhenTheProducerIsClosedIsToldThatThisInstanceGoes() {
        EventPublisher.Publication late = publisher.prepare(
                List.of(new CompleteEvent(
                        new Event(Map.of("id", "1", "type", "t", "source", "/s"), null, new byte[10]), false)),
                TraceContext.NONE);
        publisher.close();
        late.send();
        assertThat(causeOf(late.done().toCompletableFuture())).isEqualTo(Cause.CLOSING);
    }

    private CompletableFuture<Void> publish(int dataBytes) {
        Event event = new Event(Map.of("id", "1", "type", "t", "source", "/s"), null, new byte[dataBytes]);
        return publish(List.of(new CompleteEvent(event, false)));
    }

    private CompletableFuture<Void> publishBatch(int events, int dataBytes) {
        return publish(IntStream.range(0, events)
                .mapToObj(i -> new CompleteEvent(
                        new Event(Map.of("id", "" + i, "type", "t", "source", "/s"), null, new byte[dataBytes]), false))
                .toList());
    }

    private CompletableFuture<Void> publish(List<CompleteEvent> events) {
        EventPublisher.Publication publication = publisher.prepare(events, TraceContext.NONE);
        publication.send();
        return publication.done().toCompletableFuture();
    }

    private static Cause causeOf(CompletableFuture<Void> event) {
        assertThat(event).isCompletedExceptionally();
        return event.handle((done, failure) -> ((NotPublished) failure).kind()).join();
    }
}
