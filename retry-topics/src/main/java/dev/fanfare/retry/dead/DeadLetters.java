package dev.fanfare.retry.dead;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.LogEnds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
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
    static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
    /** One partition is read at a time: a few large fetches are quicker than many small ones. */
    private static final int FETCH_BYTES = 4 * 1024 * 1024;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final KafkaConnection kafka;

    /** Over a cluster. */
    public DeadLetters(KafkaConnection kafka) {
        this.kafka = kafka;
    }

    /** Where the topic ends now, by {@code topic/partition}: what dies later is no part of a run that begins now. */
    public Map<String, Long> frozenEnds() {
        try (var consumer = consumer("-ends");
                Admin admin = kafka.admin(CLIENT)) {
            Map<String, Long> named = new LinkedHashMap<>();
            ends(consumer, admin).forEach((partition, end) -> named.put(name(partition), end));
            return named;
        }
    }

    /**
     * Hands over what is outstanding and matches, partition by partition, the oldest first.
     *
     * @throws IllegalStateException where the topic doesn't exist
     */
    public void list(DeadLetterFilter filter, RunListener listener, java.util.function.Consumer<DeadLetter> visitor) {
        read(filter, Map.of(), listener, message -> visitor.accept(DeadLetter.of(message)));
    }

    /** As {@link #list}, of what died before the {@link #frozenEnds}. */
    public void list(
            DeadLetterFilter filter,
            Map<String, Long> frozenEnds,
            RunListener listener,
            java.util.function.Consumer<DeadLetter> visitor) {
        read(filter, frozenEnds, listener, message -> visitor.accept(DeadLetter.of(message)));
    }

    /** As {@link #list}, with all their headers and their body. */
    public void read(
            DeadLetterFilter filter,
            RunListener listener,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        read(filter, Map.of(), listener, visitor::accept);
    }

    /** The whole record of one that is outstanding: headers and body. */
    public Optional<ConsumerRecord<byte[], byte[]>> find(String id) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        read(DeadLetterFilter.ids(Set.of(id)), Map.of(), RunListener.SILENT, found::add);
        return found.stream().findFirst();
    }

    /**
     * Sends what matches back to where it came from, and takes it off the dead letters, in one transaction each batch,
     * with the run's state. Those that were exhausted or expired start a fresh schedule and age.
     *
     * @throws RunTakenOver          where another run began meanwhile; what this one did stands
     * @throws IllegalStateException where a topic doesn't exist
     */
    public Outcome replay(RunOrder order, RunListener listener) {
        int eventPartitions;
        int deliveryPartitions;
        try (var consumer = consumer("-topics")) {
            eventPartitions = partitions(consumer, Topics.EVENTS);
            deliveryPartitions = partitions(consumer, Topics.DELIVERIES);
            partitions(consumer, Topics.RUNS);
        }
        String runId = order.run().id();
        return run(order, listener, letter -> Replayed.of(letter, runId, eventPartitions, deliveryPartitions));
    }

    /**
     * Takes what matches off the dead letters. That can't be undone.
     *
     * @throws RunTakenOver          where another run began meanwhile; what this one did stands
     * @throws IllegalStateException where the topic doesn't exist
     */
    public Outcome discard(RunOrder order, RunListener listener) {
        return run(order, listener, null);
    }

    private void read(
            DeadLetterFilter filter,
            Map<String, Long> frozenEnds,
            RunListener listener,
            PartitionScan.Visitor visitor) {
        try (var consumer = consumer("-list");
                Admin admin = kafka.admin(CLIENT)) {
            Map<TopicPartition, Long> ends = ends(consumer, admin);
            Scanned scanned = new Scanned(offsetsToRead(consumer, ends), listener);
            ends.forEach((partition, end) -> {
                PartitionScan scan = new PartitionScan(consumer, partition, scanned);
                scan.index(end);
                if (!scan.isEmpty()) {
                    long until = Math.min(end, frozenEnds.getOrDefault(name(partition), end));
                    scan.read(scan.beginning(), until, message -> {
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
            RunOrder order,
            RunListener listener,
            @Nullable Function<ConsumerRecord<byte[], byte[]>, ProducerRecord<byte[], byte[]>> replay) {
        try (var index = consumer("-index");
                var walk = consumer("-walk");
                Admin admin = kafka.admin(CLIENT)) {
            Map<TopicPartition, Long> ends = ends(walk, admin);
            order.run()
                    .frozenEnds()
                    .forEach((name, end) ->
                            ends.computeIfPresent(partition(name), (partition, now) -> Math.min(now, end)));
            Scanned scanned = new Scanned(offsetsToRead(walk, ends), listener);
            Outcome outcome = Outcome.of(order.run());
            for (Map.Entry<TopicPartition, Long> entry : ends.entrySet()) {
                TopicPartition partition = entry.getKey();
                PartitionScan scan = new PartitionScan(walk, partition, scanned);
                if (scan.beginning() >= entry.getValue()) {
                    continue;
                }
                Producer<byte[], byte[]> producer = producer(partition.partition());
                try {
                    outcome = new PartitionRun(
                                    partition.partition(),
                                    new PartitionScan(index, partition, scanned),
                                    scan,
                                    producer,
                                    order,
                                    replay,
                                    listener,
                                    outcome)
                            .run(entry.getValue(), () -> end(admin, partition));
                } finally {
                    // All is committed, or is to be aborted: what is still under way doesn't matter.
                    producer.close(CLOSE_TIMEOUT);
                }
            }
            scanned.done();
            return outcome;
        }
    }

    private static Map<TopicPartition, Long> ends(Consumer<byte[], byte[]> consumer, Admin admin) {
        List<TopicPartition> partitions = IntStream.range(0, partitions(consumer, Topics.DEAD_LETTERS))
                .mapToObj(p -> new TopicPartition(Topics.DEAD_LETTERS, p))
                .toList();
        Map<TopicPartition, Long> found = LogEnds.of(admin, partitions, ANSWER_TIMEOUT);
        Map<TopicPartition, Long> inOrder = new LinkedHashMap<>();
        partitions.forEach(partition -> inOrder.put(partition, found.getOrDefault(partition, 0L)));
        return inOrder;
    }

    private static long end(Admin admin, TopicPartition partition) {
        return LogEnds.of(admin, List.of(partition), ANSWER_TIMEOUT).getOrDefault(partition, 0L);
    }

    private static String name(TopicPartition partition) {
        return partition.topic() + "/" + partition.partition();
    }

    private static TopicPartition partition(String name) {
        int slash = name.lastIndexOf('/');
        return new TopicPartition(name.substring(0, slash), Integer.parseInt(name.substring(slash + 1)));
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
        return kafka.consumer(
                CLIENT + suffix,
                Map.of(
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        2_000,
                        // A scan goes from partition to partition, and a fetch that waits at the end of one holds up
                        // the
                        // next.
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        20,
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        FETCH_BYTES));
    }

    private Producer<byte[], byte[]> producer(int partition) {
        return kafka.transactional(CLIENT + "-" + partition, CLIENT + "-" + partition, TRANSACTION_TIMEOUT);
    }
}
