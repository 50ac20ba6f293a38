package dev.fanfare.control.attempt;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All attempts that the topic still has, on this process's disk, so that those of one delivery are found among millions.
 *
 * <pre>
 * fanfare.attempts, all partitions ─▶ AttemptStore ─▶ find, minutes, fiveMinutes
 * </pre>
 *
 * <p>It belongs to no group: each instance reads all of it, from where its folder says it was. A folder that is lost is
 * made again from the topic. The consumer is confined to the index's thread, which alone writes; reading is safe from any
 * thread, and may wait for the disk: keep it off the event loop.
 */
public final class AttemptIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptIndex.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration BACKOFF = Duration.ofSeconds(1);
    private static final Duration LOOK_EVERY = Duration.ofMinutes(10);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final long MOST_AHEAD_MILLIS = Duration.ofDays(1).toMillis();
    private static final long FETCH_BYTES = 4L * 1024 * 1024;

    private final KafkaConnection kafka;
    private final Clock clock;
    private final Path folder;
    private final long memoryBytes;
    private final String clientId;
    private final Consumer<byte[], byte[]> consumer;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private String topicId = "";
    private volatile @Nullable AttemptStore opened;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    /** The first offset of each partition that is not in the store; markers of transactions count as read. */
    private volatile Map<TopicPartition, Long> read = Map.of();

    private volatile long behind = 1;
    private long retentionMillis = Long.MAX_VALUE;
    /** As of the last look at the topic. */
    private Map<TopicPartition, Long> ends = Map.of();

    /**
     * Prepares; {@link #start} opens the folder.
     *
     * @param folder      this process's own; the index lies in one in it that is named after the topic's id
     * @param memoryBytes of native memory
     */
    public AttemptIndex(KafkaConnection kafka, Path folder, long memoryBytes, Clock clock, String clientId) {
        this.kafka = kafka;
        this.clock = clock;
        this.folder = folder;
        this.memoryBytes = memoryBytes;
        this.clientId = clientId;
        this.consumer = kafka.consumer(
                clientId,
                Map.of(
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        10_000,
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        (int) FETCH_BYTES));
        this.thread = new Thread(this::follow, clientId);
        thread.setDaemon(true);
    }

    /**
     * Opens what this process has on disk, and begins to read what is missing.
     *
     * @throws IllegalStateException where the folder can't be used
     */
    public void start() {
        try (Admin admin = kafka.admin(clientId + "-topic")) {
            topicId = Objects.requireNonNull(KafkaAnswer.await(
                                    admin.describeTopics(List.of(Topics.ATTEMPTS))
                                            .allTopicNames(),
                                    ANSWER_TIMEOUT,
                                    "looking for " + Topics.ATTEMPTS)
                            .get(Topics.ATTEMPTS))
                    .topicId()
                    .toString();
        }
        opened = open();
        thread.start();
    }

    private AttemptStore open() {
        return AttemptStore.open(folder.resolve(topicId), topicId, memoryBytes);
    }

    /** How many records of the topic are still to be read (1 until that is known); what they hold is not found yet. */
    public long behind() {
        return behind;
    }

    /**
     * Waits until all that was committed before the call is in the index; false where that takes longer.
     *
     * @param timeout for Kafka's answer, and again for reading
     * @throws KafkaException where Kafka doesn't answer
     */
    public boolean catchUp(Duration timeout) {
        Map<TopicPartition, Long> start = read;
        if (start.isEmpty()) {
            return false;
        }
        Map<TopicPartition, Long> ends;
        try (Admin admin = kafka.admin(clientId + "-ends")) {
            ends = KafkaAnswer.await(
                            admin.listOffsets(
                                            start.keySet().stream()
                                                    .collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())),
                                            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                                    .all(),
                            timeout,
                            "asking for the ends of " + Topics.ATTEMPTS)
                    .entrySet()
                    .stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, end -> end.getValue().offset()));
        }
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (!hasRead(ends)) {
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

    private boolean hasRead(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> now = read;
        return ends.entrySet().stream().allMatch(end -> now.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    /** Who fails, and since when; live. */
    public Collection<Streak> failing() {
        return store().failing();
    }

    /** Since when a subscription does nothing but fail; null where it doesn't. */
    public @Nullable Streak streak(String tenant, String subscription) {
        return store().streak(tenant, subscription);
    }

    /**
     * Finds attempts.
     *
     * @param cursor {@link AttemptPage#next} of the page before; null for the first
     * @throws IllegalArgumentException where the cursor is none
     */
    public AttemptPage find(AttemptQuery query, @Nullable String cursor, int limit) {
        Place after = cursor == null ? null : Place.parse(cursor);
        if (cursor != null && after == null) {
            throw new IllegalArgumentException("is not one that was answered as nextCursor: start again without it");
        }
        return new Finding(store(), query, AttemptList.of(query), limit).from(after);
    }

    /** Those of a subscription that were not delivered, the newest first. */
    public List<Attempt> failures(AttemptQuery subscription, int limit) {
        return new Finding(store(), subscription, AttemptList.SUBSCRIPTION_FAILURES, limit)
                .from(null)
                .attempts();
    }

    /** Whether a text may be an {@link AttemptPage#next}. */
    static boolean isCursor(String text) {
        return Place.parse(text) != null;
    }

    /** What was counted of a tenant, by the minute (Unix milliseconds) in which attempts started. */
    public NavigableMap<Long, Tally> minutes(String tenant, long sinceMillis, long untilMillis) {
        return store().minutes(tenant, sinceMillis, untilMillis);
    }

    /** What was counted of a subscription, by the five minutes in which attempts started. */
    public NavigableMap<Long, Tally> fiveMinutes(
            String tenant, String subscription, long sinceMillis, long untilMillis) {
        return store().fiveMinutes(tenant, subscription, sinceMillis, untilMillis);
    }

    @Override
    public void close() {
        closing.countDown();
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(10).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            consumer.close();
            AttemptStore store = opened;
            if (store != null) {
                store.close();
            }
        }
    }

    private AttemptStore store() {
        AttemptStore store = opened;
        if (store == null) {
            throw new IllegalStateException("the index of attempts is not open");
        }
        return store;
    }

    private void follow() {
        long lookedAtNanos = 0;
        boolean placed = false;
        while (closing.getCount() > 0) {
            try {
                AttemptStore store = usable();
                if (!placed || System.nanoTime() - lookedAtNanos > LOOK_EVERY.toNanos()) {
                    lookAtTheTopic(store);
                    lookedAtNanos = System.nanoTime();
                    placed = true;
                }
                take(store);
            } catch (WakeupException e) {
                LOG.debug("closing");
            } catch (KafkaException e) {
                LOG.warn("following attempts failed, trying again cause={}", e.toString());
                pauseBriefly();
            } catch (RuntimeException e) {
                LOG.error("attempts are not indexed for now, trying again", e);
                placed = false; // what was polled and not written comes again
                pauseBriefly();
            }
        }
    }

    /** What is open; anew, where that takes no writes and the disk does. What is asked of it meanwhile fails. */
    private AttemptStore usable() {
        AttemptStore store = opened;
        if (store != null && !store.isStuck()) {
            return store;
        }
        AttemptStore.tryDisk(folder);
        opened = null;
        if (store != null) {
            try {
                store.close();
            } catch (IllegalStateException e) {
                LOG.debug("what was not on disk is read again", e);
            }
        }
        AttemptStore anew = open();
        opened = anew;
        return anew;
    }

    /** Partitions may be added and the retention changed while this runs. */
    private void lookAtTheTopic(AttemptStore store) {
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.ATTEMPTS).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            Long position = store.position(partition.partition());
            if (position == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, position);
            }
        }
        ends = consumer.endOffsets(partitions);
        moved();
        retentionMillis = retentionMillis();
        store.dropBefore(oldestMillis());
    }

    private long retentionMillis() {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.ATTEMPTS);
        try (Admin admin = kafka.admin(clientId + "-topic")) {
            Config config = Objects.requireNonNull(KafkaAnswer.await(
                            admin.describeConfigs(List.of(topic)).all(), ANSWER_TIMEOUT, "asking for the retention")
                    .get(topic));
            long millis = Long.parseLong(config.get("retention.ms").value());
            return millis < 0 ? Long.MAX_VALUE : millis;
        }
    }

    private long oldestMillis() {
        return Math.max(0, clock.millis() - Math.min(retentionMillis, clock.millis()));
    }

    private void take(AttemptStore store) {
        List<AttemptStore.Source> attempts = new ArrayList<>();
        Map<Integer, Long> positions = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            positions.put(record.partition(), record.offset() + 1);
            read(record, attempts);
        }
        if (!positions.isEmpty()) {
            store.write(attempts, positions);
        }
        moved();
    }

    /** Confined to the index's thread. What hasn't been fetched from yet lags by all that {@link #ends} says. */
    private void moved() {
        Map<TopicPartition, Long> now = new HashMap<>();
        long left = 0;
        for (TopicPartition partition : consumer.assignment()) {
            long position = consumer.position(partition);
            now.put(partition, position);
            left += consumer.currentLag(partition)
                    .orElse(Math.max(0, ends.getOrDefault(partition, position) - position));
        }
        behind = left;
        lock.lock();
        try {
            read = Map.copyOf(now);
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record, List<AttemptStore.Source> into) {
        if (record.value() == null) {
            return;
        }
        try {
            Attempt attempt = Attempt.fromJson(record.value());
            long started = attempt.startedAtMillis();
            if (started >= oldestMillis() && started < clock.millis() + MOST_AHEAD_MILLIS) {
                into.add(new AttemptStore.Source(attempt, record.value(), record.partition(), record.offset()));
            }
        } catch (UndecodableRecord e) {
            LOG.warn(
                    "attempt is left out partition={} offset={} cause={}",
                    record.partition(),
                    record.offset(),
                    e.getMessage());
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
