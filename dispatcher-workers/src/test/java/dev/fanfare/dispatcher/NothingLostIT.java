package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.LogLines;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restarts, kills, rebalances and a broker that goes away: who gets what twice, and that nobody gets nothing. */
@WithBroker
class NothingLostIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    private TestBroker broker;
    private DispatcherBench bench;
    private FaultyReceiver receiver;

    @BeforeEach
    void start(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
        receiver = FaultyReceiver.start();
        bench = new DispatcherBench(broker, folder);
    }

    @AfterEach
    void close() {
        bench.close();
        receiver.close();
    }

    @Test
    void aPlannedRestartWithAttemptsUnderWaySendsNothingTwice() {
        receiver.otherwise(Answer.status(204).after(Duration.ofMillis(200)));
        List<Subscribed> all = subscriptions(10);
        deliver(all, 20);
        DispatcherRole first = bench.start();
        receiver.awaitCount(30, PATIENCE);

        first.close();
        int before = receiver.count();
        assertThat(before).isLessThan(200);
        bench.start();

        assertEachDeliveredOnce(all, 20);
    }

    @Test
    void aSecondDispatcherTakesOverItsShareAndSendsNothingTwice() {
        receiver.otherwise(Answer.status(204).after(Duration.ofMillis(100)));
        List<Subscribed> all = subscriptions(10);
        deliver(all, 40);
        bench.startAs("one");
        receiver.awaitCount(30, PATIENCE);

        bench.startAs("two");

        assertEachDeliveredOnce(all, 40);
    }

    @Test
    void afterAKillOnlyWhatFinishedSinceTheLastCommitIsSentAgain() throws Exception {
        // It hangs at the very beginning, so that all that finishes stands in the commit's metadata alone.
        receiver.on("/hang", Answer.hang());
        bench.deliver(bench.subscribeFor(Duration.ofMinutes(10), receiver.url("/hang")), "h", "body");
        receiver.otherwise(Answer.status(204).after(Duration.ofMillis(200)));
        deliver(subscriptions(10), 80);
        long killedAtMillis;
        try (DispatcherProcess process = DispatcherProcess.start(bench, "one", "dispatcher.commit-interval", "300ms")) {
            Awaitility.await().atMost(PATIENCE).until(() -> !delivered().isEmpty());
            process.kill();
            killedAtMillis = System.currentTimeMillis();
        }
        OffsetAndMetadata committed = committed();
        assertThat(committed.offset()).isZero();
        assertThat(committed.metadata()).isNotEmpty();

        bench.startAs("one", "dispatcher.drain-timeout", "200ms");

        receiver.awaitCount(800, PATIENCE);
        Awaitility.await().atMost(PATIENCE).until(() -> delivered().size() >= 800);
        assertThat(delivered()).hasSize(800).doesNotHaveDuplicates();
        Map<String, Long> requests = receiver.requests().stream()
                .filter(request -> !request.path().equals("/hang"))
                .collect(Collectors.groupingBy(request -> request.header("webhook-id"), Collectors.counting()));
        assertThat(requests).hasSize(800);
        List<String> committedBefore = attempts().stream()
                .filter(attempt -> attempt.startedAtMillis() < killedAtMillis)
                .map(Attempt::deliveryId)
                .toList();
        assertThat(committedBefore).isNotEmpty().hasSizeLessThan(800).allSatisfy(id -> assertThat(requests.get(id))
                .isEqualTo(1));
    }

    @Test
    void theYoungerOfTwoWithTheSameInstanceIdTakesOver() {
        List<Subscribed> all = subscriptions(5);
        DispatcherRole older = bench.startAs("one");
        deliver(all, 5);
        receiver.awaitCount(25, PATIENCE);
        Awaitility.await().atMost(PATIENCE).until(() -> delivered().size() >= 25);

        bench.startAs("one");
        for (int i = 5; i < 10; i++) {
            deliver(all, i, i + 1);
        }

        receiver.awaitCount(50, PATIENCE);
        Awaitility.await().atMost(PATIENCE).until(() -> delivered().size() >= 50);
        assertThat(delivered()).hasSize(50).doesNotHaveDuplicates();
        Awaitility.await().atMost(PATIENCE).until(() -> !older.readiness().isReady());
        assertThat(older.readiness().reason()).contains("same instance id");
    }

    @Test
    void whileTheBrokerIsAwayOutcomesWaitAndNothingIsSentTwice() {
        receiver.otherwise(Answer.status(204).after(Duration.ofMillis(500)));
        List<Subscribed> all = subscriptions(10);
        deliver(all, 10);
        bench.start();
        receiver.awaitCount(20, PATIENCE);

        broker.stop();
        Awaitility.await()
                .during(Duration.ofSeconds(5))
                .atMost(PATIENCE)
                .failFast("a delivery was sent again", () -> repeated() > 0)
                .until(() -> repeated() == 0);
        broker.startAgain();

        assertEachDeliveredOnce(all, 10);
    }

    @Test
    void whatIsDeletedBeforeItWasSentIsToldAndTheRestIsSent() throws Exception {
        try (LogLines said = LogLines.of(DeliveryConsumer.class)) {
            List<Subscribed> one = subscriptions(1);
            bench.deliver(one.get(0), "e0", "body");
            DispatcherRole first = bench.startAs("one");
            Awaitility.await().atMost(PATIENCE).until(() -> delivered().size() == 1);
            first.close();
            deliver(one, 1, 5);
            broker.admin()
                    .deleteRecords(Map.of(new TopicPartition(Topics.DELIVERIES, 0), RecordsToDelete.beforeOffset(4)))
                    .all()
                    .get();

            bench.startAs("one");

            Awaitility.await().atMost(PATIENCE).until(() -> delivered().size() == 2);
            assertThat(said.errors())
                    .singleElement()
                    .asString()
                    .startsWith("deliveries were deleted before they were sent")
                    .endsWith(" partition=fanfare.deliveries-0 from=1 before=4");
        }
    }

    /** How many requests were not the first of their delivery. */
    private long repeated() {
        List<String> ids = receiver.requests().stream()
                .map(request -> request.header("webhook-id"))
                .toList();
        return ids.size() - ids.stream().distinct().count();
    }

    private OffsetAndMetadata committed() throws Exception {
        return broker.admin()
                .listConsumerGroupOffsets(DispatcherRole.GROUP)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(new TopicPartition(Topics.DELIVERIES, 0));
    }

    private List<Attempt> attempts() {
        return broker.records(Topics.ATTEMPTS).stream()
                .map(record -> {
                    try {
                        return Attempt.fromJson(record.value());
                    } catch (dev.fanfare.contract.UndecodableRecord e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private List<String> delivered() {
        return attempts().stream()
                .filter(attempt -> attempt.verdict().equals("delivered"))
                .map(Attempt::deliveryId)
                .toList();
    }

    private List<Subscribed> subscriptions(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> bench.subscribe(receiver.url("/" + i), "1s"))
                .toList();
    }

    private void deliver(List<Subscribed> all, int each) {
        deliver(all, 0, each);
    }

    private void deliver(List<Subscribed> all, int from, int to) {
        for (int i = from; i < to; i++) {
            for (Subscribed each : all) {
                bench.deliver(each, "e" + i, "body");
            }
        }
    }

    private void assertEachDeliveredOnce(List<Subscribed> all, int each) {
        int expected = all.size() * each;
        receiver.awaitCount(expected, PATIENCE);
        Awaitility.await().atMost(PATIENCE).until(() -> delivered().size() >= expected);
        assertThat(delivered()).hasSize(expected).doesNotHaveDuplicates();
        assertThat(receiver.requests().stream()
                        .map(request -> request.header("webhook-id"))
                        .toList())
                .hasSize(expected)
                .doesNotHaveDuplicates();
        assertThat(attempts()).hasSize(expected);
    }
}
