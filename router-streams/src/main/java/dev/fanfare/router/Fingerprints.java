package dev.fanfare.router;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A growing set of hashes that may claim to hold one that it doesn't, but never misses one that it does: Bloom filters,
 * each four times as large as the one before. All bits of a hash lie in 64 bytes of a filter, which the processor fetches
 * at once (Putze, Sanders, Singler: "Cache-, Hash- and Space-Efficient Bloom Filters", 2007).
 *
 * <p>Confined to one thread.
 */
final class Fingerprints {
    private static final int FIRST_WORDS = 8 * 1024;
    private static final int GROWTH = 4;
    private static final int BLOCK_WORDS = 8;
    /** With seven bits set for each, about one claim in a hundred is wrong. */
    private static final int BITS_EACH = 10;

    private static final int BITS_SET = 7;
    private static final int BITS_OF_POSITION = 9;

    private final StoreMemory memory;
    private final List<long[]> filters = new ArrayList<>();
    private long taken;
    private long roomLeft;
    private boolean full;

    Fingerprints(StoreMemory memory) {
        this.memory = memory;
    }

    /** Adds the first 16 bytes of a hash. Without memory for more, it claims to hold everything. */
    void add(byte[] hash) {
        if (roomLeft == 0 && !full) {
            grow();
        }
        if (full) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(hash);
        long[] words = filters.get(filters.size() - 1);
        int block = block(words, bytes.getLong(0));
        long positions = bytes.getLong(Long.BYTES);
        for (int i = 0; i < BITS_SET; i++) {
            words[word(block, positions)] |= 1L << positions;
            positions >>>= BITS_OF_POSITION;
        }
        roomLeft--;
    }

    private void grow() {
        int words = filters.isEmpty() ? FIRST_WORDS : filters.get(filters.size() - 1).length * GROWTH;
        long bytes = (long) words * Long.BYTES;
        if (!memory.take(bytes)) {
            release();
            return;
        }
        taken += bytes;
        filters.add(new long[words]);
        roomLeft = (long) words * Long.SIZE / BITS_EACH;
    }

    /** Gives its memory back. From then on it claims to hold everything. */
    void release() {
        full = true;
        filters.clear();
        memory.giveBack(taken);
        taken = 0;
    }

    /** Whether a hash may have been added. */
    boolean mayContain(byte[] hash) {
        if (full) {
            return true;
        }
        ByteBuffer bytes = ByteBuffer.wrap(hash);
        long place = bytes.getLong(0);
        long positions = bytes.getLong(Long.BYTES);
        for (long[] words : filters) {
            if (holds(words, place, positions)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(long[] words, long place, long allPositions) {
        int block = block(words, place);
        long positions = allPositions;
        for (int i = 0; i < BITS_SET; i++) {
            if ((words[word(block, positions)] & 1L << positions) == 0) {
                return false;
            }
            positions >>>= BITS_OF_POSITION;
        }
        return true;
    }

    private static int block(long[] words, long place) {
        return (int) (place & (words.length / BLOCK_WORDS - 1)) * BLOCK_WORDS;
    }

    /** The lowest nine bits: six for the bit in a word, three for the word in the block. */
    private static int word(int block, long positions) {
        return block + (int) (positions >>> 6 & BLOCK_WORDS - 1);
    }
}
