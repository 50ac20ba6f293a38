package dev.fanfare.dispatcher.ledger;

import java.util.Arrays;

/**
 * Stretches of offsets, by turns incomplete and complete, from a base on: run 0 is incomplete (and may be empty), run 1
 * complete, and so on. The last one is complete: what lies behind it is not known to be.
 */
final class Runs {
    private long[] lengths = new long[16];
    private int count;

    int count() {
        return count;
    }

    long length(int index) {
        return lengths[index];
    }

    static boolean isComplete(int index) {
        return (index & 1) != 0;
    }

    void add(boolean complete, long length) {
        if (length == 0) {
            return;
        }
        if (isComplete(count) == complete) {
            append(length);
        } else if (count == 0) {
            append(0);
            append(length);
        } else {
            lengths[count - 1] += length;
        }
    }

    void trimIncompleteTail() {
        if (!isComplete(count - 1)) {
            count = Math.max(0, count - 1);
        }
    }

    private void append(long length) {
        if (count == lengths.length) {
            lengths = Arrays.copyOf(lengths, count * 2);
        }
        lengths[count++] = length;
    }
}
