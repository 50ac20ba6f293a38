package dev.fanfare.torture;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was broken when. Thread-safe. */
public final class FaultLog {
    /**
     * One fault.
     *
     * @param struck whom or what, in words
     */
    public record Entry(FaultKind kind, String struck, long fromMillis, long toMillis) {}

    private final List<Entry> entries = new ArrayList<>(); // guarded by this

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
     * When a dispatcher may have been kept from having on record what it sent: from what may have been uncommitted when it
     * began until all have noticed that it is over.
     */
    synchronized List<Timeline.Window> disturbances(long beforeMillis, long afterMillis) {
        return entries.stream()
                .filter(entry -> entry.kind().side() != FaultKind.Side.ENDPOINTS)
                .map(entry -> new Timeline.Window(entry.fromMillis() - beforeMillis, entry.toMillis() + afterMillis))
                .toList();
    }
}
