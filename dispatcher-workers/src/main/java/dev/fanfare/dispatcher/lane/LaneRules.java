package dev.fanfare.dispatcher.lane;

/**
 * What a subscription says about its lane; may change from one delivery to the next.
 *
 * @param maxInFlight 1 or more
 * @param perSecond   how many may start in a second, on average; 0 where there is no limit
 */
public record LaneRules(int maxInFlight, double perSecond) {
    public LaneRules {
        if (maxInFlight < 1 || !(perSecond >= 0)) {
            throw new IllegalArgumentException(
                    "maxInFlight=" + maxInFlight + " must be 1 or more, perSecond=" + perSecond + " 0 or more");
        }
    }

    /** A cap and no rate. */
    public static LaneRules atMost(int maxInFlight) {
        return new LaneRules(maxInFlight, 0);
    }
}
