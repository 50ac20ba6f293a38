package dev.fanfare.dispatcher.ledger;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Keeps, for one assignment of one partition, which records are done, so that deliveries may finish in any order and yet
 * nothing is committed that isn't complete.
 *
 * <pre>
 *                base                            position
 *                 │                                 │
 *   ─ committed ──┤ ?  ✓  ✓  ?  ·gap·  ✓  ?  ?  ✓   ├─ not received yet (after a restart: partly known ✓) ─▶
 *   everything ✓  └────── within the window ────────┘
 * </pre>
 *
 * <p><b>How the shell uses it</b>, always on the poll thread:
 *
 * <ol>
 *   <li>Partition assigned: {@link #restore} from the committed offset and its metadata (or {@link #startingAt} where
 *       nothing is committed), with an epoch no earlier ledger had.
 *   <li>For each record polled, while {@link #hasRoom()}: {@link #open}. {@link Opening#OPENED} goes to its lane. Without
 *       room keep the rest of the batch, pause the partition, and go on when there is room.
 *   <li>When the last record of the partition's batch is open: {@link #skipTo} with the partition's entry in
 *       {@code ConsumerRecords.nextOffsets()}, so that markers and compacted records at the tail don't count as lag.
 *   <li>When a delivery's outcome was handed to the open transaction: {@link #complete} with the epoch it was opened in.
 *   <li>Before the transaction commits: {@link #commitPoint()} into {@code sendOffsetsToTransaction}. If it aborts, the
 *       same outcomes go into the next transaction before the next commit point is taken; the ledger needs no undo.
 *   <li>{@link #isCrowded()}: cancel the delivery at {@link #base()}, move it to a tier, complete it. One that hangs then
 *       never holds up its partition.
 *   <li>Partition revoked or lost: drop the ledger. What finishes later carries the old epoch and changes nothing.
 * </ol>
 *
 * <p><b>The window.</b> From the base on, each offset takes a slot (one bit); a stretch of more than 80 offsets without
 * records takes {@value LedgerMetadata#FOLD_COST} slots' worth, whatever its length. {@link #hasRoom()} while at most
 * {@value #WINDOW} are taken: the next record then adds at most one stretch and one slot, and a later {@link #skipTo}
 * one stretch, so at most 24,000 + 2 × 80 + 1 = 24,161 are ever taken; the metadata holds
 * {@value LedgerMetadata#CAPACITY} (arithmetic at {@link LedgerMetadata}). So the metadata always fits.
 *
 * <p>Memory: about 4.5 KiB, and none per record. Confined to one thread.
 */
public final class OffsetLedger {
    /** Slots from the base on that may be taken before {@link #hasRoom()} says no. */
    public static final int WINDOW = 24_000;

    /** From here on, in slots, the delivery at the base should be cancelled: three quarters of the window. */
    public static final int CROWDED = WINDOW / 4 * 3;

    /** The most that {@link CommitPoint#metadata()} takes: Kafka's default {@code offset.metadata.max.bytes}. */
    public static final int MAX_METADATA_BYTES = LedgerMetadata.MAX_BYTES;

    private static final int FOLD_COST = LedgerMetadata.FOLD_COST;

    static {
        if (WINDOW + 2 * FOLD_COST + 1 > LedgerMetadata.CAPACITY || LedgerMetadata.CAPACITY > SlotRing.SIZE) {
            throw new AssertionError("window, metadata and ring no longer fit each other");
        }
    }

    private final UUID topicId;
    private final long epoch;
    private final SlotRing complete = new SlotRing();
    private final GapFolds folds = new GapFolds();

    /** The first slot that is not complete, or {@link #nextSlot}. */
    private long baseSlot;

    /** The slot of the first offset at or beyond {@link #position}. */
    private long nextSlot;

    /** The end of what is known: beyond {@link #nextSlot} only after a restore, until it was read again. */
    private long endSlot;

    private long position;

    /** From here to {@link #position} everything is complete, so a gap may be counted from here. */
    private long tailSlot;

    private long tailOffset;
    private int openCount;

    private OffsetLedger(long offset, UUID topicId, long epoch) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset + ": an offset is 0 or more");
        }
        this.topicId = topicId;
        this.epoch = epoch;
        startOverAt(offset);
    }

    /**
     * A ledger that knows of nothing complete.
     *
     * @param offset the first offset that will be received, or any below it
     * @param topicId Kafka's id of the topic, which tells it from an earlier one of the same name
     * @param epoch unlike that of any earlier ledger of this partition in this process
     */
    public static OffsetLedger startingAt(long offset, UUID topicId, long epoch) {
        return new OffsetLedger(offset, topicId, epoch);
    }

    /**
     * A ledger that continues where a commit left off. Metadata that can't be used is ignored: the ledger then starts
     * empty at the committed offset.
     *
     * @param metadata as committed with the offset; any string, or none
     * @param topicId see {@link #startingAt}; metadata written for another id is ignored
     * @param epoch see {@link #startingAt}
     */
    public static Restoration restore(long committedOffset, @Nullable String metadata, UUID topicId, long epoch) {
        OffsetLedger ledger = new OffsetLedger(committedOffset, topicId, epoch);
        LedgerMetadata.Content content = LedgerMetadata.read(topicId, committedOffset, metadata);
        ledger.foreknow(content.runs());
        return new Restoration(ledger, content.reading());
    }

    /** Whether {@link #open} and {@link #skipTo} may go on, however far the next record is. */
    public boolean hasRoom() {
        return used() <= WINDOW;
    }

    /** Whether the delivery at {@link #base()} should now be given up, so that it doesn't stop the partition. */
    public boolean isCrowded() {
        return used() >= CROWDED;
    }

    /** How much of {@link #WINDOW} is taken. */
    public int used() {
        return (int) (nextSlot - baseSlot) + FOLD_COST * folds.countUpTo(nextSlot);
    }

    /**
     * A record was received. Offsets ascend; those left out since the last one have no record and count as complete.
     * Takes the same time whatever their number.
     *
     * @throws IllegalStateException without {@link #hasRoom() room}: the caller has to wait
     */
    public Opening open(long offset) {
        if (offset < position) {
            return Opening.BEHIND;
        }
        if (!hasRoom()) {
            throw new IllegalStateException("offset " + offset + " opened without room: base " + base() + ", position "
                    + position + "; ask hasRoom() before open()");
        }
        skipTo(offset);
        if (folds.slotOf(offset) < 0) {
            position = offset + 1;
            advance();
            return Opening.ALREADY_COMPLETE;
        }
        boolean known = nextSlot < endSlot;
        if (!known) {
            complete.clear(nextSlot);
            endSlot++;
        }
        boolean done = known && complete.get(nextSlot);
        nextSlot++;
        position = offset + 1;
        if (done) {
            advance();
            return Opening.ALREADY_COMPLETE;
        }
        openCount++;
        tailSlot = nextSlot;
        tailOffset = position;
        return Opening.OPENED;
    }

    /**
     * The consumer's position moved on: what lies before it and was not opened has no record (transaction markers,
     * aborted or compacted records) and counts as complete. Needs no room. A position not beyond {@link #position()}
     * changes nothing.
     */
    public void skipTo(long nextOffset) {
        if (nextOffset <= position) {
            return;
        }
        if (nextOffset <= folds.offsetOf(endSlot)) {
            long slot = folds.slotOf(nextOffset);
            slot = slot < 0 ? ~slot : slot;
            complete.set(nextSlot, slot);
            nextSlot = slot;
            position = nextOffset;
        } else if (baseSlot == nextSlot) {
            startOverAt(nextOffset);
        } else {
            closeTail(nextOffset);
        }
        advance();
    }

    /**
     * A delivery's outcome is safe (in the open transaction).
     *
     * @param deliveryEpoch the {@link #epoch()} of the ledger in which the offset was opened; another one's are ignored
     * @return whether this changed anything: false for another epoch's, and for what was complete before
     * @throws IllegalArgumentException if the offset was never opened
     */
    public boolean complete(long deliveryEpoch, long offset) {
        if (deliveryEpoch != epoch) {
            return false;
        }
        if (offset >= position) {
            throw new IllegalArgumentException(
                    "offset " + offset + " completed but never opened: position " + position);
        }
        if (offset < base()) {
            return false;
        }
        long slot = folds.slotOf(offset);
        if (slot < 0 || complete.get(slot)) {
            return false;
        }
        complete.set(slot);
        openCount--;
        if (slot == baseSlot) {
            advance();
        }
        return true;
    }

    /** Whether nothing is left to do for an offset: below the base, a gap, completed here or in an earlier life. */
    public boolean isComplete(long offset) {
        if (offset < base()) {
            return true;
        }
        if (offset >= folds.offsetOf(endSlot)) {
            return false;
        }
        long slot = folds.slotOf(offset);
        return slot < 0 || complete.get(slot);
    }

    /** What may be committed now, and the metadata that belongs to it. Takes time in proportion to {@link #used()}. */
    public CommitPoint commitPoint() {
        long base = base();
        return new CommitPoint(base, LedgerMetadata.write(topicId, base, runsFrom(base)));
    }

    /**
     * The first offset that is not complete; everything below it is. While {@link #openCount()} is more than 0 it is an
     * open record: the one that holds the window. Otherwise it is {@link #position()}.
     */
    public long base() {
        return baseSlot == nextSlot ? position : folds.offsetOf(baseSlot);
    }

    /** The next offset to be received. */
    public long position() {
        return position;
    }

    /** How many records are open and not complete. */
    public int openCount() {
        return openCount;
    }

    /** Tells this ledger's deliveries from those of earlier assignments of the partition. */
    public long epoch() {
        return epoch;
    }

    private void startOverAt(long offset) {
        folds.clear();
        baseSlot = offset;
        nextSlot = offset;
        endSlot = offset;
        tailSlot = offset;
        tailOffset = offset;
        position = offset;
    }

    /** Restates everything since the last incomplete record as one gap, so that many small steps cost no more than one. */
    private void closeTail(long nextOffset) {
        folds.truncate(tailSlot);
        nextSlot = tailSlot;
        long gap = nextOffset - tailOffset;
        if (gap > FOLD_COST) {
            folds.add(tailSlot, gap);
        } else {
            nextSlot += gap;
            complete.set(tailSlot, nextSlot);
        }
        endSlot = nextSlot;
        position = nextOffset;
    }

    private void advance() {
        baseSlot = complete.nextClear(baseSlot, nextSlot);
        folds.dropUpTo(baseSlot, position);
        if (baseSlot == nextSlot) {
            tailSlot = nextSlot;
            tailOffset = position;
        }
    }

    private Runs runsFrom(long base) {
        Runs runs = new Runs();
        long slot = baseSlot;
        for (int fold = 0; fold < folds.count(); fold++) {
            addSlots(runs, slot, folds.slotAt(fold));
            slot = folds.slotAt(fold);
            // Only the rest of a fold that the position stands in lies beyond the base.
            runs.add(true, Math.min(folds.lengthAt(fold), folds.offsetBehind(fold) - base));
        }
        addSlots(runs, slot, endSlot);
        runs.trimIncompleteTail();
        return runs;
    }

    private void addSlots(Runs runs, long from, long to) {
        long slot = from;
        while (slot < to) {
            long set = complete.nextSet(slot, to);
            runs.add(false, set - slot);
            slot = complete.nextClear(set, to);
            runs.add(true, slot - set);
        }
    }

    private void foreknow(Runs runs) {
        for (int i = 0; i < runs.count(); i++) {
            long length = runs.length(i);
            if (!Runs.isComplete(i)) {
                for (long slot = endSlot; slot < endSlot + length; slot++) {
                    complete.clear(slot);
                }
                endSlot += length;
            } else if (length > FOLD_COST) {
                folds.add(endSlot, length);
            } else {
                complete.set(endSlot, endSlot + length);
                endSlot += length;
            }
        }
    }
}
