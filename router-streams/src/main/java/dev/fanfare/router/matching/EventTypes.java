package dev.fanfare.router.matching;

import java.util.List;

/** Some event types, by the patterns that a subscription writes: {@code order.paid}, {@code order.*}, {@code *}. */
public final class EventTypes {
    private final List<String> keys;

    private EventTypes(List<String> keys) {
        this.keys = keys;
    }

    /** Those that any of the patterns matches. */
    public static EventTypes of(List<String> patterns) {
        return new EventTypes(TypePattern.keys(patterns));
    }

    /** Whether a type is one of them. */
    public boolean include(String eventType) {
        for (String key : keys) {
            if (TypePattern.covers(key, eventType)) {
                return true;
            }
        }
        return false;
    }
}
