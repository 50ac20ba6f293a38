package dev.fanfare.control.pipeline;

import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the last few offsets of partitions, to tell records from the markers of transactions, what was aborted and what was
 * compacted away. Confined to one thread.
 */
final class Tail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tail.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private final Consumer<byte[], byte[]> consumer;

    Tail(KafkaConnection kafka, String clientId) {
        consumer = kafka.consumer(
                clientId,
                Map.of(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, MOST_BYTES, ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int)
                        POLL.toMillis()));
    }

    /**
     * How many records are committed, from these offsets on.
     *
     * @return of those partitions that could be read to their ends in time and with our rights
     */
    Map<TopicPartition, Long> count(Map<TopicPartition, Long> from) {
        Map<TopicPartition, Long> counted = new HashMap<>();
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(from.keySet(), PATIENCE);
            consumer.assign(from.keySet());
            from.forEach(consumer::seek);
            from.keySet().forEach(partition -> counted.put(partition, 0L));
            Set<TopicPartition> unread = new HashSet<>(from.keySet());
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!unread.isEmpty() && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
                    TopicPartition partition = new TopicPartition(message.topic(), message.partition());
                    if (message.offset() < ends.getOrDefault(partition, 0L)) {
                        counted.merge(partition, 1L, Long::sum);
                    }
                }
                unread.removeIf(
                        partition -> consumer.position(partition, PATIENCE) >= ends.getOrDefault(partition, 0L));
            }
            counted.keySet().removeAll(unread);
            return counted;
        } catch (KafkaException e) {
            LOG.debug("the last records can't be counted one by one", e);
            return Map.of();
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
