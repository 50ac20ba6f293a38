package dev.fanfare.router.matching;

import java.util.ArrayList;
import java.util.List;

/**
 * What a subscription writes to say which event types it wants, and the key under which that stands in the index:
 *
 * <pre>
 * pattern     key         matches
 * order.paid  order.paid  order.paid
 * order.*     order.      order.paid, order.paid.eu; not order
 * *           (empty)     everything
 * </pre>
 *
 * An event type neither ends with a dot nor is empty, so a key of one kind is never taken for another. An event of
 * type {@code a.b.c} finds everything under four keys: {@code a.b.c}, {@code a.b.}, {@code a.} and the empty one.
 */
final class TypePattern {
    /** The key of {@code *}. */
    static final String EVERYTHING = "";

    private TypePattern() {}

    /**
     * The keys of a list of patterns, without those that another one of the list covers. Of what is left, no two match
     * the same event, so an event meets a subscription under one key at most.
     */
    static List<String> keys(List<String> patterns) {
        List<String> keys = new ArrayList<>(patterns.size());
        for (String pattern : patterns) {
            String key = key(pattern);
            if (keys.stream().noneMatch(kept -> covers(kept, key))) {
                keys.removeIf(kept -> covers(key, kept));
                keys.add(key);
            }
        }
        return List.copyOf(keys);
    }

    private static String key(String pattern) {
        boolean wild = pattern.equals("*") || pattern.endsWith(".*");
        // a few patterns are shared by very many subscriptions: one copy of each in memory
        return (wild ? pattern.substring(0, pattern.length() - 1) : pattern).intern();
    }

    /** Whether a key matches all that another key, or an event type, matches. */
    static boolean covers(String key, String other) {
        boolean wild = key.equals(EVERYTHING) || key.endsWith(".");
        return wild ? other.startsWith(key) : other.equals(key);
    }
}
