package dev.fanfare.dispatcher.commit;

import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.dispatcher.intake.AssignedPartitions;
import dev.fanfare.dispatcher.intake.CommittedOffsets;
import dev.fanfare.dispatcher.ledger.CommitPoint;
import dev.fanfare.dispatcher.outcome.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
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
 * add ─▶ waiting ─▶ produced into the open transaction ─▶ + commit points ─▶ commit (on its thread) ─▶ forgotten
 *          ▲               │ aborted                                          │ no word whether it did
 *          │◀──────────────┘                                                  ▼
 *          │◀────── it didn't ──────── committed offsets are looked at, by a new producer that has
 *                                      settled what the old one left ────── it did ─▶ forgotten
 * </pre>
 *
 * While a commit is under way, what is added waits for the next transaction.
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

    /** How long the end of a commit is waited for at a time, where there is nothing else to do. */
    private static final long SETTLE_STEP_NANOS = BACKOFF_NANOS / 10;

    private final Consumer<byte[], byte[]> consumer;
    private final AssignedPartitions partitions;
    private final Outbox outbox;
    private final UnaryOperator<Outcome> substitute;
    private final long commitIntervalNanos;
    private final KafkaTransaction kafka;

    private List<Outcome> waiting = new ArrayList<>();
    /** Since when the first of the waiting could have been produced; meaningless where none is. */
    private long waitingSinceNanos;

    /** How many of the waiting, from the first on, are in the open transaction. */
    private int produced;

    /**
     * The one that Kafka takes at no time, of what was produced since the last failure; set by whichever thread hears of
     * it first. Later ones may be told the same though nothing is wrong with them: a producer gives the reason of the
     * failure to all that it had yet to send.
     */
    private AtomicReference<@Nullable Refusal> refused = new AtomicReference<>();

    /** The topic of which the log says already that it takes too little. */
    private @Nullable String narrow;

    /** What is being committed, or may have been. */
    private @Nullable Batch committing;

    private long backoffUntilNanos = System.nanoTime();
    private long lastCommitNanos = System.nanoTime();
    private volatile long oldestSinceNanos;

    /** What one commit takes, and since when the first of it is here. */
    private record Batch(List<Outcome> outcomes, Map<TopicPartition, CommitPoint> points, long sinceNanos) {}

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
        this.consumer = consumer;
        this.partitions = partitions;
        this.outbox = outbox;
        this.substitute = substitute;
        this.commitIntervalNanos = commitInterval.toNanos();
        this.kafka = new KafkaTransaction(producers, timeout);
    }

    /** Fences and settles what an earlier life of this instance left. Where Kafka doesn't answer it may be tried again. */
    public void start() {
        kafka.ready();
    }

    /** An outcome that is to be committed with its offset. Those of partitions that are no longer ours are dropped. */
    public void add(Outcome outcome) {
        if (!partitions.owns(outcome)) {
            outbox.forget(outcome);
            return;
        }
        waiting.add(outcome);
        if (waiting.size() == 1) {
            waitingSinceNanos = System.nanoTime();
            age();
        }
    }

    /**
     * Since when Kafka has not taken the oldest uncommitted outcome ({@link System#nanoTime()}), not counting the commit
     * before it; 0 where there is none. Any thread.
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
            LockSupport.parkNanos(SETTLE_STEP_NANOS);
            step(true);
        }
        return true;
    }

    private boolean isSettled() {
        return waiting.isEmpty() && committing == null;
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
        kafka.close();
    }

    private void step(boolean commitNow) {
        if (System.nanoTime() - backoffUntilNanos < 0) {
            return;
        }
        try {
            takeAnswer(commitNow ? SETTLE_STEP_NANOS : 0);
            if (kafka.isCommitting()) {
                return;
            }
            boolean markersOnly = isSettled() && isDue(lastCommitNanos, MARKERS_ONLY_NANOS);
            if (isSettled() && !markersOnly) {
                return;
            }
            kafka.ready();
            resolveDoubt();
            if (!kafka.isOpen() && !commitNow && !isDue(lastCommitNanos, SETTLING_NANOS)) {
                return;
            }
            produce();
            if (commitNow || markersOnly || kafka.isOpenFor(commitIntervalNanos)) {
                commit();
            }
        } catch (KafkaException | IllegalStateException e) {
            onFailure(e);
        }
    }

    private static boolean isDue(long sinceNanos, long intervalNanos) {
        return System.nanoTime() - sinceNanos >= intervalNanos;
    }

    private void produce() {
        if (produced < waiting.size()) {
            kafka.begin();
        }
        while (produced < waiting.size()) {
            Outcome outcome = waiting.get(produced);
            AtomicReference<@Nullable Refusal> first = refused;
            for (ProducerRecord<byte[], byte[]> record : outcome.records().make()) {
                kafka.send(record, (metadata, failure) -> {
                    if (failure instanceof RecordTooLargeException) {
                        first.compareAndSet(null, Refusal.of(record, outcome));
                    }
                });
            }
            produced++;
            partitions.complete(outcome);
        }
    }

    private void commit() {
        Map<TopicPartition, CommitPoint> points = partitions.uncommitted();
        if (points.isEmpty() && !kafka.isOpen()) {
            lastCommitNanos = System.nanoTime();
            return;
        }
        kafka.begin();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        points.forEach((id, point) -> offsets.put(id, new OffsetAndMetadata(point.offset(), point.metadata())));
        committing = new Batch(waiting, points, waiting.isEmpty() ? System.nanoTime() : waitingSinceNanos);
        waiting = new ArrayList<>();
        produced = 0;
        kafka.commit(offsets, consumer.groupMetadata());
    }

    private void takeAnswer(long waitNanos) {
        if (kafka.hasCommitted(waitNanos) && committing != null) {
            succeeded(committing);
        }
    }

    private void succeeded(Batch done) {
        committing = null;
        done.outcomes().forEach(outbox::forget);
        lastCommitNanos = System.nanoTime();
        waitingSinceNanos = lastCommitNanos;
        narrow = null;
        partitions.committed(done.points());
        age();
    }

    /** What was not committed comes before what came later. */
    private void takeBack(Batch failed) {
        List<Outcome> again = ours(failed.outcomes());
        again.addAll(waiting);
        waiting = again;
        waitingSinceNanos = failed.sinceNanos();
        committing = null;
        age();
    }

    /**
     * Whether the last commit happened: its offsets are there, or they aren't. The new producer's first act was to wait
     * for the end of the old one's transaction, so the answer is final.
     */
    private void resolveDoubt() {
        Batch unknown = committing;
        if (unknown == null) {
            return;
        }
        Map<TopicPartition, CommitPoint> ours = new HashMap<>(unknown.points());
        ours.keySet().removeIf(id -> partitions.get(id) == null);
        Map<TopicPartition, @Nullable OffsetAndMetadata> found =
                CommittedOffsets.read(consumer, ours.keySet(), ANSWER_TIMEOUT);
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
            takeBack(unknown);
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
        if (Fenced.isCauseOf(failure) && !kafka.mayHaveTimedOut()) {
            throw new Fenced(failure);
        }
        LOG.warn(
                "outcomes could not be committed, they go into the next transaction outcomes={} cause={}",
                waiting.size() + (committing == null ? 0 : committing.outcomes().size()),
                failure.toString());
        backoffUntilNanos = System.nanoTime() + BACKOFF_NANOS;
        if (committing != null && kafka.mayHaveCommitted()) {
            kafka.discard();
        } else {
            if (committing != null) {
                takeBack(committing);
            }
            abort();
        }
        replaceRefused();
    }

    private void replaceRefused() {
        Refusal refusal = refused.get();
        refused = new AtomicReference<>();
        if (refusal == null) {
            return;
        }
        if (!refusal.tooLarge()) {
            if (!refusal.topic().equals(narrow)) {
                narrow = refusal.topic();
                LOG.error(
                        "topic takes less than it was made for, nothing is committed until that is mended: set its"
                                + " max.message.bytes to {} topic={}",
                        TopicLayout.MAX_RECORD_BYTES,
                        narrow);
            }
            return;
        }
        Outcome outcome = refusal.outcome();
        LOG.error(
                "outcome is too large for Kafka, its body is left out: raise max.message.bytes of the topics partition={}"
                        + " offset={}",
                outcome.partition(),
                outcome.offset());
        outbox.forget(outcome);
        UnaryOperator<Outcome> replace = each -> each.equals(outcome) ? substitute.apply(outcome) : each;
        waiting.replaceAll(replace);
        if (committing != null) {
            committing.outcomes().replaceAll(replace);
        }
    }

    private void abort() {
        produced = 0;
        kafka.abort();
    }

    private void age() {
        if (committing != null) {
            oldestSinceNanos = committing.sinceNanos();
        } else {
            oldestSinceNanos = waiting.isEmpty() ? 0 : waitingSinceNanos;
        }
    }
}
