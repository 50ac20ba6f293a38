package dev.fanfare.testkit.conservation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Counts all broken promises and keeps the first of each kind. Confined to one thread. */
final class Findings {
    private static final int KEPT = 20;

    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);
    private final List<Finding> kept = new ArrayList<>();
    /** Deliveries whose story has to be looked up. */
    private final Map<Long, Fault> suspects = new HashMap<>();

    void add(Fault fault, Supplier<String> words) {
        if (counts.merge(fault, 1L, Long::sum) <= KEPT) {
            kept.add(new Finding(fault, words.get()));
        }
    }

    /** One of which nothing is known but its hash. */
    void suspect(Fault fault, long hash) {
        if (counts.merge(fault, 1L, Long::sum) <= KEPT) {
            suspects.put(hash, fault);
        }
    }

    void told(Fault fault, String words) {
        kept.add(new Finding(fault, words));
    }

    Map<Long, Fault> suspects() {
        return suspects;
    }

    Map<Fault, Long> counts() {
        return counts;
    }

    List<Finding> kept() {
        return kept;
    }
}
