package dev.fanfare.torture;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.LogEnds;
import dev.fanfare.testkit.conservation.ClusterEvidence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Whether anything is under way: records that their group has not passed. End offsets don't tell, as markers of
 * transactions count in them: what is behind a group's offset is read. Confined to one thread.
 */
final class Backlog implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);
    private static final Duration READ_WITHIN = Duration.ofSeconds(5);

    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;

    Backlog(Map<String, Object> clientConfig) {
        this.admin = Admin.create(clientConfig);
        Map<String, Object> config = new HashMap<>(clientConfig);
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        config.put("fetch.max.wait.ms", 50);
        this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** True where nothing is left, and nothing was written from before looking until after. */
    boolean isEmpty() throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, Long> ends = ends();
        return left(ends) == 0 && ends.equals(ends());
    }

    private List<String> topics() {
        return Stream.concat(
                        Stream.of(Topics.EVENTS, Topics.FANOUT, Topics.DELIVERIES), TortureRun.tierTopics().stream())
                .toList();
    }

    /** Of all partitions that there are now: there may be more of them than when it began. */
    private Map<TopicPartition, Long> ends() throws InterruptedException, ExecutionException, TimeoutException {
        List<TopicPartition> partitions = new ArrayList<>();
        get(admin.describeTopics(topics()).allTopicNames()).forEach((topic, description) -> description
                .partitions()
                .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition()))));
        return LogEnds.of(admin, partitions, ANSWER_WITHIN);
    }

    private long left(Map<TopicPartition, Long> ends)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, Long> from = new HashMap<>();
        for (String topic : topics()) {
            get(admin.listConsumerGroupOffsets(TortureRun.groupOf(topic)).partitionsToOffsetAndMetadata())
                    .forEach((partition, offset) -> from.put(partition, ClusterEvidence.offset(offset)));
        }
        List<TopicPartition> behind = new ArrayList<>();
        ends.forEach((partition, end) -> {
            if (from.getOrDefault(partition, 0L) < end) {
                behind.add(partition);
            }
        });
        consumer.assign(behind);
        behind.forEach(partition -> consumer.seek(partition, from.getOrDefault(partition, 0L)));
        long deadline = System.nanoTime() + READ_WITHIN.toNanos();
        while (behind.stream().anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
            int records = consumer.poll(Duration.ofMillis(100)).count();
            if (records > 0 || System.nanoTime() > deadline) {
                return Math.max(1, records); // a transaction that is open is something, too
            }
        }
        return 0;
    }

    private static <T> T get(KafkaFuture<T> answer) throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
        admin.close(Duration.ZERO);
    }
}
