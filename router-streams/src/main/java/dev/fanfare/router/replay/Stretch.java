package dev.fanfare.router.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of the events topic, of which each partition is read from a position to an end. Confined to one thread.
 *
 * <pre>
 * 0 ├─────────●──────────────▶│······
 * 1 ├────●───────────────────▶│···
 *         position           end
 * </pre>
 */
final class Stretch implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    /** One partition of it. */
    private static final class Part {
        private final long end;
        private long position;

        private Part(long position, long end) {
            this.position = position;
            this.end = end;
        }

        private long left() {
            return Math.max(0, end - position);
        }
    }

    private final Consumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Part> parts;
    /** Read, but not taken yet: all of them lie before their ends. */
    private final Deque<ConsumerRecord<byte[], byte[]>> ahead = new ArrayDeque<>();

    private Stretch(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Part> parts) {
        this.consumer = consumer;
        this.parts = parts;
        assignWhatIsLeft();
        consumer.assignment().forEach(partition -> consumer.seek(partition, part(partition).position));
    }

    /**
     * What was appended from one moment up to another, as far as it is committed now. Takes the consumer over.
     *
     * @param until null: up to the present end
     */
    static Stretch between(Consumer<byte[], byte[]> consumer, String topic, Instant since, @Nullable Instant until) {
        List<TopicPartition> partitions = new ArrayList<>();
        consumer.partitionsFor(topic)
                .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        if (until != null) {
            ends = at(consumer, ends, until);
        }
        Map<TopicPartition, Part> parts = new HashMap<>();
        Map<TopicPartition, Long> begins = at(consumer, ends, since);
        ends.forEach((partition, end) -> parts.put(partition, new Part(begins.getOrDefault(partition, end), end)));
        return new Stretch(consumer, parts);
    }

    /** The first offset of each partition that was appended at a moment or later; its end where that comes first. */
    private static Map<TopicPartition, Long> at(
            Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends, Instant moment) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        ends.keySet().forEach(partition -> wanted.put(partition, moment.toEpochMilli()));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(wanted);
        Map<TopicPartition, Long> offsets = new HashMap<>();
        ends.forEach((partition, end) -> {
            OffsetAndTimestamp first = found.get(partition);
            offsets.put(partition, first == null ? end : Math.min(end, first.offset()));
        });
        return offsets;
    }

    /** From where it was left; see {@link #positions} and {@link #ends}. Takes the consumer over. */
    static Stretch resume(Consumer<byte[], byte[]> consumer, Map<String, Long> positions, Map<String, Long> ends) {
        Map<TopicPartition, Part> parts = new HashMap<>();
        ends.forEach((text, end) -> {
            int slash = text.lastIndexOf('/');
            TopicPartition partition =
                    new TopicPartition(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
            parts.put(partition, new Part(positions.getOrDefault(text, 0L), end));
        });
        return new Stretch(consumer, parts);
    }

    /**
     * Takes the next records, in the order of each partition, until there are enough of them.
     *
     * @param weight takes a record, and says what it counts towards {@code enough}
     * @return how many were taken; zero where none came in time, which is not the end
     */
    int take(long enough, ToLongFunction<ConsumerRecord<byte[], byte[]>> weight) {
        if (ahead.isEmpty()) {
            fetch();
        }
        int taken = 0;
        long sum = 0;
        while (sum < enough && !ahead.isEmpty()) {
            ConsumerRecord<byte[], byte[]> next = ahead.remove();
            sum += weight.applyAsLong(next);
            taken++;
            part(partition(next)).position = next.offset() + 1;
        }
        if (ahead.isEmpty()) {
            consumer.assignment().forEach(this::skipWhatIsNoRecord);
            assignWhatIsLeft();
        }
        return taken;
    }

    private void fetch() {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
            if (message.offset() < part(partition(message)).end) {
                ahead.add(message);
            }
        }
    }

    /** Markers, aborted transactions, what retention has taken. */
    private void skipWhatIsNoRecord(TopicPartition partition) {
        Part part = part(partition);
        part.position = Math.min(part.end, Math.max(part.position, consumer.position(partition)));
    }

    private void assignWhatIsLeft() {
        List<TopicPartition> left = new ArrayList<>();
        parts.forEach((partition, part) -> {
            if (part.left() > 0) {
                left.add(partition);
            }
        });
        consumer.assign(left);
    }

    private Part part(TopicPartition partition) {
        return Objects.requireNonNull(parts.get(partition), partition::toString);
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> message) {
        return new TopicPartition(message.topic(), message.partition());
    }

    /** How many offsets are left. */
    long left() {
        return parts.values().stream().mapToLong(Part::left).sum();
    }

    /** Where it goes on, by {@code topic/partition}. */
    Map<String, Long> positions() {
        return byName(part -> part.position);
    }

    /** Where it ends, by {@code topic/partition}. */
    Map<String, Long> ends() {
        return byName(part -> part.end);
    }

    private Map<String, Long> byName(ToLongFunction<Part> offset) {
        Map<String, Long> byName = new HashMap<>();
        parts.forEach((partition, part) ->
                byName.put(partition.topic() + "/" + partition.partition(), offset.applyAsLong(part)));
        return byName;
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }
}
