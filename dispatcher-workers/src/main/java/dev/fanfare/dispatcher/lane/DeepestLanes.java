package dev.fanfare.dispatcher.lane;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Picks the lanes that hold most out of all, without sorting all. Confined to one thread. */
public final class DeepestLanes {
    private static final Comparator<Map.Entry<String, LaneView>> BY_DEPTH = Comparator.comparingInt(
            lane -> lane.getValue().queued() + lane.getValue().inFlight());

    private final int most;
    private final PriorityQueue<Map.Entry<String, LaneView>> deepest = new PriorityQueue<>(BY_DEPTH);

    /**
     * None yet.
     *
     * @param most how many to pick
     */
    public DeepestLanes(int most) {
        this.most = most;
    }

    /** Looks at one; an empty lane counts only where its breaker is open. */
    public void look(String key, LaneView view) {
        if (view.queued() + view.inFlight() > 0 || view.broken()) {
            deepest.add(Map.entry(key, view));
            if (deepest.size() > most) {
                deepest.poll();
            }
        }
    }

    /** Those picked, the deepest first. */
    public List<Map.Entry<String, LaneView>> picked() {
        List<Map.Entry<String, LaneView>> picked = new ArrayList<>(deepest);
        picked.sort(BY_DEPTH.reversed().thenComparing(Map.Entry.comparingByKey()));
        return picked;
    }
}
