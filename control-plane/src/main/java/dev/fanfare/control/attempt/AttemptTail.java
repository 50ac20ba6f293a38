package dev.fanfare.control.attempt;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest attempts, in memory: what a fresh look at the pipeline needs, no more. The topic keeps all of them for its
 * retention; a full index over it, shared among instances, is not built yet.
 *
 * <pre>
 * fanfare.attempts, each partition from (end − kept) on ─▶ sorted by start, newest first ─▶ the oldest beyond kept go
 * </pre>
 *
 * <p>It belongs to no group: each instance sees all. The consumer is confined to the tail's thread, which alone changes
 * the set; reading is lock-free and safe from any thread.
 */
public final class AttemptTail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptTail.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration BACKOFF = Duration.ofSeconds(1);

    private record Entry(Attempt attempt, int partition, long offset) {
        static final Comparator<Entry> NEWEST_FIRST = Comparator.comparingLong(
                        (Entry entry) -> entry.attempt().startedAtMillis())
                .thenComparingInt(Entry::partition)
                .thenComparingLong(Entry::offset)
                .reversed();
    }

    private final int kept;
    private final ConcurrentSkipListSet<Entry> newest = new ConcurrentSkipListSet<>(Entry.NEWEST_FIRST);
    private final Consumer<byte[], byte[]> consumer;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private int size;

    /**
     * Prepares to follow; {@link #start} begins.
     *
     * @param kept how many to hold
     */
    public AttemptTail(KafkaConnection kafka, int kept, String clientId) {
        this.kept = kept;
        this.consumer = kafka.consumer(clientId, Map.of());
        this.thread = new Thread(this::follow, clientId);
        thread.setDaemon(true);
    }

    /** Begins, so many records before each partition's end. */
    public void start() {
        thread.start();
    }

    /** What is held, newest first. */
    public Stream<Attempt> newestFirst() {
        return newest.stream().map(Entry::attempt);
    }

    @Override
    public void close() {
        closing.countDown();
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            consumer.close();
        }
    }

    private void follow() {
        boolean placed = false;
        while (closing.getCount() > 0) {
            try {
                if (!placed) {
                    place();
                    placed = true;
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    keep(record);
                }
            } catch (WakeupException e) {
                LOG.debug("closing");
            } catch (KafkaException e) {
                LOG.warn("following attempts failed, trying again cause={}", e.toString());
                pauseBriefly();
            }
        }
    }

    private void place() {
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.ATTEMPTS).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        Map<TopicPartition, Long> begins = new HashMap<>(consumer.beginningOffsets(partitions));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.assign(partitions);
        begins.forEach((partition, begin) ->
                consumer.seek(partition, Math.max(begin, ends.getOrDefault(partition, begin) - kept)));
    }

    private void keep(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        try {
            Attempt attempt = Attempt.fromJson(record.value());
            if (newest.add(new Entry(attempt, record.partition(), record.offset()))) {
                size++;
            }
        } catch (UndecodableRecord e) {
            LOG.warn(
                    "attempt is left out partition={} offset={} cause={}",
                    record.partition(),
                    record.offset(),
                    e.getMessage());
        }
        if (size > kept) {
            newest.pollLast();
            size--;
        }
    }

    private void pauseBriefly() {
        try {
            if (closing.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
