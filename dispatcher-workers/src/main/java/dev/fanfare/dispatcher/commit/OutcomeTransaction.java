package dev.fanfare.dispatcher.commit;

import dev.fanfare.dispatcher.intake.AssignedPartitions;
import dev.fanfare.dispatcher.ledger.CommitPoint;
import dev.fanfare.dispatcher.outcome.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Outcomes and offsets, committed together or not at all. Whatever happens to a transaction, each outcome stays here
 * until a commit is known to have succeeded; nothing is sent to an endpoint again because Kafka had a hiccup.
 *
 * <pre>
 * add ─▶ waiting ─▶ produced into the open transaction ─▶ + commit points ─▶ commit ─▶ forgotten
 *          ▲               │ aborted                                          │ no word whether it did
 *          │◀──────────────┘                                                  ▼
 *          │◀────── it didn't ──────── committed offsets are looked at, by a new producer that has
 *                                      settled what the old one left ────── it did ─▶ forgotten
 * </pre>
 *
 * Confined to the poll thread, except {@link #oldestSinceNanos()}.
 */
public final class OutcomeTransaction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeTransaction.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
    private static final long BACKOFF_NANOS = Duration.ofMillis(250).toNanos();
    /** Offsets that moved over transaction markers alone are committed this seldom: it only keeps the lag honest. */
    private static final long MARKERS_ONLY_NANOS = Duration.ofSeconds(5).toNanos();

    /** The broker takes a moment to end a transaction; who comes sooner is sent back and waits for longer. */
    private static final long SETTLING_NANOS = Duration.ofMillis(40).toNanos();

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final Consumer<byte[], byte[]> consumer;
    private final AssignedPartitions partitions;
    private final Outbox outbox;
    private final UnaryOperator<Outcome> substitute;
    private final long commitIntervalNanos;
    private final long timeoutNanos;

    private @Nullable Producer<byte[], byte[]> producer;
    /** Since when a transaction is open; meaningless while {@link #open} is false. */
    private long openSinceNanos;

    private boolean open;
    private List<Outcome> waiting = new ArrayList<>();
    /** How many of the waiting, from the first on, are in the open transaction. */
    private int produced;

    /** Those that Kafka takes at no time; added to by the producer's thread. */
    private final Set<Outcome> refused = ConcurrentHashMap.newKeySet();

    private @Nullable Doubt doubt;
    private long backoffUntilNanos = System.nanoTime();
    private long lastCommitNanos = System.nanoTime();
    private volatile long oldestSinceNanos;

    /** A commit that was asked for and not answered. */
    private record Doubt(List<Outcome> outcomes, Map<TopicPartition, CommitPoint> points) {}

    /**
     * With what it takes; nothing is produced yet.
     *
     * @param producers transactional producers, all with the same id
     * @param consumer  whose group the offsets belong to
     * @param outbox    told when outcomes are committed or dropped
     * @param substitute what to produce for an outcome that is too large for Kafka
     * @param timeout   after which the broker aborts a transaction
     */
    public OutcomeTransaction(
            Supplier<Producer<byte[], byte[]>> producers,
            Consumer<byte[], byte[]> consumer,
            AssignedPartitions partitions,
            Outbox outbox,
            UnaryOperator<Outcome> substitute,
            Duration commitInterval,
            Duration timeout) {
        this.producers = producers;
        this.consumer = consumer;
        this.partitions = partitions;
        this.outbox = outbox;
        this.substitute = substitute;
        this.commitIntervalNanos = commitInterval.toNanos();
        this.timeoutNanos = timeout.toNanos();
    }

    /** Fences and settles what an earlier life of this instance left. Throws where Kafka doesn't answer. */
    public void start() {
        ready();
    }

    /** An outcome that is to be committed with its offset. Those of partitions that are no longer ours are dropped. */
    public void add(Outcome outcome) {
        if (!partitions.owns(outcome)) {
            outbox.forget(outcome);
            return;
        }
        if (waiting.isEmpty() && doubt == null) {
            oldestSinceNanos = System.nanoTime();
        }
        waiting.add(outcome);
    }

    /**
     * Since when the oldest uncommitted outcome is here ({@link System#nanoTime()}); 0 where there is none. Any thread.
     */
    public long oldestSinceNanos() {
        return oldestSinceNanos;
    }

    /**
     * Produces what is new, and commits when it is time. What fails is tried again by later calls.
     *
     * @throws Fenced where another process has taken over
     */
    public void advance() {
        step(false);
    }

    /**
     * Commits all there is, now.
     *
     * @return whether it is committed; false where the time ran out
     */
    public boolean settle(Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        step(true);
        while (!isSettled()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(BACKOFF_NANOS / 10);
            step(true);
        }
        return true;
    }

    private boolean isSettled() {
        return waiting.isEmpty() && doubt == null;
    }

    /** Drops the outcomes of partitions that are no longer ours, also out of the open transaction. */
    public void dropDisowned() {
        boolean any = false;
        for (int i = 0; i < waiting.size(); i++) {
            any |= i < produced && !partitions.owns(waiting.get(i));
        }
        if (any) {
            abort();
        }
        waiting = ours(waiting);
        age();
    }

    /** Ends the producer; what isn't committed by now will be sent again by the partitions' next owner. */
    @Override
    public void close() {
        Producer<byte[], byte[]> old = producer;
        producer = null;
        if (old != null) {
            old.close(ANSWER_TIMEOUT);
        }
    }

    private void step(boolean commitNow) {
        if (System.nanoTime() - backoffUntilNanos < 0) {
            return;
        }
        try {
            boolean markersOnly = isSettled() && isDue(lastCommitNanos, MARKERS_ONLY_NANOS);
            if (isSettled() && !markersOnly) {
                return;
            }
            Producer<byte[], byte[]> current = ready();
            resolveDoubt();
            if (!open && !commitNow && !isDue(lastCommitNanos, SETTLING_NANOS)) {
                return;
            }
            produce(current);
            if (commitNow || markersOnly || isDue(openSinceNanos, commitIntervalNanos)) {
                commit(current);
            }
        } catch (KafkaException | IllegalStateException e) {
            onFailure(e);
        }
    }

    private static boolean isDue(long sinceNanos, long intervalNanos) {
        return System.nanoTime() - sinceNanos >= intervalNanos;
    }

    private Producer<byte[], byte[]> ready() {
        Producer<byte[], byte[]> current = producer;
        if (current == null) {
            current = producers.get();
            try {
                current.initTransactions();
            } catch (RuntimeException e) {
                current.close(Duration.ZERO);
                throw e;
            }
            producer = current;
        }
        return current;
    }

    private void produce(Producer<byte[], byte[]> current) {
        if (produced < waiting.size()) {
            begin(current);
        }
        while (produced < waiting.size()) {
            Outcome outcome = waiting.get(produced);
            for (ProducerRecord<byte[], byte[]> record : outcome.records().make()) {
                // A send that fails makes the commit fail.
                Future<RecordMetadata> unused = current.send(record, (metadata, failure) -> {
                    if (failure instanceof RecordTooLargeException) {
                        refused.add(outcome);
                    }
                });
            }
            produced++;
            partitions.complete(outcome);
        }
    }

    private void begin(Producer<byte[], byte[]> current) {
        if (!open) {
            current.beginTransaction();
            open = true;
            openSinceNanos = System.nanoTime();
        }
    }

    private void commit(Producer<byte[], byte[]> current) {
        Map<TopicPartition, CommitPoint> points = partitions.uncommitted();
        if (points.isEmpty() && !open) {
            lastCommitNanos = System.nanoTime();
            return;
        }
        begin(current);
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        points.forEach((id, point) -> offsets.put(id, new OffsetAndMetadata(point.offset(), point.metadata())));
        current.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        doubt = new Doubt(waiting, points);
        waiting = new ArrayList<>();
        produced = 0;
        current.commitTransaction();
        succeeded(doubt);
    }

    private void succeeded(Doubt done) {
        open = false;
        doubt = null;
        done.outcomes().forEach(outbox::forget);
        lastCommitNanos = System.nanoTime();
        partitions.committed(done.points());
        age();
    }

    /**
     * Whether the last commit happened: its offsets are there, or they aren't. The new producer's first act was to wait
     * for the end of the old one's transaction, so the answer is final.
     */
    private void resolveDoubt() {
        Doubt unknown = doubt;
        if (unknown == null) {
            return;
        }
        Map<TopicPartition, CommitPoint> ours = new HashMap<>(unknown.points());
        ours.keySet().removeIf(id -> partitions.get(id) == null);
        Map<TopicPartition, OffsetAndMetadata> found = consumer.committed(ours.keySet(), ANSWER_TIMEOUT);
        boolean happened = ours.entrySet().stream().allMatch(entry -> {
            OffsetAndMetadata there = found.get(entry.getKey());
            return there != null
                    && there.offset() == entry.getValue().offset()
                    && there.metadata().equals(entry.getValue().metadata());
        });
        LOG.info(
                "commit without an answer is settled committed={} outcomes={}",
                happened,
                unknown.outcomes().size());
        if (happened) {
            succeeded(unknown);
        } else {
            List<Outcome> again = ours(unknown.outcomes());
            again.addAll(waiting);
            waiting = again;
            doubt = null;
        }
    }

    private List<Outcome> ours(List<Outcome> outcomes) {
        List<Outcome> ours = new ArrayList<>(outcomes.size());
        for (Outcome outcome : outcomes) {
            if (partitions.owns(outcome)) {
                ours.add(outcome);
            } else {
                outbox.forget(outcome);
            }
        }
        return ours;
    }

    private void onFailure(RuntimeException failure) {
        if (Fenced.isCauseOf(failure) && !mayHaveTimedOut()) {
            throw new Fenced(failure);
        }
        LOG.warn(
                "outcomes could not be committed, they go into the next transaction outcomes={} cause={}",
                waiting.size() + (doubt == null ? 0 : doubt.outcomes().size()),
                failure.toString());
        backoffUntilNanos = System.nanoTime() + BACKOFF_NANOS;
        if (doubt != null) {
            discardProducer();
        } else {
            abort();
        }
        replaceRefused();
    }

    private void replaceRefused() {
        for (Outcome outcome : List.copyOf(refused)) {
            LOG.error(
                    "outcome is too large for Kafka, its body is left out: raise max.message.bytes of the topics partition={}"
                            + " offset={}",
                    outcome.partition(),
                    outcome.offset());
            refused.remove(outcome);
            outbox.forget(outcome);
            UnaryOperator<Outcome> replace = each -> each.equals(outcome) ? substitute.apply(outcome) : each;
            waiting.replaceAll(replace);
            if (doubt != null) {
                doubt.outcomes().replaceAll(replace);
            }
        }
    }

    /** A broker that aborts a transaction for its age fences its producer in the same words as a peer does. */
    private boolean mayHaveTimedOut() {
        return open && isDue(openSinceNanos, timeoutNanos * 9 / 10);
    }

    private void abort() {
        produced = 0;
        Producer<byte[], byte[]> current = producer;
        if (!open || current == null) {
            return;
        }
        open = false;
        try {
            current.abortTransaction();
        } catch (KafkaException | IllegalStateException e) {
            LOG.warn("transaction could not be aborted, a new producer fences it cause={}", e.toString());
            discardProducer();
        }
    }

    private void discardProducer() {
        Producer<byte[], byte[]> old = producer;
        producer = null;
        open = false;
        produced = 0;
        if (old != null) {
            old.close(Duration.ZERO);
        }
    }

    private void age() {
        if (isSettled()) {
            oldestSinceNanos = 0;
        } else if (doubt == null && oldestSinceNanos == 0) {
            oldestSinceNanos = System.nanoTime();
        }
    }
}
