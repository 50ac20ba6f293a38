package dev.fanfare.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.TestBroker;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A question for what was committed is answered as if it were the only one that was ever asked. */
class CommittedOffsetsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final int ROUNDS = 300;
    private static TestBroker broker;

    private TopicPartition first;
    private TopicPartition second;
    private Consumer<byte[], byte[]> consumer;

    @BeforeAll
    static void startBroker() {
        broker = TestBroker.fresh();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void join() {
        String topic = broker.newTopic("asked", 2);
        first = new TopicPartition(topic, 0);
        second = new TopicPartition(topic, 1);
        consumer = KafkaConnection.to(broker.bootstrapServers()).member(topic, topic, 1);
        consumer.subscribe(Set.of(topic));
        Awaitility.await().atMost(PATIENCE).pollInSameThread().until(() -> {
            consumer.poll(Duration.ofMillis(50));
            return consumer.assignment().size() == 2;
        });
    }

    @AfterEach
    void leave() {
        consumer.close();
    }

    @Test
    void questionThatNobodyWaitsForAnyMoreDoesNotAnswerTheNextOne() {
        commit(7, 70);
        Set<TopicPartition> ours = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            // partitions come and go, and the set of those that are ours with them
            ours.add(first);
            giveUpAsking(ours);
            ours.remove(first);
            ours.add(second);

            assertThat(CommittedOffsets.read(consumer, ours, PATIENCE))
                    .as("in round %d", round)
                    .containsExactly(Map.entry(second, new OffsetAndMetadata(70)));

            ours.remove(second);
        }
    }

    @Test
    void whatWasCommittedSinceAnEarlierQuestionIsSeen() {
        for (int round = 0; round < ROUNDS; round++) {
            giveUpAsking(Set.of(first));
            commit(round, 0);

            assertThat(CommittedOffsets.read(consumer, Set.of(first), PATIENCE))
                    .as("in round %d", round)
                    .containsExactly(Map.entry(first, new OffsetAndMetadata(round)));
        }
    }

    @Test
    void whereNothingWasCommittedTheAnswerSaysSo() {
        assertThat(CommittedOffsets.read(consumer, Set.of(first, second), PATIENCE))
                .containsOnlyKeys(first, second)
                .containsEntry(first, null);
    }

    /** The question goes out, and its answer comes after we looked away. */
    private void giveUpAsking(Set<TopicPartition> partitions) {
        try {
            CommittedOffsets.read(consumer, partitions, AT_ONCE);
        } catch (TimeoutException expected) {
            // most times
        }
    }

    private void commit(long ofFirst, long ofSecond) {
        consumer.commitSync(Map.of(first, new OffsetAndMetadata(ofFirst), second, new OffsetAndMetadata(ofSecond)));
    }
}
