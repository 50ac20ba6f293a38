package dev.fanfare.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.runtime.kafka.CompactedTable.Listener;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.LogLines;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@WithBroker
class CompactedTableIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Map<String, String> COMPACTED = Map.of("cleanup.policy", "compact");

    private final List<AutoCloseable> open = new ArrayList<>();
    private final LogLines said = LogLines.of(KafkaArrival.class);

    @AfterEach
    void closeAll() throws Exception {
        said.close();
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void whatIsOnTheTopicIsThereOnceItHasStarted(TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        IntStream.range(0, 100).forEach(i -> put(broker, topic, "key" + i % 50, "value" + i));
        CompactedTable<String> table = started(broker, topic);
        assertThat(table.rows()).hasSize(50);
        assertThat(table.get("key7").value()).isEqualTo("value57");
        assertThat(table.get("key7").offset()).isEqualTo(57);
        assertThat(table.get("absent")).isNull();
        assertThat(table.position()).isEqualTo(100);
        assertThat(table.topicId()).isEqualTo(topicId(broker, topic));
    }

    @Test
    void anEmptyTopicIsATableWithoutRows(TestBroker broker) {
        CompactedTable<String> table = started(broker, broker.newTopic("table", 1, COMPACTED));
        assertThat(table.rows()).isEmpty();
        assertThat(table.position()).isZero();
    }

    @Test
    void itFollowsTheTopicAndTellsEachChangeOnceInOrder(TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        List<String> told = new CopyOnWriteArrayList<>();
        CompactedTable<String> table = started(
                broker,
                topic,
                (key, before, after) -> told.add(key + ":"
                        + (before == null ? "-" : before.value())
                        + ">"
                        + (after == null ? "-" : after.value())));
        put(broker, topic, "a", "1");
        put(broker, topic, "a", "2");
        put(broker, topic, "b", "1");
        long end = put(broker, topic, "a", null) + 1;
        assertThat(table.awaitPosition(end, PATIENCE)).isTrue();
        assertThat(table.rows()).containsOnlyKeys("b");
        assertThat(told).containsExactly("a:->1", "a:1>2", "b:->1", "a:2>-");
    }

    @Test
    void aTombstoneOfWhatWasNeverThereChangesNothing(TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        List<String> told = new CopyOnWriteArrayList<>();
        CompactedTable<String> table = started(broker, topic, (key, before, after) -> told.add(key));
        long end = put(broker, topic, "ghost", null) + 1;
        assertThat(table.awaitPosition(end, PATIENCE)).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void whatCannotBeReadIsLeftOutAndTheRestGoesOn(TestBroker broker) {
        // not compacted, since only then will the broker take a record without a key
        String topic = broker.newTopic("table", 1);
        put(broker, topic, "a", "1");
        put(broker, topic, "a", "bad");
        put(broker, topic, "b", "crash");
        broker.send(new ProducerRecord<>(topic, 0, null, "no key".getBytes(UTF_8)));
        put(broker, topic, "c", "3");
        CompactedTable<String> table = started(broker, topic);
        assertThat(table.rows()).containsOnlyKeys("a", "c");
        assertThat(table.get("a").value()).isEqualTo("1");
        put(broker, topic, "a", "bad");
        long end = put(broker, topic, "a", "4") + 1;
        assertThat(table.awaitPosition(end, PATIENCE)).isTrue();
        assertThat(table.get("a").value()).isEqualTo("4");
    }

    @Test
    void aListenerThatThrowsDoesNotStopTheTable(TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        CompactedTable<String> table = started(broker, topic, (key, before, after) -> {
            if (key.equals("a")) {
                throw new IllegalStateException("a listener's fault");
            }
        });
        put(broker, topic, "a", "1");
        long end = put(broker, topic, "b", "1") + 1;
        assertThat(table.awaitPosition(end, PATIENCE)).isTrue();
        assertThat(table.rows()).containsOnlyKeys("a", "b");
    }

    @Test
    void whoeverReachesTheEndHasSeenWhatWasAcknowledgedBeforeAskingForIt(TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        CompactedTable<String> table = started(broker, topic);
        for (int i = 0; i < 200; i++) {
            put(broker, topic, "k", "v" + i);
            long end = table.endOffset().toCompletableFuture().join();
            assertThat(table.awaitPosition(end, PATIENCE)).isTrue();
            assertThat(table.get("k").value()).isEqualTo("v" + i);
        }
    }

    @Test
    void thatHoldsForTransactionsWhoseMarkersAreStillToCome(TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        CompactedTable<String> table = started(broker, topic);
        try (Producer<byte[], byte[]> producer = KafkaConnection.to(broker.bootstrapServers())
                .producer("writer", Map.of("transactional.id", "writer-" + topic))) {
            producer.initTransactions();
            for (int i = 0; i < 50; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "k".getBytes(UTF_8), ("v" + i).getBytes(UTF_8)));
                producer.commitTransaction();
                long end = table.endOffset().toCompletableFuture().join();
                assertThat(table.awaitPosition(end, PATIENCE)).isTrue();
                assertThat(table.get("k").value()).isEqualTo("v" + i);
            }
        }
    }

    @Test
    void whatWasAbortedIsNeverSeenAndTheEndIsStillReached(TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        put(broker, topic, "k", "kept");
        CompactedTable<String> table = started(broker, topic);
        try (Producer<byte[], byte[]> producer = KafkaConnection.to(broker.bootstrapServers())
                .producer("writer", Map.of("transactional.id", "writer-" + topic))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, "k".getBytes(UTF_8), "aborted".getBytes(UTF_8)));
            producer.flush();
            producer.abortTransaction();
            // the tail of the topic is a marker: only the position gets past it
            await().atMost(PATIENCE)
                    .until(() -> table.position()
                            == table.endOffset().toCompletableFuture().join());
        }
        assertThat(table.get("k").value()).isEqualTo("kept");
        assertThat(table.position()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void waitingEndsWithTheTimeWhereNothingComes(TestBroker broker) {
        CompactedTable<String> table = started(broker, broker.newTopic("table", 1, COMPACTED));
        assertThat(table.awaitPosition(1, Duration.ofMillis(50))).isFalse();
        assertThat(table.awaitPosition(0, Duration.ZERO)).isTrue();
    }

    @Test
    void aMissingTopicIsSaidAtTheStart(TestBroker broker) {
        CompactedTable<String> table = table(broker, "there-is-no-such-table", (key, before, after) -> {});
        assertThatThrownBy(() -> table.start()).hasMessageContaining("there-is-no-such-table");
    }

    @Test
    void aBrokerThatComesLateIsWaitedFor(@Fresh TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        put(broker, topic, "a", "1");
        broker.stop();
        CompactedTable<String> table = table(broker, topic, (key, before, after) -> {});
        CompletableFuture<Void> starting = CompletableFuture.runAsync(() -> table.start(Duration.ofMillis(100)));
        await().atMost(PATIENCE).until(() -> !said("reading topic " + topic).isEmpty());
        assertThat(starting).isNotDone();
        broker.startAgain();
        assertThat(starting).succeedsWithin(PATIENCE);
        assertThat(table.get("a").value()).isEqualTo("1");
    }

    @Test
    void oneThatTakesItsTimeAfterTheFirstContactIsWaitedForToo(TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        put(broker, topic, "a", "1");
        CountDownLatch slow = new CountDownLatch(1);
        CompactedTable<String> table = table(broker, topic, (key, before, after) -> {
            try {
                slow.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        CompletableFuture<Void> starting = CompletableFuture.runAsync(() -> table.start(Duration.ofMillis(100)));
        await().atMost(PATIENCE).until(() -> !said("reading topic " + topic + ": it ends at offset 1, now at 0")
                .isEmpty());
        assertThat(starting).isNotDone();
        slow.countDown();
        assertThat(starting).succeedsWithin(PATIENCE);
        assertThat(table.get("a").value()).isEqualTo("1");
    }

    /** What was said of the wait for Kafka. */
    private List<String> said(String part) {
        return said.all().stream()
                .filter(line -> line.startsWith("waiting for Kafka") && line.contains(part))
                .toList();
    }

    @Test
    void itSurvivesARestartOfTheBroker(@Fresh TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        put(broker, topic, "a", "1");
        CompactedTable<String> table = started(broker, topic);
        broker.stop();
        assertThat(table.get("a").value()).isEqualTo("1");
        broker.startAgain();
        long end = put(broker, topic, "a", "2") + 1;
        assertThat(table.awaitPosition(end, Duration.ofSeconds(40))).isTrue();
        assertThat(table.get("a").value()).isEqualTo("2");
        closeQuietly(table);
    }

    @Test
    void closingTwiceIsFineAlsoBeforeTheStart(TestBroker broker) {
        String topic = broker.newTopic("table", 1, COMPACTED);
        CompactedTable<String> never = table(broker, topic, (key, before, after) -> {});
        never.close();
        never.close();
        CompactedTable<String> table = started(broker, topic);
        table.close();
        table.close();
    }

    private CompactedTable<String> started(TestBroker broker, String topic) {
        return started(broker, topic, (key, before, after) -> {});
    }

    private CompactedTable<String> started(TestBroker broker, String topic, Listener<String> listener) {
        CompactedTable<String> table = table(broker, topic, listener);
        table.start();
        return table;
    }

    private CompactedTable<String> table(TestBroker broker, String topic, Listener<String> listener) {
        CompactedTable<String> table = new CompactedTable<>(
                KafkaConnection.to(broker.bootstrapServers()),
                topic,
                "table-of-" + topic,
                CompactedTableIT::decode,
                listener);
        open.add(table);
        return table;
    }

    private void closeQuietly(CompactedTable<String> table) {
        table.close();
        open.remove(table);
    }

    private static String decode(byte[] value) throws UndecodableRecord {
        String text = new String(value, UTF_8);
        if (text.equals("bad")) {
            throw new UndecodableRecord("it is bad");
        }
        if (text.equals("crash")) {
            throw new IllegalStateException("a decoder's fault");
        }
        return text;
    }

    private static long put(TestBroker broker, String topic, String key, String value) {
        return broker.send(
                        new ProducerRecord<>(topic, key.getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8)))
                .offset();
    }

    private static String topicId(TestBroker broker, String topic) {
        return broker.admin()
                .describeTopics(List.of(topic))
                .topicNameValues()
                .get(topic)
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .topicId()
                .toString();
    }
}
