package dev.fanfare.torture;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What was broken when. Thread-safe. */
public final class FaultLog {
    /**
     * One fault.
     *
     * @param struck whom or what, in words
     */
    public record Entry(FaultKind kind, String struck, long fromMillis, long toMillis) {}

    private final List<Entry> entries = new ArrayList<>(); // guarded by this

    private final List<Timeline.Window> rebalances = new ArrayList<>(); // guarded by this

    /** The dispatchers' partitions changed hands between two looks. */
    synchronized void rebalanced(Timeline.Window seen) {
        rebalances.add(seen);
    }

    synchronized int rebalances() {
        return rebalances.size();
    }

    synchronized void add(Entry entry) {
        entries.add(entry);
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    synchronized Map<FaultKind, Long> counts() {
        Map<FaultKind, Long> counts = new EnumMap<>(FaultKind.class);
        entries.forEach(entry -> counts.merge(entry.kind(), 1L, Long::sum));
        return counts;
    }

    /**
     * When a dispatcher may have been kept from having on record what it sent: from what may have been uncommitted when a
     * fault began, or a rebalance was seen, until all have noticed that it is over.
     */
    synchronized List<Timeline.Window> disturbances(long beforeMillis, long afterMillis) {
        return Stream.concat(
                        entries.stream()
                                .filter(entry -> entry.kind().side() != FaultKind.Side.ENDPOINTS)
                                .map(entry -> new Timeline.Window(entry.fromMillis(), entry.toMillis())),
                        rebalances.stream())
                .map(window -> new Timeline.Window(window.fromMillis() - beforeMillis, window.toMillis() + afterMillis))
                .toList();
    }
}
