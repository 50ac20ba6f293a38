package dev.fanfare.dispatcher.intake;

import dev.fanfare.dispatcher.lane.LaneView;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether a full lane is worth waiting for. A lane that would be through its queue within a second is only busy: its
 * partition waits a moment for room. Any other is slow or stuck: its deliveries go to a tier, so that nobody waits behind
 * them. Pure; confined to the poll thread.
 */
final class FullLanes {
    /** How long a lane is watched before it is judged, and how long a partition waits at most for one that is stuck. */
    static final long WATCH_NANOS = 50_000_000L;

    static final long THROUGH_WITHIN_NANOS = 1_000_000_000L;
    private static final long FORGET_NANOS = 10_000_000_000L;

    private record Watch(long ended, long sinceNanos, boolean busy) {}

    private final Map<String, Watch> watches = new HashMap<>();
    private long sweptAtNanos;

    boolean isWorthWaiting(String key, LaneView lane, long nowNanos) {
        Watch watch = watches.get(key);
        if (watch == null || nowNanos - watch.sinceNanos() > FORGET_NANOS) {
            sweep(nowNanos);
            watches.put(key, new Watch(lane.ended(), nowNanos, true));
            return true;
        }
        long watchedNanos = nowNanos - watch.sinceNanos();
        if (watchedNanos < WATCH_NANOS) {
            return watch.busy();
        }
        long ended = lane.ended() - watch.ended();
        boolean busy = ended * (THROUGH_WITHIN_NANOS / watchedNanos) >= lane.queued();
        watches.put(key, new Watch(lane.ended(), nowNanos, busy));
        return busy;
    }

    private void sweep(long nowNanos) {
        if (nowNanos - sweptAtNanos > FORGET_NANOS) {
            sweptAtNanos = nowNanos;
            watches.values().removeIf(watch -> nowNanos - watch.sinceNanos() > FORGET_NANOS);
        }
    }
}
