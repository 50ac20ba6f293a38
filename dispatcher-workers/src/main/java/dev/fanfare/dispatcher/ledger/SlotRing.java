package dev.fanfare.dispatcher.ledger;

/**
 * One bit for each of the last {@value #SIZE} slots: complete or not. 4 KiB. A bit means nothing until it was written.
 * Confined to the thread of its ledger.
 */
final class SlotRing {
    static final int SIZE = 1 << 15;

    private static final int WORDS = SIZE / Long.SIZE;

    private final long[] words = new long[WORDS];

    boolean get(long slot) {
        return (words[wordOf(slot)] & 1L << slot) != 0;
    }

    void set(long slot) {
        words[wordOf(slot)] |= 1L << slot;
    }

    void clear(long slot) {
        words[wordOf(slot)] &= ~(1L << slot);
    }

    /** Sets {@code from} (inclusive) to {@code to} (exclusive), a word at a time. */
    void set(long from, long to) {
        long slot = from;
        while (slot < to) {
            int bits = (int) Math.min(Long.SIZE - (slot & Long.SIZE - 1), to - slot);
            words[wordOf(slot)] |= (-1L >>> (Long.SIZE - bits)) << slot;
            slot += bits;
        }
    }

    /** The first slot from {@code from} on that is clear, or {@code limit}. */
    long nextClear(long from, long limit) {
        return next(from, limit, -1L);
    }

    /** The first slot from {@code from} on that is set, or {@code limit}. */
    long nextSet(long from, long limit) {
        return next(from, limit, 0L);
    }

    private long next(long from, long limit, long inversion) {
        long slot = from;
        while (slot < limit) {
            long rest = (words[wordOf(slot)] ^ inversion) >>> slot;
            if (rest != 0) {
                return Math.min(limit, slot + Long.numberOfTrailingZeros(rest));
            }
            slot += Long.SIZE - (slot & Long.SIZE - 1);
        }
        return limit;
    }

    private static int wordOf(long slot) {
        return (int) (slot >>> 6) & WORDS - 1;
    }
}
