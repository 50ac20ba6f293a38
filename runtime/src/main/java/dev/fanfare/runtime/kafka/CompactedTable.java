package dev.fanfare.runtime.kafka;

import dev.fanfare.contract.UndecodableRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted topic of one partition as a table in memory, kept current by a thread of its own. One partition means a
 * total order: a reader that has reached an offset has seen everything before it. That makes two questions cheap:
 *
 * <pre>
 * "has this reader seen what that writer wrote at offset n?"      position() > n,     awaitPosition(n + 1, …)
 * "has it seen all that was acknowledged before now?" (read index) endOffset() → e,   awaitPosition(e, …)
 * </pre>
 *
 * <p>The position, not the last record's offset, is compared: the tail may be a transaction's marker or a tombstone
 * that was cleaned away. Reading is lock-free and safe from any thread.
 */
public final class CompactedTable<V> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CompactedTable.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration BACKOFF = Duration.ofSeconds(1);
    /** After which a start says what it still waits for. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

    /** Reads a record's value. */
    @FunctionalInterface
    public interface Decoder<V> {
        /** Throws in words what is wrong with it. */
        V decode(byte[] value) throws UndecodableRecord;
    }

    /** Told of each change, on the table's own thread, before the position moves past it. Must not throw or block. */
    @FunctionalInterface
    public interface Listener<V> {
        /** Null before: it is new. Null after: it is gone. */
        void changed(String key, @Nullable Row<V> before, @Nullable Row<V> after);
    }

    /**
     * A value and where it stands on the topic.
     */
    public record Row<V>(V value, long offset) {}

    private final String clientId;
    private final TopicPartition partition;
    private final Decoder<V> decoder;
    private final Listener<V> listener;
    private final Map<String, Row<V>> rows = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Admin admin;
    private final Consumer<byte[], byte[]> consumer;
    private final Thread reader;
    private volatile long position;
    private volatile String topicId = "";
    /** Why the last poll failed, where no time mends that. */
    private volatile @Nullable KafkaException refusal;

    private volatile boolean closing;

    /** Prepares a table; {@link #start} begins to read. */
    public CompactedTable(
            KafkaConnection kafka, String topic, String clientId, Decoder<V> decoder, Listener<V> listener) {
        this.clientId = clientId;
        this.partition = new TopicPartition(topic, 0);
        this.decoder = decoder;
        this.listener = listener;
        this.admin = kafka.admin(clientId + "-admin");
        this.consumer = kafka.consumer(clientId, Map.of());
        this.reader = new Thread(this::read, clientId);
        reader.setDaemon(true);
    }

    /**
     * Reads the topic up to its present end, then keeps following it; returns when the end is reached. A Kafka that is
     * slow or away is waited for, as {@link KafkaArrival} does. Where it fails it may be tried again.
     *
     * @throws IllegalStateException where there is no such topic, or this thread is interrupted
     * @throws KafkaException        where Kafka refuses us: that is no matter of time
     */
    public void start() {
        start(ANSWER_TIMEOUT);
    }

    /** As above; says after each {@code timeout} what it still waits for. */
    void start(Duration timeout) {
        new KafkaArrival().awaitAnswerTo(() -> readToEnd(timeout));
    }

    private void readToEnd(Duration timeout) {
        String doing = "reading topic " + partition.topic();
        topicId = describe(timeout, doing).topicId().toString();
        long end = KafkaAnswer.await(endOffset().toCompletableFuture(), timeout, doing);
        if (reader.getState() == Thread.State.NEW) {
            reader.start();
        }
        if (!awaitPosition(end, timeout)) {
            KafkaException refused = refusal;
            if (refused != null) {
                throw refused;
            }
            throw new TimeoutException(doing + ": it ends at offset " + end + ", now at " + position);
        }
    }

    private TopicDescription describe(Duration timeout, String doing) {
        String topic = partition.topic();
        try {
            return Objects.requireNonNull(
                    KafkaAnswer.await(admin.describeTopics(List.of(topic)).allTopicNames(), timeout, doing)
                            .get(topic));
        } catch (UnknownTopicOrPartitionException e) {
            throw new IllegalStateException("topic " + topic + " does not exist: run 'fanfare topics create'", e);
        }
    }

    /** The row under a key, or null. */
    public @Nullable Row<V> get(String key) {
        return rows.get(key);
    }

    /** All rows, live: safe to walk while they change. */
    public Map<String, Row<V>> rows() {
        return Collections.unmodifiableMap(rows);
    }

    /** The offset after the last one that is applied. */
    public long position() {
        return position;
    }

    /** Kafka's id of the topic. */
    public String topicId() {
        return topicId;
    }

    /** Waits until all before an offset is applied; false where the time ran out. */
    public boolean awaitPosition(long offset, Duration timeout) {
        if (position >= offset) {
            return true;
        }
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (position < offset) {
                if (left <= 0) {
                    return false;
                }
                left = moved.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads what was acknowledged before the call (read index); blocks.
     *
     * @param timeout for the broker's answer, and again for reading
     * @return false where reading takes longer
     * @throws KafkaException where the broker doesn't tell the topic's end
     */
    public boolean catchUp(Duration timeout) {
        long end = KafkaAnswer.await(
                endOffset().toCompletableFuture(), timeout, "asking for the end of " + partition.topic());
        return awaitPosition(end, timeout);
    }

    /**
     * Asks the broker for the end of the topic: the high watermark, not the last stable offset. A transaction's commit
     * is acknowledged before its markers are written, so just after it the last stable offset may still lie before
     * records that their writer has already promised to somebody.
     */
    public CompletionStage<Long> endOffset() {
        return admin.listOffsets(
                        Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                .partitionResult(partition)
                .thenApply(ListOffsetsResultInfo::offset)
                .toCompletionStage();
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            reader.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!reader.isAlive()) {
            consumer.close();
        }
        admin.close(Duration.ofSeconds(2));
    }

    private void read() {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        while (!closing) {
            try {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    apply(record);
                }
                moveTo(consumer.position(partition));
                refusal = null;
            } catch (WakeupException e) {
                LOG.debug("closing table={}", clientId);
            } catch (KafkaException e) {
                refusal = e instanceof RetriableException ? null : e;
                LOG.warn("reading failed, trying again table={} topic={} cause={}", clientId, partition, e.toString());
                pauseBriefly();
            }
        }
    }

    private void apply(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            LOG.warn("record without a key is left out topic={} offset={}", partition, record.offset());
            return;
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        Row<V> after = null;
        if (record.value() != null) {
            try {
                after = new Row<>(decoder.decode(record.value()), record.offset());
            } catch (UndecodableRecord | RuntimeException e) {
                // a decoder's own fault too: this thread must outlive it, or the table would stand still unnoticed
                LOG.error(
                        "record is left out, what stood under its key before stays topic={} offset={} key={} cause={}",
                        partition,
                        record.offset(),
                        key,
                        e.toString());
                return;
            }
        }
        Row<V> before = after == null ? rows.remove(key) : rows.put(key, after);
        if (before == null && after == null) {
            return;
        }
        try {
            listener.changed(key, before, after);
        } catch (RuntimeException e) {
            LOG.error("listener failed topic={} offset={} key={}", partition, record.offset(), key, e);
        }
    }

    private void moveTo(long offset) {
        if (offset == position) {
            return;
        }
        lock.lock();
        try {
            position = offset;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pauseBriefly() {
        lock.lock();
        try {
            moved.awaitNanos(BACKOFF.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
