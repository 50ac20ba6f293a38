package dev.fanfare.retry.dead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.RetryMetric;
import dev.fanfare.retry.run.Pace;
import dev.fanfare.retry.run.RunBook;
import dev.fanfare.retry.run.RunOutcomes;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@WithBroker
class DeadLettersIT {
    @Test
    void whatIsOutstandingIsListedOnceWithAllThatIsKnownOfIt(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        broker.send(Letters.letter("dlv_a", "acme", "orders", Verdict.REJECTED));
        broker.send(Letters.letter("dlv_b", "acme", "orders", Verdict.GONE));
        broker.send(Letters.letter("dlv_a", "acme", "orders", Verdict.EXHAUSTED)); // the latest counts
        broker.send(Letters.tombstone("dlv_b"));
        broker.send(Letters.letter("dlv_c", "other", "all", Verdict.EXPIRED));
        broker.send(Letters.undecodable("raw_d", "garbage", Topics.EVENTS, 0));
        appendAndAbort(broker, Letters.letter("dlv_e", "acme", "orders", Verdict.GONE));

        List<DeadLetter> listed = list(broker, DeadLetterFilter.ALL);

        assertThat(listed).extracting(DeadLetter::id).containsExactlyInAnyOrder("dlv_a", "dlv_c", "raw_d");
        DeadLetter a = listed.stream()
                .filter(letter -> letter.id().equals("dlv_a"))
                .findFirst()
                .orElseThrow();
        assertThat(a.tenant()).isEqualTo("acme");
        assertThat(a.subscription()).isEqualTo("orders");
        assertThat(a.eventId()).isEqualTo("event-of-dlv_a");
        assertThat(a.eventType()).isEqualTo("order.created");
        assertThat(a.reason()).isEqualTo("exhausted");
        assertThat(a.status()).isEqualTo(503);
        assertThat(a.attempts()).isEqualTo(4);
        assertThat(a.firstAttemptAt()).isEqualTo(Instant.ofEpochMilli(1_000));
        assertThat(a.lastAttemptAt()).isEqualTo(Instant.ofEpochMilli(9_000));
        assertThat(a.error()).isEqualTo("answered 503 Service Unavailable");
        assertThat(a.origin()).isEqualTo("fanfare.deliveries/1/42");
        assertThat(new DeadLetters(kafka(broker)).find("raw_d"))
                .hasValueSatisfying(message -> assertThat(message.value()).isEqualTo(Letters.bytes("garbage")));
        assertThat(new DeadLetters(kafka(broker)).find("dlv_b")).isEmpty();
    }

