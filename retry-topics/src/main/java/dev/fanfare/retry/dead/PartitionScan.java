package dev.fanfare.retry.dead;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * One partition of the dead letters. Reading it once gives the latest offset of each id that is outstanding; what stands
 * at another offset is past. Confined to one thread.
 */
final class PartitionScan {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STALL = Duration.ofSeconds(60);

    /** Takes one record after the other. */
    @FunctionalInterface
    interface Visitor {
        void visit(ConsumerRecord<byte[], byte[]> message);
    }

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final Scanned scanned;
    private final Map<String, Long> latest = new HashMap<>();
    private long indexed;

    /** Uses a consumer of what is committed, which stays the caller's. */
    PartitionScan(Consumer<byte[], byte[]> consumer, TopicPartition partition, Scanned scanned) {
        this.consumer = consumer;
        this.partition = partition;
        this.scanned = scanned;
    }

    /** The start of the first open transaction, else the end: as far as can be read without waiting. */
    long readableEnd() {
        return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    /** The first offset that is still there. */
    long beginning() {
        return consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    /** Learns what became of each id, from where it stopped last to an end. */
    void index(long end) {
        read(Math.max(indexed, beginning()), end, message -> {
            String id = id(message);
            if (message.value() == null) {
                latest.remove(id);
            } else {
                latest.put(id, message.offset());
            }
        });
        indexed = Math.max(indexed, end);
    }

    /** Whether this is what stands for its id now, as far as {@link #index} has read. */
    boolean isOutstanding(ConsumerRecord<byte[], byte[]> message) {
        Long offset = latest.get(id(message));
        return offset != null && offset == message.offset();
    }

    boolean isEmpty() {
        return latest.isEmpty();
    }

    /** Walks over what is committed and not compacted away, in order. */
    void read(long from, long to, Visitor visitor) {
        if (from >= to) {
            return;
        }
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long position = from;
        long movedAt = System.nanoTime();
        while (position < to) {
            for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
                if (message.offset() < to && message.key() != null) {
                    visitor.visit(message);
                }
            }
            long next = consumer.position(partition);
            if (next != position) {
                scanned.more(next - position);
                position = next;
                movedAt = System.nanoTime();
            } else if (System.nanoTime() - movedAt > STALL.toNanos()) {
                throw new TimeoutException("reading " + partition + " stands still at offset " + position + " for "
                        + STALL.toSeconds() + " s: is Kafka there?");
            }
        }
    }

    private static String id(ConsumerRecord<byte[], byte[]> message) {
        return new String(message.key(), StandardCharsets.UTF_8);
    }
}
