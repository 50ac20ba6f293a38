package dev.fanfare.dispatcher.lane;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The records and bytes that all lanes hold, and who may still add to them.
 *
 * <p>What a lane may hold shrinks with what is left: an eighth of all × (the free share)². So the first stuck lane holds
 * an eighth at most, and {@code n} stuck lanes, in whatever order they fill, leave {@code 8 / (8 + n)} of everything free
 * for the others (each takes F²/8 of the free share F, hence dF/dn = −F²/8). A lane that holds nothing is let in as
 * long as there is room at all. Any thread; the limits are exact, a lane's share as exact as the moment it was looked at.
 */
final class Holdings {
    private static final int FIRST_SHARE = 8;

    private final LaneLimits limits;
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    Holdings(LaneLimits limits) {
        this.limits = limits;
    }

    Admission admit(int size, int laneQueued, int laneRecords, long laneBytes) {
        if (laneQueued >= limits.queuedPerLane()) {
            return Admission.LANE_FULL;
        }
        if (laneRecords > 0
                && (laneRecords + 1 > share(limits.heldRecords(), records.get())
                        || laneBytes + size > share(limits.heldBytes(), bytes.get()))) {
            return Admission.LANE_FULL;
        }
        if (records.incrementAndGet() > limits.heldRecords()) {
            records.decrementAndGet();
            return Admission.ALL_FULL;
        }
        long held = bytes.addAndGet(size);
        // Something larger than the limit goes alone rather than never.
        if (held > limits.heldBytes() && held != size) {
            release(size);
            return Admission.ALL_FULL;
        }
        return Admission.ADMITTED;
    }

    void release(int size) {
        records.decrementAndGet();
        bytes.addAndGet(-size);
    }

    private static double share(long limit, long held) {
        double free = Math.max(0, limit - held);
        return free * free / limit / FIRST_SHARE;
    }

    int records() {
        return records.get();
    }

    long bytes() {
        return bytes.get();
    }
}
