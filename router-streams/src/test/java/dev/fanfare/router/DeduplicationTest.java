package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.event.EventRecords;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An event that comes again within the window makes no deliveries again. */
class DeduplicationTest {
    private static final Duration WINDOW = Duration.ofHours(24);
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final TestTopology topology = new TestTopology(NOW.plus(Duration.ofDays(3)), WINDOW);

    @BeforeEach
    void subscribe() {
        topology.subscribe("s", "known.*");
    }

    @AfterEach
    void close() {
        topology.close();
    }

    @Test
    void anEventThatComesAgainIsDroppedAndCounted() {
        topology.send(event("1"), NOW);
        topology.send(event("2"), NOW);
        topology.send(event("1"), NOW.plusSeconds(1));
        assertThat(topology.deliveries.getQueueSize()).isEqualTo(2);
        assertThat(topology.events("routed")).isEqualTo(2);
        assertThat(topology.events("duplicate")).isOne();
    }

    @Test
    void theWindowBeginsWithTheFirstAndEndsOnTheMillisecond() {
        // wherever the window begins within a bucket of the store
        for (int hour = 0; hour < 24; hour += 5) {
            Instant first = NOW.plus(Duration.ofHours(hour));
            String id = "at-" + hour;
            topology.send(event(id), first);
            topology.send(event(id), first.plus(WINDOW).minusMillis(1));
            assertThat(topology.deliveries.readRecordsToList()).hasSize(1);
            topology.send(event(id), first.plus(WINDOW));
            topology.send(event(id), first.plus(WINDOW).plusMillis(1));
            assertThat(topology.deliveries.readRecordsToList()).hasSize(1);
        }
    }

    @Test
    void tenantAndSourceTellEventsApart() {
        topology.send(event("1"), NOW);
        ProducerRecord<byte[], byte[]> elsewhere = event("1");
        elsewhere.headers().add("ce_source", "/elsewhere".getBytes(UTF_8));
        topology.send(elsewhere, NOW);
        assertThat(topology.deliveries.getQueueSize()).isEqualTo(2);
    }

    @Test
    void whatIsMarkedAsUniqueIsNeitherAskedForNorRemembered() {
        for (int i = 0; i < 2; i++) {
            ProducerRecord<byte[], byte[]> event = event("1");
            event.headers().add(EventRecords.DEDUPLICATE, EventRecords.DEDUPLICATE_NO.getBytes(UTF_8));
            topology.send(event, NOW);
        }
        topology.send(event("1"), NOW);
        assertThat(topology.deliveries.getQueueSize()).isEqualTo(3);
        topology.send(event("1"), NOW);
        assertThat(topology.deliveries.getQueueSize()).isEqualTo(3);
    }

    @Test
    void whatNobodyWantedMayComeAgain() {
        topology.send(TestRouter.event("1", "later.one", new byte[0]), NOW);
        topology.subscribe("t", "later.*");
        topology.send(TestRouter.event("1", "later.one", new byte[0]), NOW);
        assertThat(topology.deliveries.getQueueSize()).isOne();
    }

    @Test
    void whatWasADeadLetterIsNotTakenForADuplicateWhenItIsReplayed() {
        byte[] tooLarge = new byte[RecordBytes.MOST];
        topology.send(TestRouter.event("1", "known.large", tooLarge), NOW);
        topology.send(TestRouter.event("1", "known.large", tooLarge), NOW);
        assertThat(topology.deadLetters.getQueueSize()).isEqualTo(2);
        topology.send(event("1"), NOW);
        assertThat(topology.deliveries.getQueueSize()).isOne();
    }

    @Test
    void aTimeInTheFutureByAProducersClockMakesOthersNoLessKnown() {
        topology.send(event("1"), NOW);
        topology.send(event("2"), NOW.plus(Duration.ofDays(10_000)));
        topology.send(event("2"), NOW.plus(Duration.ofDays(10_000)));
        assertThat(topology.deliveries.getQueueSize()).isEqualTo(2);
    }

    private static ProducerRecord<byte[], byte[]> event(String id) {
        return TestRouter.event(id, "known.one", new byte[] {1});
    }
}
