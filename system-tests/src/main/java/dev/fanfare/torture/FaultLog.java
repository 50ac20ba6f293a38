package dev.fanfare.torture;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
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
    public record Entry(FaultKind kind, String struck, long fromMillis, long toMillis) {
        private Timeline.Window window() {
            return new Timeline.Window(fromMillis, toMillis);
        }
    }

    /**
     * A role that was told to end.
     *
     * @param inOrder it ended by itself, in time, and said that all was well
     */
    public record Stop(String role, long fromMillis, long toMillis, boolean inOrder) {
        private Timeline.Window window() {
            return new Timeline.Window(fromMillis, toMillis);
        }
    }

    private final List<Entry> entries = new ArrayList<>(); // guarded by this
    private final List<Stop> stops = new ArrayList<>(); // guarded by this
    private final List<Rebalance> rebalances = new ArrayList<>(); // guarded by this

    synchronized void rebalanced(Rebalance seen) {
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

    synchronized void add(Stop stop) {
        stops.add(stop);
    }

    /** All that were told to end, but for those that end as part of a storm. */
    public synchronized List<Stop> stops() {
        return List.copyOf(stops);
    }

    synchronized Map<FaultKind, Long> counts() {
        Map<FaultKind, Long> counts = new EnumMap<>(FaultKind.class);
        entries.forEach(entry -> counts.merge(entry.kind(), 1L, Long::sum));
        return counts;
    }

    /** When an endpoint, or the way to it, was broken, and so an answer may have got lost. */
    synchronized List<Timeline.Window> endpointFaults(long marginMillis) {
        return entries.stream()
                .filter(entry -> entry.kind().losesAnswers())
                .map(entry -> new Timeline.Window(entry.fromMillis() - marginMillis, entry.toMillis() + marginMillis))
                .toList();
    }

    /**
     * When a role may have been kept from having on record what it sent or made: from what may have been uncommitted when a
     * fault began, or a rebalance was seen, until all have noticed that it is over. A role that ended in order is no reason,
     * and neither is the rebalance that it caused.
     */
    synchronized List<Timeline.Window> disturbances(long beforeMillis, long afterMillis) {
        return Stream.of(
                        entries.stream()
                                .filter(entry -> entry.kind().side() != FaultKind.Side.ENDPOINTS
                                        && !entry.kind().isPlanned())
                                .map(Entry::window),
                        stops.stream()
                                .filter(stop -> !stop.inOrder() || answersAreHeldBack(stop, beforeMillis))
                                .map(Stop::window),
                        disorderlyRebalances())
                .flatMap(windows -> windows)
                .map(window -> new Timeline.Window(window.fromMillis() - beforeMillis, window.toMillis() + afterMillis))
                .toList();
    }

    /** Whoever ends waits for answers no longer than it may. */
    private boolean answersAreHeldBack(Stop stop, long beforeMillis) {
        return entries.stream().filter(entry -> entry.kind().holdsAnswersBack()).anyMatch(entry -> entry.window()
                .meets(stop.fromMillis() - beforeMillis, stop.toMillis()));
    }

    private Stream<Timeline.Window> disorderlyRebalances() {
        List<Timeline.Window> disorderly = new ArrayList<>();
        Map<String, Boolean> orderly = new HashMap<>();
        for (Rebalance rebalance : rebalances) {
            boolean isOrderly =
                    switch (rebalance.change()) {
                        case MEMBERS ->
                            rebalance.gone().stream().allMatch(client -> endedInOrder(client, rebalance.seen()));
                        case BEGUN_ANEW -> false;
                        case PARTITIONS -> orderly.getOrDefault(rebalance.group(), false); // the same one goes on
                    };
            orderly.put(rebalance.group(), isOrderly);
            if (!isOrderly) {
                disorderly.add(rebalance.seen());
            }
        }
        return disorderly.stream();
    }

    private boolean endedInOrder(String client, Timeline.Window seen) {
        return stops.stream()
                .anyMatch(stop -> stop.inOrder()
                        // as a consumer, and as a thread of Kafka Streams
                        && (client.endsWith("-" + stop.role()) || client.contains("-" + stop.role() + "-"))
                        && seen.meets(stop.fromMillis(), stop.toMillis()));
    }
}
