package dev.fanfare.dispatcher.intake;

import dev.fanfare.dispatcher.lane.LaneView;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells whether a lane that ends little does so for itself, or because this process or its network is slow for all: then
 * to put its deliveries off would help nobody.
 *
 * <p>With much in flight, a lane keeps pace while its attempts take about as long as everybody's (Little's law: time = in
 * flight / ended a second). While nobody ends anything, nobody is slow. With little in flight there is nothing to compare
 * with. Only lanes that are asked about are watched. Pure; confined to the poll thread.
 */
final class PeerPace {
    /** With so many attempts in flight in all, a lane is compared with the others. */
    static final long MUCH_IN_FLIGHT = 128;
    /** A mean lane in its place would have ended so many: fewer say little. */
    static final long ENOUGH = 12;

    /** A lane whose attempts take so many times as long as the others' doesn't keep pace. */
    private static final long SLOW_FACTOR = 4;

    private static final long FORGET_NANOS = 10_000_000_000L;

    private record Watch(long ended, long endedByAll, long sinceNanos, boolean keepsPace) {}

    private final Map<String, Watch> watches = new HashMap<>();
    private long sweptAtNanos;

    /**
     * Whether the lane is as fast as the others, or nothing can be said yet.
     *
     * @param endedByAll    attempts that all lanes have ended so far
     * @param inFlightOfAll attempts under way in all lanes
     */
    boolean isKept(String key, LaneView lane, long endedByAll, long inFlightOfAll, long nowNanos) {
        if (inFlightOfAll < MUCH_IN_FLIGHT) {
            return false;
        }
        Watch watch = watches.get(key);
        if (watch == null || nowNanos - watch.sinceNanos() > FORGET_NANOS) {
            sweep(nowNanos);
            watches.put(key, new Watch(lane.ended(), endedByAll, nowNanos, true));
            return true;
        }
        long mean = Math.max(1, lane.inFlight()) * (endedByAll - watch.endedByAll()) / inFlightOfAll;
        if (mean < ENOUGH) {
            return watch.keepsPace();
        }
        boolean keeps = (lane.ended() - watch.ended()) * SLOW_FACTOR >= mean;
        watches.put(key, new Watch(lane.ended(), endedByAll, nowNanos, keeps));
        return keeps;
    }

    private void sweep(long nowNanos) {
        if (nowNanos - sweptAtNanos > FORGET_NANOS) {
            sweptAtNanos = nowNanos;
            watches.values().removeIf(watch -> nowNanos - watch.sinceNanos() > FORGET_NANOS);
        }
    }
}
