package dev.fanfare.dispatcher.intake;

import dev.fanfare.dispatcher.lane.LaneView;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells busy lanes from slow ones, and slow ones when they will have room again.
 *
 * <p>A lane that ends {@value #BUSY_PER_SECOND} deliveries a second is only busy: whoever waits for room in it waits
 * milliseconds. Any other is slow or stuck: what it can't hold goes to a tier, so that nobody waits behind it. What goes
 * to a tier gets a slot of its own, as far behind the last one given as the lane takes for one delivery: so a backlog
 * comes back at the pace at which it can be sent, and is rewritten seldom. Only lanes that are asked about are watched.
 * Pure; confined to the poll thread.
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
    /** No slot is further away: a lane that was stuck may be quick by then. */
    static final Duration FURTHEST_SLOT = Duration.ofHours(1);

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long FORGET_NANOS = 10 * SECOND_NANOS;

    private record Watch(long ended, long sinceNanos, Pace pace, double perSecond) {}

    private final Map<String, Watch> watches = new HashMap<>();
    /** When the last slot that was given is due, by lane. */
    private final Map<String, Long> slots = new HashMap<>();

    private long sweptAtNanos;

    Pace of(String key, LaneView lane, long nowNanos) {
        Watch watch = watches.get(key);
        if (watch == null || nowNanos - watch.sinceNanos() > FORGET_NANOS) {
            sweep(nowNanos);
            watches.put(key, new Watch(lane.ended(), nowNanos, Pace.WATCHING, 0));
            return Pace.WATCHING;
        }
        long watchedNanos = nowNanos - watch.sinceNanos();
        if (watchedNanos < WATCH_NANOS) {
            return watch.pace();
        }
        double perSecond = (double) (lane.ended() - watch.ended()) * SECOND_NANOS / watchedNanos;
        Pace pace = perSecond >= BUSY_PER_SECOND ? Pace.BUSY : Pace.SLOW;
        // A tenth of a second sees nothing of a lane that ends one delivery a second.
        double smoothed = watch.pace() == Pace.WATCHING ? perSecond : 0.9 * watch.perSecond() + 0.1 * perSecond;
        watches.put(key, new Watch(lane.ended(), nowNanos, pace, smoothed));
        return pace;
    }

    /** Watches all anew: what was seen of them while this process stood still is no fault of theirs. */
    void startOver() {
        watches.clear();
    }

    /**
     * How long until the lane's next free slot, which is taken by asking.
     *
     * @param least     the first slot is no nearer
     * @param perSecond the lane's rate limit; 0 where it has none
     */
    Duration nextSlot(String key, Duration least, double perSecond, long nowNanos) {
        Watch watch = watches.get(key);
        double seen = watch == null ? 0 : watch.perSecond();
        double pace = perSecond > 0 && (seen == 0 || perSecond < seen) ? perSecond : seen;
        long step = pace <= 0 ? SECOND_NANOS : (long) (SECOND_NANOS / pace);
        long first = nowNanos + least.toNanos();
        Long last = slots.get(key);
        long slot = last == null || last - first < 0 ? first : last;
        long furthest = nowNanos + FURTHEST_SLOT.toNanos();
        slots.put(key, slot + step - furthest > 0 ? furthest : slot + step);
        return Duration.ofNanos(slot - nowNanos);
    }

    private void sweep(long nowNanos) {
        if (nowNanos - sweptAtNanos > FORGET_NANOS) {
            sweptAtNanos = nowNanos;
            watches.values().removeIf(watch -> nowNanos - watch.sinceNanos() > FORGET_NANOS);
            slots.values().removeIf(slot -> slot - nowNanos < 0);
        }
    }
}
