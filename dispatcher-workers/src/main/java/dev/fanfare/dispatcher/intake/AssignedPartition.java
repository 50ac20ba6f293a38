package dev.fanfare.dispatcher.intake;

import dev.fanfare.dispatcher.ledger.CommitPoint;
import dev.fanfare.dispatcher.ledger.OffsetLedger;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import java.util.ArrayDeque;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A partition while it is ours: its ledger, and what was received of it and has yet to find its lane. Confined to the
 * poll thread.
 *
 * <pre>
 * poll ─▶ received ▢▢▢▢ ─▶ ledger.open ─▶ head ▢ ─▶ its lane
 *          └──────── nextOffset: where the ledger may skip to once nothing is left here
 * </pre>
 */
public final class AssignedPartition {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long STUCK_AFTER_NANOS = 2 * SECOND_NANOS;
    private static final long STUCK_PER_SECOND = 100;

    /** What is kept at hand: enough for the lanes while the consumer fetches. A consumer that pauses fetches anew. */
    private static final int ENOUGH_RECORDS = 1_000;

    private static final long ENOUGH_BYTES = 1 << 20;

    private final TopicPartition id;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> received = new ArrayDeque<>();
    private long receivedBytes;
    private OffsetLedger ledger;
    private @Nullable OpenDelivery head;
    private long nextOffset;
    private CommitPoint committed;
    private boolean paused;
    /** Since when it is full, and how many were complete then; 0 while it isn't. */
    private long fullSinceNanos;

    private long completeWhenFull;
    /** Since when its head waits for the subscription view; 0 while it doesn't. */
    private long behindSinceNanos;

    AssignedPartition(TopicPartition id, OffsetLedger ledger) {
        this.id = id;
        this.ledger = ledger;
        this.committed = ledger.commitPoint();
        this.nextOffset = ledger.position();
    }

    public TopicPartition id() {
        return id;
    }

    /** Which deliveries are open here, in the present epoch. */
    public OffsetLedger ledger() {
        return ledger;
    }

    /** Whether a delivery was opened in the present epoch of this partition. */
    public boolean owns(OpenDelivery open) {
        return open.epoch() == ledger.epoch();
    }

    /**
     * Takes a batch as it was polled.
     *
     * @param after where the consumer stands behind the batch
     */
    public void receive(List<ConsumerRecord<byte[], byte[]>> records, long after) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            received.add(record);
            receivedBytes += bytes(record);
        }
        nextOffset = after;
    }

    /** The log went back before the ledger's position: begins anew there. */
    void replaceLedger(OffsetLedger fresh) {
        ledger = fresh;
    }

    @Nullable ConsumerRecord<byte[], byte[]> nextReceived() {
        ConsumerRecord<byte[], byte[]> record = received.poll();
        if (record != null) {
            receivedBytes -= bytes(record);
        }
        return record;
    }

    /** Whether so much of what was polled is left that no more should be polled. */
    public boolean hasEnough() {
        return received.size() >= ENOUGH_RECORDS || receivedBytes >= ENOUGH_BYTES;
    }

    /** Whether so little is left that more should be polled, if that was stopped. */
    public boolean needsMore() {
        return received.size() < ENOUGH_RECORDS / 2 && receivedBytes < ENOUGH_BYTES / 2;
    }

    private static long bytes(ConsumerRecord<byte[], byte[]> record) {
        return Math.max(0, record.serializedValueSize());
    }

    /** Where nothing of what was polled is left, what lies before the consumer's position has no record. */
    void skipIfDrained() {
        if (head == null && received.isEmpty()) {
            ledger.skipTo(nextOffset);
        }
    }

    /** Polled, and not yet in a lane. */
    public int receivedCount() {
        return received.size() + (head == null ? 0 : 1);
    }

    @Nullable OpenDelivery head() {
        return head;
    }

    void head(@Nullable OpenDelivery open) {
        head = open;
    }

    /** Forgets what was received; returns how many of it were open. */
    public int dropReceived() {
        received.clear();
        receivedBytes = 0;
        int open = head == null ? 0 : 1;
        head = null;
        return open;
    }

    public boolean isPaused() {
        return paused;
    }

    public void paused(boolean now) {
        paused = now;
    }

    /**
     * Whether it has been full for two seconds in which less than a hundred deliveries a second ended.
     *
     * @param full open deliveries that make it full
     */
    boolean isStuck(int full, long nowNanos) {
        if (ledger.openCount() < full) {
            fullSinceNanos = 0;
            return false;
        }
        long complete = ledger.position() - ledger.openCount();
        long sinceNanos = nowNanos - fullSinceNanos;
        if (fullSinceNanos != 0 && sinceNanos < STUCK_AFTER_NANOS) {
            return false;
        }
        boolean stuck =
                fullSinceNanos != 0 && (complete - completeWhenFull) * SECOND_NANOS < STUCK_PER_SECOND * sinceNanos;
        fullSinceNanos = nowNanos;
        completeWhenFull = complete;
        return stuck;
    }

    /** How long its head has waited for the subscription view. */
    long waitForView(long nowNanos) {
        if (behindSinceNanos == 0) {
            behindSinceNanos = nowNanos;
        }
        return nowNanos - behindSinceNanos;
    }

    void viewIsCurrent() {
        behindSinceNanos = 0;
    }

    /** What is to be committed, or null where that is committed already. */
    public @Nullable CommitPoint uncommitted() {
        CommitPoint now = ledger.commitPoint();
        return now.equals(committed) ? null : now;
    }

    /** A commit point was committed. */
    public void committed(CommitPoint point) {
        committed = point;
    }
}
