package dev.fanfare.retry.dead;

import dev.fanfare.contract.run.Run;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a replay or discard has come to.
 *
 * @param moved   replayed, or discarded
 * @param changed were no longer the latest of their id when their turn came: they were left alone
 * @param events  of those moved, how many went back to the events, which are routed anew
 */
public record Outcome(long moved, long changed, long events) {
    /** Names in {@link Run#counts()}. */
    public static final String MEANT = "meant";

    public static final String MOVED = "moved";
    public static final String CHANGED = "changed";
    public static final String EVENTS = "events";

    /** As a run has written it down. */
    public static Outcome of(Run run) {
        return new Outcome(run.count(MOVED), run.count(CHANGED), run.count(EVENTS));
    }

    /** As a run writes it down, beside what it has counted before. */
    public Map<String, Long> counts(Run run) {
        Map<String, Long> counts = new TreeMap<>(run.counts());
        counts.put(MOVED, moved);
        counts.put(CHANGED, changed);
        counts.put(EVENTS, events);
        return counts;
    }

    Outcome plus(long moreMoved, long moreChanged, long moreEvents) {
        return new Outcome(moved + moreMoved, changed + moreChanged, events + moreEvents);
    }
}
