package dev.fanfare.retry.dead;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * What is outstanding on {@code fanfare.dead-letters}: the latest record of each id that isn't a tombstone, up to the
 * end of the topic when a call began. Reads Kafka and nothing else; every call opens its own clients and closes them.
 *
 * <p>Memory holds the ids of one partition at a time, never the bodies of more than one batch. Replay and discard go
 * partition by partition; a second run takes a partition over from the first ({@link RunTakenOver}), so two at once
 * replay nothing twice and lose nothing. A run that was broken off is gone on with by running it again. Safe from any
 * thread.
 */
public final class DeadLetters {
    private static final String CLIENT = "fanfare-dead-letters";
    private static final int TRANSACTION_TIMEOUT_MILLIS = 10_000;

    private final KafkaConnection kafka;

    /** Over a cluster. */
    public DeadLetters(KafkaConnection kafka) {
        this.kafka = kafka;
    }

    /**
     * Hands over what is outstanding and matches, partition by partition, the oldest first.
     *
     * @throws IllegalStateException where the topic doesn't exist
     */
    public void list(DeadLetterFilter filter, RunListener listener, java.util.function.Consumer<DeadLetter> visitor) {
        read(filter, listener, message -> visitor.accept(DeadLetter.of(message)));
    }

    /** The whole record of one that is outstanding: headers and body. */
    public Optional<ConsumerRecord<byte[], byte[]>> find(String id) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        read(DeadLetterFilter.ids(Set.of(id)), RunListener.SILENT, found::add);
        return found.stream().findFirst();
    }

    /**
     * Sends what matches back to where it came from, and takes it off the dead letters, in one transaction each batch.
     * Those that were exhausted or expired start a fresh schedule and age.
     *
     * @throws RunTakenOver          where another run began meanwhile; what this one did stands
     * @throws IllegalStateException where a topic doesn't exist
     */
    public Outcome replay(DeadLetterFilter filter, RunListener listener) {
        int eventPartitions;
        int deliveryPartitions;
        try (var consumer = consumer("-topics")) {
            eventPartitions = partitions(consumer, Topics.EVENTS);
            deliveryPartitions = partitions(consumer, Topics.DELIVERIES);
        }
        return run(filter, listener, letter -> Replayed.of(letter, eventPartitions, deliveryPartitions));
    }

    /**
     * Takes what matches off the dead letters. That can't be undone.
     *
     * @throws RunTakenOver          where another run began meanwhile; what this one did stands
     * @throws IllegalStateException where the topic doesn't exist
     */
    public Outcome discard(DeadLetterFilter filter, RunListener listener) {
        return run(filter, listener, null);
    }

    private void read(DeadLetterFilter filter, RunListener listener, PartitionScan.Visitor visitor) {
        try (var consumer = consumer("-list")) {
            Map<TopicPartition, Long> ends = ends(consumer);
            Scanned scanned = new Scanned(offsetsToRead(consumer, ends), listener);
            ends.forEach((partition, end) -> {
                PartitionScan scan = new PartitionScan(consumer, partition, scanned);
                scan.index(end);
                if (!scan.isEmpty()) {
                    scan.read(scan.beginning(), end, message -> {
                        if (message.value() != null
                                && scan.isOutstanding(message)
                                && filter.matches(DeadLetter.of(message))) {
                            visitor.visit(message);
                        }
                    });
                }
            });
            scanned.done();
        }
    }

    private Outcome run(
            DeadLetterFilter filter,
            RunListener listener,
            @Nullable Function<ConsumerRecord<byte[], byte[]>, ProducerRecord<byte[], byte[]>> replay) {
        try (var index = consumer("-index");
                var walk = consumer("-walk")) {
            Map<TopicPartition, Long> frozenEnds = ends(walk);
            Scanned scanned = new Scanned(offsetsToRead(walk, frozenEnds), listener);
            Outcome outcome = Outcome.NOTHING;
            for (Map.Entry<TopicPartition, Long> entry : frozenEnds.entrySet()) {
                TopicPartition partition = entry.getKey();
                PartitionScan scan = new PartitionScan(walk, partition, scanned);
                if (scan.beginning() >= entry.getValue()) {
                    continue;
                }
                try (Producer<byte[], byte[]> producer = producer(partition.partition())) {
                    outcome = new PartitionRun(
                                    partition.partition(),
                                    new PartitionScan(index, partition, scanned),
                                    scan,
                                    producer,
                                    filter,
                                    replay,
                                    listener,
                                    outcome)
                            .run(entry.getValue());
                }
            }
            scanned.done();
            return outcome;
        }
    }

    private static Map<TopicPartition, Long> ends(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = IntStream.range(0, partitions(consumer, Topics.DEAD_LETTERS))
                .mapToObj(p -> new TopicPartition(Topics.DEAD_LETTERS, p))
                .toList();
        Map<TopicPartition, Long> found = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> inOrder = new LinkedHashMap<>();
        partitions.forEach(partition -> inOrder.put(partition, found.getOrDefault(partition, 0L)));
        return inOrder;
    }

    /** Every partition is read twice: for what is the latest, and for the letters themselves. */
    private static long offsetsToRead(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(ends.keySet());
        long offsets = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            offsets += end.getValue() - beginnings.getOrDefault(end.getKey(), 0L);
        }
        return 2 * offsets;
    }

    private static int partitions(Consumer<byte[], byte[]> consumer, String topic) {
        List<PartitionInfo> partitions;
        try {
            partitions = consumer.partitionsFor(topic);
        } catch (UnknownTopicOrPartitionException e) {
            partitions = List.of();
        }
        if (partitions == null || partitions.isEmpty()) {
            throw new IllegalStateException(
                    "topic " + topic + " does not exist on this cluster: run 'fanfare topics create'");
        }
        return partitions.size();
    }

    private Consumer<byte[], byte[]> consumer(String suffix) {
        return kafka.consumer(CLIENT + suffix, Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000));
    }

    private Producer<byte[], byte[]> producer(int partition) {
        return kafka.producer(
                CLIENT + "-" + partition,
                Map.of(
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        CLIENT + "-" + partition,
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        TRANSACTION_TIMEOUT_MILLIS));
    }
}
