package dev.fanfare.torture;

import dev.fanfare.testkit.conservation.Excuses;
import java.util.List;

/**
 * What was broken when, as far as it lets a delivery come again.
 *
 * @param disturbances of roles, brokers and their groups, as far as they reach
 * @param endpoints    faults of endpoints, and of the way to them
 */
record SeenFaults(List<Timeline.Window> disturbances, List<Timeline.Window> endpoints) implements Excuses {
    @Override
    public boolean forNoRecord(long fromMillis, long toMillis) {
        return disturbances.stream().anyMatch(window -> window.meets(fromMillis, toMillis));
    }

    @Override
    public boolean forNoAnswer(long atMillis) {
        return forNoRecord(atMillis, atMillis) || endpoints.stream().anyMatch(window -> window.holds(atMillis));
    }
}
