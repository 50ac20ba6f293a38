package dev.fanfare.retry.run;

import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.LogEnds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reads topics from a moment to their end as it is now. Confined to one thread; to be closed. */
public final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STALL = Duration.ofSeconds(60);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final Consumer<byte[], byte[]> consumer;
    private final Admin admin;

    /** Opens its clients. */
    public TopicReader(KafkaConnection kafka, String clientId) {
        this.consumer = kafka.consumer(
                clientId,
                Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000, ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50));
        this.admin = kafka.admin(clientId);
    }

    /** The partitions of a topic. */
    public List<TopicPartition> partitions(String topic) {
        try {
            List<TopicPartition> partitions = new ArrayList<>();
            for (TopicDescription description : KafkaAnswer.await(
                            admin.describeTopics(List.of(topic)).allTopicNames(),
                            ANSWER_TIMEOUT,
                            "asking about topic " + topic)
                    .values()) {
                description
                        .partitions()
                        .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
            }
            return partitions;
        } catch (UnknownTopicOrPartitionException e) {
            throw new IllegalStateException(
                    "topic " + topic + " does not exist on this cluster: run 'fanfare topics create'", e);
        }
    }

    /** Where partitions end, behind open transactions. */
    public Map<TopicPartition, Long> ends(List<TopicPartition> partitions) {
        return LogEnds.of(admin, partitions, ANSWER_TIMEOUT);
    }

    /** All that is committed and not compacted away, in order within each partition. */
    public void read(String topic, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        List<TopicPartition> partitions = partitions(topic);
        read(consumer.beginningOffsets(partitions), ends(partitions), visitor, read -> {});
    }

    /**
     * What was appended from a moment on, to another or to the end.
     *
     * @param fromMillis  by the records' own timestamps
     * @param untilMillis {@link Long#MAX_VALUE} for all
     * @param progress    is told how many offsets were read, of {@code total}
     */
    public void readBetween(
            String topic,
            long fromMillis,
            long untilMillis,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor,
            Progress progress) {
        List<TopicPartition> partitions = partitions(topic);
        Map<TopicPartition, Long> ends = new HashMap<>(ends(partitions));
        if (untilMillis != Long.MAX_VALUE) {
            ends.putAll(at(partitions, untilMillis, ends));
        }
        Map<TopicPartition, Long> begins = at(partitions, fromMillis, ends);
        long total = partitions.stream()
                .mapToLong(partition -> Math.max(0, offset(ends, partition) - offset(begins, partition)))
                .sum();
        read(begins, ends, visitor, read -> progress.read(read, total));
    }

    /** Is told how far reading is. */
    @FunctionalInterface
    public interface Progress {
        /** So many offsets of a total. */
        void read(long offsets, long total);
    }

    private Map<TopicPartition, Long> at(List<TopicPartition> partitions, long millis, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, Math.max(0, millis)));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(wanted);
        partitions.forEach(partition -> {
            OffsetAndTimestamp offset = found.get(partition);
            offsets.put(partition, offset == null ? ends.getOrDefault(partition, 0L) : offset.offset());
        });
        return offsets;
    }

    private void read(
            Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor,
            LongConsumer progress) {
        Map<TopicPartition, Long> positions = new HashMap<>(begins);
        positions.keySet().removeIf(partition -> offset(positions, partition) >= offset(ends, partition));
        consumer.assign(positions.keySet());
        positions.forEach(consumer::seek);
        long read = 0;
        long movedAt = System.nanoTime();
        while (!positions.isEmpty()) {
            for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(message.topic(), message.partition());
                if (message.offset() < offset(ends, partition)) {
                    visitor.accept(message);
                }
            }
            long before = read;
            for (Map.Entry<TopicPartition, Long> position : positions.entrySet()) {
                long now = consumer.position(position.getKey());
                read += now - position.getValue();
                position.setValue(now);
            }
            if (read != before) {
                movedAt = System.nanoTime();
                progress.accept(read);
            } else if (System.nanoTime() - movedAt > STALL.toNanos()) {
                throw new TimeoutException("reading " + positions.keySet() + " stands still for " + STALL.toSeconds()
                        + " s: is Kafka there, or is a transaction open that nobody ends?");
            }
            if (positions.entrySet().removeIf(position -> position.getValue() >= offset(ends, position.getKey()))
                    && !positions.isEmpty()) {
                consumer.pause(consumer.assignment().stream()
                        .filter(partition -> !positions.containsKey(partition))
                        .toList());
            }
        }
    }

    private static long offset(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return offsets.getOrDefault(partition, 0L);
    }

    @Override
    public void close() {
        consumer.close();
        admin.close(Duration.ZERO);
    }
}