    @Test
    void howManyAreOutstandingIsKnownWhoeverWroteThem(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        broker.send(Letters.letter("dlv_a", "acme", "orders", Verdict.REJECTED));
        broker.send(Letters.letter("dlv_a", "acme", "orders", Verdict.EXHAUSTED)); // the latest counts
        broker.send(Letters.letter("dlv_b", "acme", "orders", Verdict.EXHAUSTED));
        broker.send(Letters.letter("dlv_c", "acme", "orders", Verdict.GONE));
        broker.send(Letters.tombstone("dlv_c"));
        appendAndAbort(broker, Letters.letter("dlv_d", "acme", "orders", Verdict.GONE));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Clock anHourLater = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
        try (OutstandingCount count = new OutstandingCount(kafka(broker), "test", meters, anHourLater)) {
            count.start();
            Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(outstanding(meters))
                    .containsOnly(entry("exhausted", 2.0)));
            double age = meters.get(RetryMetric.DEAD_OLDEST.definition().meterName())
                    .gauge()
                    .value();
            assertThat(age).isBetween(3_600.0, 3_700.0);

            new DeadLetters(kafka(broker)).discard(Letters.order(DeadLetterFilter.ALL), RunListener.SILENT);
            broker.send(Letters.undecodable("raw_e", "garbage", Topics.EVENTS, 0));
            Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(outstanding(meters))
                    .containsOnly(entry("undecodable", 1.0)));
        }
    }

    /** By reason; those of which there is none are left out. */
    private static Map<String, Double> outstanding(MeterRegistry meters) {
        Map<String, Double> counts = new HashMap<>();
        for (Gauge gauge : meters.find(RetryMetric.DEAD_OUTSTANDING.definition().meterName())
                .gauges()) {
            if (gauge.value() != 0) {
                counts.put(gauge.getId().getTag("reason"), gauge.value());
            }
        }
        return counts;
    }

    @Test
    void aReplayGoesBackToItsSubscriptionWithAFreshScheduleAndKeepsItsTotal(@Fresh TestBroker broker)
            throws UndecodableRecord {
        broker.createFanfareTopics();
        // what the router would have written: shows the partition
        broker.send(new ProducerRecord<>(
                Topics.DELIVERIES, null, Letters.bytes(Delivery.key("acme", "orders")), Letters.bytes("routed")));
        broker.send(Letters.letter("dlv_a", "acme", "orders", Verdict.EXHAUSTED));
        broker.send(Letters.letter("dlv_b", "acme", "other", Verdict.EXHAUSTED));

        Outcome outcome =
                new DeadLetters(kafka(broker)).replay(Letters.order(filter("acme", "orders")), RunListener.SILENT);

        assertThat(outcome).isEqualTo(new Outcome(1, 0, 0));
        assertThat(list(broker, DeadLetterFilter.ALL))
                .extracting(DeadLetter::id)
                .containsExactly("dlv_b");
        List<ConsumerRecord<byte[], byte[]>> deliveries = broker.records(Topics.DELIVERIES);
        assertThat(deliveries).hasSize(2);
        ConsumerRecord<byte[], byte[]> replayed = deliveries.get(1);
        assertThat(replayed.partition()).isEqualTo(deliveries.get(0).partition());
        assertThat(replayed.key()).isEqualTo(deliveries.get(0).key());
        assertThat(replayed.value()).isEqualTo(Letters.bytes("body of dlv_a"));
        assertThat(DeliveryRecords.read(replayed.headers()).id()).isEqualTo("dlv_a");
        assertThat(DeliveryRecords.readProgress(replayed.headers())).isEqualTo(new Progress(0, 4, 0, 0, 1_000, 9_000));
        for (String mark : List.of(
                DeliveryRecords.REASON, DeliveryRecords.STATUS, DeliveryRecords.ERROR, DeliveryRecords.ORIGIN)) {
            assertThat(replayed.headers().lastHeader(mark)).as(mark).isNull();
        }
    }

    @Test
    void whatCouldNotBeReadGoesBackWhereItCameFromByteForByte(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        broker.send(Letters.undecodable("raw_event", "an event", Topics.EVENTS, 1));
        broker.send(Letters.undecodable("raw_tier", "a delivery", "fanfare.retry.1s", 1));

        assertThat(new DeadLetters(kafka(broker)).replay(Letters.order(DeadLetterFilter.ALL), RunListener.SILENT))
                .isEqualTo(new Outcome(2, 0, 1));

        assertThat(broker.records(Topics.EVENTS)).singleElement().satisfies(event -> {
            assertThat(event.value()).isEqualTo(Letters.bytes("an event"));
            assertThat(event.partition()).isEqualTo(1);
            assertThat(event.headers().toArray())
                    .extracting(Header::key)
                    .containsExactlyInAnyOrder("odd", DeliveryRecords.RUN);
            assertThat(event.headers().lastHeader("odd").value()).isEqualTo(new byte[] {0, 1});
        });
        assertThat(broker.records(Topics.DELIVERIES)).singleElement().satisfies(delivery -> {
            assertThat(delivery.value()).isEqualTo(Letters.bytes("a delivery"));
            assertThat(delivery.partition()).isEqualTo(1);
        });
        assertThat(list(broker, DeadLetterFilter.ALL)).isEmpty();
    }

    @Test
    void whatIsDiscardedIsGoneAndNothingIsSent(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        broker.send(Letters.letter("dlv_a", "acme", "orders", Verdict.REJECTED));
        broker.send(Letters.letter("dlv_b", "acme", "orders", Verdict.REJECTED));

        assertThat(new DeadLetters(kafka(broker))
                        .discard(
                                Letters.order(DeadLetterFilter.ids(Set.of("dlv_a", "dlv_unknown"))),
                                RunListener.SILENT))
                .isEqualTo(new Outcome(1, 0, 0));

        assertThat(list(broker, DeadLetterFilter.ALL))
                .extracting(DeadLetter::id)
                .containsExactly("dlv_b");
        assertThat(broker.records(Topics.DELIVERIES)).isEmpty();
    }

    @Test
    void aReplayThatFailsAgainBeforeItsTombstoneIsReadIsOutstandingAgain(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        IntStream.range(0, 20).forEach(i -> broker.send(Letters.letter("dlv_" + i, "acme", "orders", Verdict.GONE)));
        Set<String> failedAgain = new HashSet<>();
        RunListener dispatcher = new RunListener() {
            @Override
            public void committed(Outcome soFar) {
                for (ConsumerRecord<byte[], byte[]> delivery : broker.records(Topics.DELIVERIES)) {
                    String id = String.valueOf(RecordHeaders.text(delivery.headers(), DeliveryRecords.DELIVERY_ID));
                    if (failedAgain.add(id)) {
                        broker.send(Letters.letter(id, "acme", "orders", Verdict.GONE));
                    }
                }
            }
        };

        Outcome outcome = new DeadLetters(kafka(broker)).replay(Letters.order(DeadLetterFilter.ALL), dispatcher);

        assertThat(outcome).isEqualTo(new Outcome(20, 0, 0));
        assertThat(broker.records(Topics.DELIVERIES)).hasSize(20);
        assertThat(list(broker, DeadLetterFilter.ALL)).hasSize(20);
    }

    @Test
    void twoRunsAtOnceReplayNothingTwiceAndLoseNothing(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        List<String> ids = IntStream.range(0, 4_000).mapToObj(i -> "dlv_" + i).toList();
        sendAll(broker, ids);
        DeadLetters letters = new DeadLetters(kafka(broker));

        List<CompletableFuture<Boolean>> runs = IntStream.range(0, 2)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                    try {
                        letters.replay(Letters.order(DeadLetterFilter.ALL), RunListener.SILENT);
                        return true;
                    } catch (RunTakenOver e) {
                        return false;
                    }
                }))
                .toList();
        List<Boolean> ended = runs.stream().map(CompletableFuture::join).toList();

        assertThat(ended).as("the last to come ends").contains(true);
        assertThat(list(broker, DeadLetterFilter.ALL)).isEmpty();
        assertThat(broker.records(Topics.DELIVERIES))
                .extracting(delivery -> RecordHeaders.text(delivery.headers(), DeliveryRecords.DELIVERY_ID))
                .containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void aRunThatIsBrokenOffIsGoneOnWithByRunningItAgain(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        List<String> ids = IntStream.range(0, 3_000).mapToObj(i -> "dlv_" + i).toList();
        sendAll(broker, ids);
        DeadLetters letters = new DeadLetters(kafka(broker));
        RunListener breaking = new RunListener() {
            @Override
            public void committed(Outcome soFar) {
                throw new IllegalStateException("Ctrl-C");
            }
        };

        RunBook book = new RunBook(kafka(broker));
        Run run = Letters.run(letters.frozenEnds());
        for (long done = 500; done <= 1_000; done += 500) {
            RunOrder order = Letters.order(run);
            assertThatThrownBy(() -> letters.replay(order, breaking)).hasMessage("Ctrl-C");
            run = book.find("run-1").orElseThrow();
            assertThat(run.count(Outcome.MOVED)).as("as exact as the moves").isEqualTo(done);
        }
        assertThat(list(broker, DeadLetterFilter.ALL)).hasSize(2_000);
        assertThat(letters.replay(Letters.order(run), RunListener.SILENT)).isEqualTo(new Outcome(3_000, 0, 0));

        assertThat(broker.records(Topics.DELIVERIES))
                .extracting(delivery -> RecordHeaders.text(delivery.headers(), DeliveryRecords.DELIVERY_ID))
                .containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void whatDiedAgainBecauseOfARunIsNoPartOfItWhenItIsGoneOnWith(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        IntStream.range(0, 10).forEach(i -> broker.send(Letters.letter("dlv_" + i, "acme", "orders", Verdict.GONE)));
        DeadLetters letters = new DeadLetters(kafka(broker));
        Run run = Letters.run(letters.frozenEnds());
        letters.replay(Letters.order(run), RunListener.SILENT);
        assertThat(broker.records(Topics.DELIVERIES)).hasSize(10).allSatisfy(delivery -> assertThat(
                        RecordHeaders.text(delivery.headers(), DeliveryRecords.RUN))
                .isEqualTo("run-1"));
        IntStream.range(0, 10).forEach(i -> broker.send(Letters.letter("dlv_" + i, "acme", "orders", Verdict.GONE)));

        Run left = new RunBook(kafka(broker)).find("run-1").orElseThrow();
        assertThat(letters.replay(Letters.order(left), RunListener.SILENT)).isEqualTo(new Outcome(10, 0, 0));

        assertThat(broker.records(Topics.DELIVERIES)).hasSize(10);
        assertThat(list(broker, DeadLetterFilter.ALL)).hasSize(10);
    }

    @Test
    void whatAPredecessorCommittedBehindAnOpenTransactionIsNotReplayedAgain(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        List<String> ids = IntStream.range(0, 100).mapToObj(i -> "dlv_" + i).toList();
        sendAll(broker, ids);
        DeadLetters letters = new DeadLetters(kafka(broker));
        List<Producer<byte[], byte[]>> others = new ArrayList<>();
        RunListener breaking = new RunListener() {
            @Override
            public void pause(long millis) {
                others.add(appendAndLeaveOpen(broker)); // as a dispatcher does all the time
            }

            @Override
            public void committed(Outcome soFar) {
                if (!others.isEmpty()) {
                    throw new IllegalStateException("Ctrl-C");
                }
            }
        };
        try {
            RunOrder paced = new RunOrder(
                    Letters.run(Map.of()), DeadLetterFilter.ALL, Pace.of(100, System::nanoTime), Clock.systemUTC());
            assertThatThrownBy(() -> letters.replay(paced, breaking)).hasMessage("Ctrl-C");

            letters.replay(Letters.order(DeadLetterFilter.ALL), RunListener.SILENT);
        } finally {
            others.forEach(producer -> producer.close(Duration.ZERO));
        }

        assertThat(broker.records(Topics.DELIVERIES))
                .extracting(delivery -> RecordHeaders.text(delivery.headers(), DeliveryRecords.DELIVERY_ID))
                .containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void whatBecameOfARunsDeliveriesIsTold(@Fresh TestBroker broker) throws UndecodableRecord {
        broker.createFanfareTopics();
        RunBook book = new RunBook(kafka(broker));
        Run run = Letters.run(Map.of());
        book.write(run, "began");
        attempt(broker, "a", "delivered", "run-1");
        attempt(broker, "b", "retry", "run-1");
        attempt(broker, "b", "exhausted", "run-1");
        attempt(broker, "c", "cancelled", "run-1");
        attempt(broker, "d", "delivered", "run-2");
        attempt(broker, "e", "delivered", null);

        RunOutcomes.Fate fate = new RunOutcomes(kafka(broker)).of(run, (offsets, total) -> {});

        assertThat(fate).isEqualTo(new RunOutcomes.Fate(1, Map.of("exhausted", 1L), 1, 1));
        assertThat(fate.ended()).isEqualTo(3);
        assertThat(book.all()).containsExactly(run);
        List<ConsumerRecord<byte[], byte[]>> audit = broker.records(Topics.AUDIT);
        assertThat(audit).hasSize(1);
        AuditEntry audited = AuditEntry.fromJson(audit.get(0).value());
        assertThat(audited.action()).isEqualTo("dlq-replay began");
        assertThat(audited.by().user()).isEqualTo("tester");
    }

    private static void attempt(TestBroker broker, String id, String verdict, String run) {
        Attempt attempt = new Attempt(id, "acme", "orders", "e", "t", 1, verdict, 1, 1, null, null, null, null, run);
        broker.send(new ProducerRecord<>(Topics.ATTEMPTS, Letters.bytes("acme/orders"), attempt.toJson()));
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static Producer<byte[], byte[]> appendAndLeaveOpen(TestBroker broker) {
        Producer<byte[], byte[]> producer =
                kafka(broker).producer("open", Map.of("transactional.id", "open", "transaction.timeout.ms", 1_000));
        producer.initTransactions();
        producer.beginTransaction();
        for (int partition = 0; partition < 2; partition++) {
            producer.send(new ProducerRecord<>(
                    Topics.DEAD_LETTERS, partition, Letters.bytes("never-" + partition), Letters.bytes("x")));
        }
        producer.flush();
        return producer;
    }

    @Test
    void aMissingTopicIsNamedWithTheWayOut(@Fresh TestBroker broker) {
        assertThatThrownBy(() -> list(broker, DeadLetterFilter.ALL))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fanfare.dead-letters")
                .hasMessageContaining("fanfare topics create");
    }

    private static void sendAll(TestBroker broker, List<String> ids) {
        try (Producer<byte[], byte[]> producer = kafka(broker).producer("letters", Map.of())) {
            ids.forEach(id -> producer.send(Letters.letter(id, "acme", "s" + id.hashCode() % 7, Verdict.EXHAUSTED)));
            producer.flush();
        }
    }

    private static void appendAndAbort(TestBroker broker, ProducerRecord<byte[], byte[]> message) {
        try (Producer<byte[], byte[]> producer =
                kafka(broker).producer("aborting", Map.of("transactional.id", "aborting"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(message);
            producer.flush();
            producer.abortTransaction();
        }
    }

    private static DeadLetterFilter filter(String tenant, String subscription) {
        return new DeadLetterFilter(Set.of(), tenant, subscription, null, null, null, null, null, null);
    }

    private static List<DeadLetter> list(TestBroker broker, DeadLetterFilter filter) {
        List<DeadLetter> listed = new ArrayList<>();
        new DeadLetters(kafka(broker)).list(filter, RunListener.SILENT, listed::add);
        return listed;
    }

    private static KafkaConnection kafka(TestBroker broker) {
        return KafkaConnection.to(broker.bootstrapServers());
    }
}
