package dev.fanfare.retry.parked;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.parked.ParkedIndex.Place;
import dev.fanfare.runtime.kafka.LogEnds;
import dev.fanfare.runtime.session.CatchUp;
import dev.fanfare.runtime.session.Session;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Follows its partitions of the parked deliveries, and sends back what is parked no longer for a reason.
 *
 * <pre>
 * poll ─▶ ParkedPartition (ids) ─▶ whose subscription isn't paused? ─▶ a batch of each partition ─▶ fanfare.deliveries
 *   ▲                                    ▲ read index                                    │
 *   └──────── rewound where an index was too small for all ◀────────────────────────────┘
 * </pre>
 *
 * <p>A record that is read is judged by what the subscriptions were after it was read, so never by less than its
 * dispatcher knew: nothing goes to and fro. A transaction never spans a poll, so a rebalance, which happens inside poll,
 * finds none open. Confined to one thread.
 */
final class UnparkSession implements ConsumerRebalanceListener, Session {
    private static final Duration IDLE_POLL = Duration.ofMillis(100);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final long PROVEN_MILLIS = 10_000;
    private static final long PRUNE_MILLIS = 60_000;

    private final Consumer<byte[], byte[]> consumer;
    private final ParkedBodies bodies;
    private final Admin admin;
    private final Pauses pauses;
    private final IntFunction<Producer<byte[], byte[]>> producers;
    private final ParkedMeters meters;
    private final CatchUp catchUp;
    private final ResumeLog resumes = new ResumeLog(UnparkSession::ticks);
    private final Map<TopicPartition, ParkedPartition> partitions = new HashMap<>();
    private final long begunAtMillis = ticks();
    private long prunedAtMillis = ticks();
    /** Whether there may be more to send back at once. */
    private boolean eager;

    /**
     * Takes the clients over, but not the pauses.
     *
     * @param producers one for a partition, with the transactional id of that partition
     */
    UnparkSession(
            Consumer<byte[], byte[]> consumer,
            ParkedBodies bodies,
            Admin admin,
            Pauses pauses,
            IntFunction<Producer<byte[], byte[]>> producers,
            ParkedMeters meters) {
        this.consumer = consumer;
        this.bodies = bodies;
        this.admin = admin;
        this.pauses = pauses;
        this.producers = producers;
        this.meters = meters;
        this.catchUp = new CatchUp(consumer);
    }

    @Override
    public void begin() {
        consumer.subscribe(List.of(Topics.PARKED), this);
    }

    @Override
    public boolean isProven() {
        return ticks() - begunAtMillis > PROVEN_MILLIS;
    }

    @Override
    public @Nullable String waitsFor() {
        return catchUp.waitsFor("reading what is parked");
    }

    @Override
    public void step() {
        follow();
        learnChanges();
        eager = false;
        boolean resumed = partitions.values().stream()
                .anyMatch(partition -> partition.index().hasResumed());
        if (resumed && pauses.catchUp()) {
            learnChanges();
            partitions.forEach(this::sendBack);
        }
        if (!resumes.isIdle()) {
            Set<String> haveMore = new HashSet<>();
            partitions
                    .values()
                    .forEach(partition -> haveMore.addAll(partition.index().resumedKeys()));
            resumes.look(haveMore);
        }
        prune();
        meters.outstanding(partitions.values().stream()
                .mapToLong(partition -> partition.index().outstanding())
                .sum());
    }

    private void follow() {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(eager ? Duration.ZERO : IDLE_POLL)) {
            ParkedPartition partition = partitions.get(new TopicPartition(message.topic(), message.partition()));
            if (partition != null) {
                partition.read(message);
            }
        }
        partitions.forEach((id, partition) -> partition.followedTo(consumer.position(id)));
    }

    private void learnChanges() {
        Set<String> changed = pauses.takeChanged();
        if (!changed.isEmpty()) {
            partitions.values().forEach(partition -> partition.index().changed(changed));
        }
    }

    private void sendBack(TopicPartition id, ParkedPartition partition) {
        if (!partition.index().hasResumed()) {
            return;
        }
        if (!partition.isFenced()) {
            partition.fence(this::end);
        }
        if (partition.isCurrent()) {
            List<Place> sent = partition.sendBack(bodies);
            eager |= !sent.isEmpty();
            meters.unparked(sent.size());
            resumes.sentBack(sent);
            long rewindTo = partition.rewind();
            if (rewindTo != ParkedIndex.NOWHERE) {
                consumer.seek(id, rewindTo);
            }
        }
    }

    /** Behind what open transactions have written: a predecessor's last commit may stand among them. */
    private long end(TopicPartition partition) {
        return LogEnds.of(admin, List.of(partition), ANSWER_TIMEOUT).getOrDefault(partition, 0L);
    }

    /** What the topic has let go of for its age is outstanding no longer. */
    private void prune() {
        if (ticks() - prunedAtMillis > PRUNE_MILLIS) {
            prunedAtMillis = ticks();
            Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions.keySet());
            partitions.forEach((id, partition) -> partition.index().beginsAt(beginnings.getOrDefault(id, 0L)));
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
        assigned.forEach(id -> partitions.put(id, new ParkedPartition(id, pauses, producers)));
        catchUp.assigned(assigned);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
        catchUp.revoked(revoked);
        for (TopicPartition id : revoked) {
            ParkedPartition partition = partitions.remove(id);
            if (partition != null) {
                partition.close();
            }
        }
    }

    private static long ticks() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        try {
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        } finally {
            onPartitionsRevoked(List.copyOf(partitions.keySet()));
            bodies.close();
            admin.close(CLOSE_TIMEOUT);
            meters.outstanding(0);
        }
    }
}
