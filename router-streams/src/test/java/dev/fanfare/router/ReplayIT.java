package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static dev.fanfare.router.TestRouter.tombstone;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.run.Run.State;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@WithBroker
class ReplayIT {
    private static final Actor SOMEBODY = new Actor("test", null, null);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static TestBroker broker;
    private static TestRouter router;

    @BeforeAll
    static void startTheRouter(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
        router = TestRouter.start(broker.bootstrapServers(), "replay", Map.of("router.replay-per-second", "20"));
    }

    @AfterAll
    static void stopTheRouter() {
        router.close();
    }

    @Test
    void aNewSubscriptionGetsThePastUnderTheIdsThatItsDeliveriesAlwaysHave() throws Exception {
        for (int i = 0; i < 10; i++) {
            broker.send(event("past-" + i, i % 2 == 0 ? "past.even" : "past.odd", new byte[] {(byte) i}));
        }
        Subscription late = subscription("default", "late", "past.even");
        broker.send(row(late));
        begin("r-past", replay(late, Instant.EPOCH, null));

        Run run = ended("r-past");
        assertThat(run.state()).as(run.error()).isEqualTo(State.DONE);
        assertThat(run.count(EventReplay.MATCHED)).isEqualTo(5);
        assertThat(run.count(EventReplay.SENT)).isEqualTo(5);
        assertThat(run.count(EventReplay.SCANNED)).isGreaterThanOrEqualTo(10);
        assertThat(run.positions()).isEqualTo(run.frozenEnds());
        List<ConsumerRecord<byte[], byte[]>> deliveries = deliveriesOf(late);
        assertThat(deliveries).hasSize(5);
        for (ConsumerRecord<byte[], byte[]> message : deliveries) {
            Delivery delivery = DeliveryRecords.read(message.headers());
            assertThat(delivery.id())
                    .isEqualTo(DeliveryId.of("default", "/tests", delivery.eventId(), "late", late.generation()));
            assertThat(delivery.eventId()).isEqualTo("past-" + message.value()[0]);
            // so its age counts from when it is handled, however old the event is
            assertThat(delivery.progress()).isEqualTo(Progress.NONE);
            assertThat(RecordHeaders.text(message.headers(), DeliveryRecords.RUN))
                    .isEqualTo("r-past");
        }
    }

    @Test
    void onlyEventsOfTheTimeAndTheTypesThatItNamesAreReplayed() {
        Map<String, Long> appendedAt = new TreeMap<>();
        for (int i = 0; i < 12; i++) {
            String id = "n-" + i + (i % 3 == 0 ? "-other" : "-wanted");
            appendedAt.put(
                    id,
                    broker.send(event(id, i % 3 == 0 ? "narrow.other" : "narrow.wanted", new byte[0]))
                            .timestamp());
        }
        List<Long> moments = appendedAt.values().stream().sorted().toList();
        long since = moments.get(3);
        long until = moments.get(9);
        Subscription wide = subscription("default", "wide", "narrow.*");
        broker.send(row(wide));
        begin(
                "r-narrow",
                new EventReplay(
                        "default",
                        "wide",
                        wide.generation(),
                        Instant.ofEpochMilli(since),
                        Instant.ofEpochMilli(until),
                        List.of("narrow.wanted")));

        assertThat(ended("r-narrow").state()).isEqualTo(State.DONE);
        List<String> expected = appendedAt.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("wanted"))
                .filter(entry -> entry.getValue() >= since && entry.getValue() < until)
                .map(Map.Entry::getKey)
                .toList();
        assertThat(deliveriesOf(wide))
                .extracting(message -> RecordHeaders.text(message.headers(), "ce_id"))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aRunEndsWhenItsSubscriptionIsPausedOrDeletedOrSomebodyWantsItToStop() {
        for (int i = 0; i < 300; i++) {
            broker.send(event("m-" + i, "mass.made", new byte[0]));
        }
        Subscription paused = subscription("default", "to-pause", "mass.*");
        Subscription deleted = subscription("default", "to-delete", "mass.*");
        Subscription stopped = subscription("default", "to-stop", "mass.*");
        for (Subscription each : List.of(paused, deleted, stopped)) {
            broker.send(row(each));
            begin("r-" + each.id(), replay(each, Instant.EPOCH, null));
        }
        // they would take fifteen seconds at this rate
        await().atMost(PATIENCE).until(() -> List.of(paused, deleted, stopped).stream()
                .allMatch(each -> latest("r-" + each.id()).count(EventReplay.SENT) > 0));
        broker.send(row(
                paused.toBuilder().state(Subscription.State.PAUSED, "by a test").build()));
        broker.send(tombstone(deleted));
        broker.send(run(EventReplay.stop("s-1", "r-to-stop", SOMEBODY, 1)));

        Run afterPause = ended("r-to-pause");
        assertThat(afterPause.state()).isEqualTo(State.STOPPED);
        assertThat(afterPause.error()).contains("paused");
        Run afterDeletion = ended("r-to-delete");
        assertThat(afterDeletion.state()).isEqualTo(State.FAILED);
        assertThat(afterDeletion.error()).contains("deleted");
        Run afterWish = ended("r-to-stop");
        assertThat(afterWish.state()).isEqualTo(State.STOPPED);
        assertThat(afterWish.error()).contains("by request");
        for (Subscription each : List.of(paused, deleted, stopped)) {
            Run run = latest("r-" + each.id());
            assertThat(run.count(EventReplay.SENT)).isBetween(1L, 299L);
            assertThat(deliveriesOf(each)).hasSize((int) run.count(EventReplay.SENT));
        }
        await("the wish is taken off the topic").atMost(PATIENCE).until(() -> broker.records(Topics.RUNS).stream()
                .anyMatch(message -> message.value() == null && new String(message.key(), UTF_8).equals("s-1")));
    }

