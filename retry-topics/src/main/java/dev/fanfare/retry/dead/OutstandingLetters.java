package dev.fanfare.retry.dead;

import dev.fanfare.contract.delivery.Verdict;
import java.util.Arrays;

/**
 * What is outstanding in one partition of the dead letters: how many for each reason, and since when. A letter is known by
 * 64 bits of its id's hash; it takes some forty bytes.
 *
 * <pre>
 * entries, in the order of the log    ▢ ▣ ▣ ▢ ▣ ▢ ▣ ·      ▣ outstanding   ▢ replaced, replayed, discarded or expired
 *                                       ▲ head    ▲ tail   when there is no room left, only those outstanding are kept
 * slots, by hash                      ─▶ entry
 * </pre>
 *
 * Pure; confined to one thread.
 */
final class OutstandingLetters {
    /** After those of {@link Verdict}: a reason that this version doesn't know. */
    static final int OTHER = Verdict.values().length;

    private static final int SMALLEST = 64;
    private static final byte GONE = -1;

    private long[] hashes = new long[SMALLEST];
    private long[] offsets = new long[SMALLEST];
    private long[] diedAtMillis = new long[SMALLEST];
    private byte[] reasons = new byte[SMALLEST];
    /** Entries by hash, plus one; 0 where there is none. One that leads to an entry that is gone is used again. */
    private int[] slots = new int[4 * SMALLEST];

    private int head;
    private int tail;
    private final int[] counts = new int[OTHER + 1];

    /**
     * A dead letter was read; it takes the place of an earlier one of the same id.
     *
     * @param reason a verdict's ordinal, or {@link #OTHER}
     */
    void died(long hash, long offset, long atMillis, int reason) {
        forget(hash);
        if (tail == hashes.length) {
            makeRoom();
        }
        hashes[tail] = hash;
        offsets[tail] = offset;
        diedAtMillis[tail] = atMillis;
        reasons[tail] = (byte) reason;
        slots[slotOf(hash)] = tail + 1;
        counts[reason]++;
        tail++;
    }

    /** A tombstone was read. */
    void resolved(long hash) {
        forget(hash);
    }

    /** All before the beginning of the partition are too old, and no longer there. */
    void beginsAt(long beginning) {
        while (head < tail && offsets[head] < beginning) {
            end(head);
            head++;
        }
    }

    /** How many are outstanding for a reason. */
    int count(int reason) {
        return counts[reason];
    }

    /** When the first of them died (Unix milliseconds); {@link Long#MAX_VALUE} where there is none. */
    long oldestMillis() {
        while (head < tail && reasons[head] == GONE) {
            head++;
        }
        return head < tail ? diedAtMillis[head] : Long.MAX_VALUE;
    }

    private void forget(long hash) {
        int entry = slots[slotOf(hash)] - 1;
        if (entry >= 0) {
            end(entry);
        }
    }

    private void end(int entry) {
        if (reasons[entry] != GONE) {
            counts[reasons[entry]]--;
            reasons[entry] = GONE;
        }
    }

    /** The slot of a hash, or the free one where it would be: there are always free ones. */
    private int slotOf(long hash) {
        int mask = slots.length - 1;
        int slot = (int) (hash ^ (hash >>> 32)) & mask;
        while (slots[slot] != 0 && hashes[slots[slot] - 1] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void makeRoom() {
        int outstanding = Arrays.stream(counts).sum();
        int size = Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, outstanding)) * 4);
        long[] keptHashes = new long[size];
        long[] keptOffsets = new long[size];
        long[] keptTimes = new long[size];
        byte[] keptReasons = new byte[size];
        int kept = 0;
        for (int i = head; i < tail; i++) {
            if (reasons[i] != GONE) {
                keptHashes[kept] = hashes[i];
                keptOffsets[kept] = offsets[i];
                keptTimes[kept] = diedAtMillis[i];
                keptReasons[kept] = reasons[i];
                kept++;
            }
        }
        hashes = keptHashes;
        offsets = keptOffsets;
        diedAtMillis = keptTimes;
        reasons = keptReasons;
        head = 0;
        tail = kept;
        slots = new int[2 * size];
        for (int i = 0; i < tail; i++) {
            slots[slotOf(hashes[i])] = i + 1;
        }
    }

    /** 64 bits of an id: FNV-1a, then mixed (Stafford's variant 13), for a slot is taken from a few of them. */
    static long hash(byte[] id) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : id) {
            hash = (hash ^ each) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
