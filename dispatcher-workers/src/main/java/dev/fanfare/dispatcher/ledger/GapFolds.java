package dev.fanfare.dispatcher.ledger;

import java.util.Arrays;

/**
 * Maps offsets to slots, the dense numbers that index the ledger's ring. A long stretch of offsets that are all
 * complete is <em>folded</em>: it takes no slot, only an entry here.
 *
 * <pre>
 *   offset  100 101 102 103 ......................... 9103 9104
 *   slot    100 101 102  └──────── fold of 9000 ────┘  103  104      fold = (slot 103, shift 9000)
 * </pre>
 *
 * Offsets of slots before the first fold are {@code slot + shift}, where {@code shift} is that of the last fold dropped
 * at the front. Confined to the thread of its ledger.
 */
final class GapFolds {
    private long frontShift;
    private long[] slots = new long[4];
    /** Offset minus slot from this fold on: the sum of the lengths so far. */
    private long[] shifts = new long[4];

    private int first;
    private int end;

    void clear() {
        frontShift = 0;
        first = 0;
        end = 0;
    }

    int count() {
        return end - first;
    }

    long slotAt(int index) {
        return slots[first + index];
    }

    /** The first offset behind the fold: that of its slot. */
    long offsetBehind(int index) {
        return slots[first + index] + shifts[first + index];
    }

    long lengthAt(int index) {
        return shifts[first + index] - (index == 0 ? frontShift : shifts[first + index - 1]);
    }

    /** Appends a fold of {@code length} offsets just before {@code slot}. */
    void add(long slot, long length) {
        if (end == slots.length) {
            makeRoom();
        }
        slots[end] = slot;
        shifts[end] = (end == first ? frontShift : shifts[end - 1]) + length;
        end++;
    }

    /** Forgets the folds at {@code slot} and behind. */
    void truncate(long slot) {
        while (end > first && slots[end - 1] >= slot) {
            end--;
        }
    }

    /** Forgets the folds in front of {@code slot} that lie below {@code position} altogether. */
    void dropUpTo(long slot, long position) {
        while (end > first && slots[first] <= slot && slots[first] + shifts[first] <= position) {
            frontShift = shifts[first];
            first++;
        }
    }

    int countUpTo(long slot) {
        return lastAtOrBelow(slot) + 1 - first;
    }

    long offsetOf(long slot) {
        int fold = lastAtOrBelow(slot);
        return slot + (fold < first ? frontShift : shifts[fold]);
    }

    /** The slot of an offset; for a folded offset the complement ({@code ~}) of the first slot behind its fold. */
    long slotOf(long offset) {
        int low = first;
        int high = end;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (slots[middle] + shifts[middle] <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        long slot = offset - (low == first ? frontShift : shifts[low - 1]);
        return low < end && slot >= slots[low] ? ~slots[low] : slot;
    }

    private int lastAtOrBelow(long slot) {
        int low = first;
        int high = end;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (slots[middle] <= slot) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    private void makeRoom() {
        int count = count();
        int size = count > slots.length / 2 ? slots.length * 2 : slots.length;
        slots = Arrays.copyOf(Arrays.copyOfRange(slots, first, end), size);
        shifts = Arrays.copyOf(Arrays.copyOfRange(shifts, first, end), size);
        first = 0;
        end = count;
    }
}
