package dev.fanfare.testkit.conservation;

import java.util.Arrays;

/**
 * Numbers hashes in the order in which they come: 0, 1, 2 and so on. Twelve bytes each, of which up to half are free.
 * Confined to one thread.
 *
 * <p>A name is known by 64 bits of it. Among half a million the odds that two share them are one in a hundred million.
 */
final class HashIndex {
    private static final int NONE = -1;

    private long[] hashes = new long[1 << 10];
    private int[] numbers = filled(hashes.length);
    private int size;

    /** FNV-1a, spread once more since the low bits choose the place. */
    static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash ^ (hash >>> 32);
    }

    /** The number of a hash; a new one where it comes for the first time. */
    int add(long hash) {
        int place = place(hash);
        if (numbers[place] == NONE) {
            hashes[place] = hash;
            numbers[place] = size++;
            if (size > hashes.length / 4 * 3) {
                grow();
            }
            return size - 1;
        }
        return numbers[place];
    }

    /** Its number; -1 where it never came. */
    int find(long hash) {
        return numbers[place(hash)];
    }

    int size() {
        return size;
    }

    long bytes() {
        return (long) hashes.length * (Long.BYTES + Integer.BYTES);
    }

    private int place(long hash) {
        int mask = hashes.length - 1;
        int place = (int) hash & mask;
        while (numbers[place] != NONE && hashes[place] != hash) {
            place = (place + 1) & mask;
        }
        return place;
    }

    private void grow() {
        long[] oldHashes = hashes;
        int[] oldNumbers = numbers;
        hashes = new long[oldHashes.length * 2];
        numbers = filled(hashes.length);
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldNumbers[i] != NONE) {
                int place = place(oldHashes[i]);
                hashes[place] = oldHashes[i];
                numbers[place] = oldNumbers[i];
            }
        }
    }

    private static int[] filled(int length) {
        int[] numbers = new int[length];
        Arrays.fill(numbers, NONE);
        return numbers;
    }
}
