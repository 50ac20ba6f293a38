package dev.fanfare.torture;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** When requests were accepted, in tenths of a second of the first hours. Thread-safe. */
final class Timeline {
    private static final int SLOTS = 10 * 3600 * 6;
    private static final int SLOT_MILLIS = 100;

    private final long startMillis = System.currentTimeMillis();
    private final AtomicLongArray counts = new AtomicLongArray(SLOTS);

    /** From when until when something was disturbed. */
    record Window(long fromMillis, long toMillis) {
        boolean holds(long atMillis) {
            return fromMillis <= atMillis && atMillis <= toMillis;
        }

        /** Whether they have a moment in common. */
        boolean meets(long otherFromMillis, long otherToMillis) {
            return fromMillis <= otherToMillis && otherFromMillis <= toMillis;
        }
    }

    void count(long atMillis) {
        counts.incrementAndGet(slot(atMillis));
    }

    private int slot(long atMillis) {
        return (int) Math.max(0, Math.min(SLOTS - 1, (atMillis - startMillis) / SLOT_MILLIS));
    }

    /** How many fall into any of the windows; those that fall into several count once. */
    long within(List<Window> windows) {
        boolean[] disturbed = new boolean[SLOTS];
        for (Window window : windows) {
            for (int slot = slot(window.fromMillis()); slot <= slot(window.toMillis()); slot++) {
                disturbed[slot] = true;
            }
        }
        long sum = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            sum += disturbed[slot] ? counts.get(slot) : 0;
        }
        return sum;
    }
}