    @Test
    void aRunThatCanNotBeReadFailsAndIsNoHindranceToOthers() {
        Subscription next = subscription("default", "after-broken", "past.none");
        broker.send(row(next));
        broker.send(run(new Run(
                "r-0-broken",
                Run.EVENT_REPLAY,
                State.RUNNING,
                SOMEBODY,
                1,
                1,
                Map.of("tenant", "default"),
                Map.of(),
                Map.of(),
                null,
                null)));
        begin("r-1-after", replay(next, Instant.now(), null));

        assertThat(ended("r-0-broken").state()).isEqualTo(State.FAILED);
        assertThat(ended("r-0-broken").error()).contains("'subscription'");
        assertThat(ended("r-1-after").state()).isEqualTo(State.DONE);
    }

    static EventReplay replay(Subscription to, Instant since, Instant until) {
        return new EventReplay(to.tenant(), to.id(), to.generation(), since, until, List.of());
    }

    private static void begin(String id, EventReplay replay) {
        broker.send(run(replay.begin(id, SOMEBODY, System.currentTimeMillis())));
    }

    static ProducerRecord<byte[], byte[]> run(Run run) {
        return new ProducerRecord<>(Topics.RUNS, run.id().getBytes(UTF_8), run.toJson());
    }

    private static Run ended(String id) {
        await().atMost(PATIENCE).until(() -> latest(id).state() != State.RUNNING);
        return latest(id);
    }

    private static Run latest(String id) {
        return latest(broker, id);
    }

    static Run latest(TestBroker broker, String id) {
        Run latest = null;
        for (ConsumerRecord<byte[], byte[]> message : broker.records(Topics.RUNS)) {
            if (new String(message.key(), UTF_8).equals(id) && message.value() != null) {
                try {
                    latest = Run.fromJson(message.value());
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        }
        assertThat(latest).as(id).isNotNull();
        return latest;
    }

    private static List<ConsumerRecord<byte[], byte[]>> deliveriesOf(Subscription subscription) {
        return deliveriesOf(broker, subscription);
    }

    /** Those that a replay made. A router that lags may route what came before a subscription to it too. */
    static List<ConsumerRecord<byte[], byte[]>> deliveriesOf(TestBroker broker, Subscription subscription) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> message : broker.records(Topics.DELIVERIES)) {
            if (new String(message.key(), UTF_8).equals(subscription.key())
                    && message.headers().lastHeader(DeliveryRecords.RUN) != null) {
                found.add(message);
            }
        }
        return found;
    }
}
