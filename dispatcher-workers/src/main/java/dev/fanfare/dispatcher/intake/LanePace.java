package dev.fanfare.dispatcher.intake;

import dev.fanfare.dispatcher.lane.LaneView;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells busy lanes from slow ones. A lane that ends {@value #BUSY_PER_SECOND} deliveries a second is only busy: whoever
 * waits for room in it waits milliseconds. Any other is slow or stuck: what it can't hold goes to a tier, so that nobody
 * waits behind it. Only lanes that are asked about are watched. Pure; confined to the poll thread.
 */
final class LanePace {
    enum Pace {
        /** Seen for less than a moment: too early to say. */
        WATCHING,
        BUSY,
        SLOW
    }

    static final long BUSY_PER_SECOND = 200;
    /** How long a lane is watched before it is judged. */
    static final long WATCH_NANOS = 100_000_000L;

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long FORGET_NANOS = 10 * SECOND_NANOS;

    private record Watch(long ended, long sinceNanos, Pace pace) {}

    private final Map<String, Watch> watches = new HashMap<>();
    private long sweptAtNanos;

    Pace of(String key, LaneView lane, long nowNanos) {
        Watch watch = watches.get(key);
        if (watch == null || nowNanos - watch.sinceNanos() > FORGET_NANOS) {
            sweep(nowNanos);
            watches.put(key, new Watch(lane.ended(), nowNanos, Pace.WATCHING));
            return Pace.WATCHING;
        }
        long watchedNanos = nowNanos - watch.sinceNanos();
        if (watchedNanos < WATCH_NANOS) {
            return watch.pace();
        }
        long ended = lane.ended() - watch.ended();
        Pace pace = ended * SECOND_NANOS >= BUSY_PER_SECOND * watchedNanos ? Pace.BUSY : Pace.SLOW;
        watches.put(key, new Watch(lane.ended(), nowNanos, pace));
        return pace;
    }

    private void sweep(long nowNanos) {
        if (nowNanos - sweptAtNanos > FORGET_NANOS) {
            sweptAtNanos = nowNanos;
            watches.values().removeIf(watch -> nowNanos - watch.sinceNanos() > FORGET_NANOS);
        }
    }
}
