package dev.fanfare.testkit.conservation;

import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The evidence that a cluster and a file of arrivals hold. Reads what is committed, and waits for transactions that are
 * open at the end.
 *
 * @param clientConfig   reaches the cluster
 * @param groupOf        the consumer group that reads a topic
 * @param acknowledgedTo tells the events that producers were told are accepted
 * @param arrivals       an {@link ArrivalLog}
 */
public record ClusterEvidence(
        Map<String, Object> clientConfig,
        Function<String, String> groupOf,
        List<Subscriber> subscribers,
        Consumer<Evidence.Witness> acknowledgedTo,
        Path arrivals)
        implements Evidence {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public void tell(Witness witness) {
        try (Admin admin = Admin.create(clientConfig)) {
            read(admin, Topics.EVENTS, true, witness::event);
            acknowledgedTo.accept(witness);
            for (String topic : List.of(Topics.FANOUT, Topics.DELIVERIES)) {
                read(admin, topic, true, witness::record);
            }
            for (String topic : new TreeSet<>(await(admin.listTopics().names()))) {
                if (Tier.ofTopic(topic).isPresent()) {
                    read(admin, topic, true, witness::record);
                }
            }
            for (String topic : List.of(Topics.ATTEMPTS, Topics.PARKED, Topics.DEAD_LETTERS)) {
                read(admin, topic, false, witness::record);
            }
            ArrivalLog.read(arrivals, witness::arrival);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(
            Admin admin, String topic, boolean grouped, BiConsumer<ConsumerRecord<byte[], byte[]>, Boolean> reader) {
        Map<TopicPartition, Long> ends = ends(admin, topic);
        Map<TopicPartition, Long> taken = new HashMap<>();
        if (grouped) {
            await(admin.listConsumerGroupOffsets(groupOf.apply(topic)).partitionsToOffsetAndMetadata())
                    .forEach((partition, offset) -> taken.put(partition, offset(offset)));
        }
        Map<String, Object> config = new HashMap<>(clientConfig);
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        config.put("fetch.max.wait.ms", 50);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(ends.keySet());
            List<TopicPartition> left = new ArrayList<>(ends.keySet());
            while (!left.isEmpty()) {
                var batch = consumer.poll(Duration.ofMillis(200));
                batch.forEach(message -> {
                    TopicPartition partition = new TopicPartition(message.topic(), message.partition());
                    reader.accept(message, message.offset() < taken.getOrDefault(partition, 0L));
                });
                if (!batch.isEmpty()) {
                    deadline = System.nanoTime() + PATIENCE.toNanos();
                } else if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("the end of " + left + " can't be read: is a transaction open?");
                }
                left.removeIf(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L));
            }
        }
    }

    /** What is committed; 0 where nothing ever was, of which Kafka says null. */
    public static long offset(@Nullable OffsetAndMetadata committed) {
        return committed == null ? 0 : committed.offset();
    }

    private static Map<TopicPartition, Long> ends(Admin admin, String topic) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        await(admin.describeTopics(List.of(topic)).allTopicNames()).values().forEach(description -> description
                .partitions()
                .forEach(partition ->
                        latest.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest())));
        Map<TopicPartition, Long> ends = new HashMap<>();
        await(admin.listOffsets(latest).all()).forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }

    private static <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the cluster does not answer: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
