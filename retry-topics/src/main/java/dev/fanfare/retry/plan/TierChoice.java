package dev.fanfare.retry.plan;

import dev.fanfare.contract.topic.Tier;
import java.time.Duration;
import java.util.List;

/**
 * Which tier a delivery enters next: the largest whose delay is at most what remains and two seconds; where none is
 * that small, the smallest. So three tiers represent any delay:
 *
 * <pre>
 * 5 h, tiers 1m 10m 1h      1h 1h 1h 1h 1h
 * 90 min                    1h 10m 10m 10m
 * 59 s                      1m
 * </pre>
 */
public final class TierChoice {
    /** How much longer than what remains a tier may be and still be preferred to several smaller ones. */
    public static final Duration SLACK = Duration.ofSeconds(2);

    private TierChoice() {}

    /**
     * Chooses.
     *
     * @param ascending all tiers, at least one, shortest first
     * @param remaining what is left to wait
     */
    public static Tier of(List<Tier> ascending, Duration remaining) {
        Duration longest = remaining.plus(SLACK);
        Tier choice = ascending.get(0);
        for (Tier tier : ascending) {
            if (tier.delay().compareTo(longest) > 0) {
                break;
            }
            choice = tier;
        }
        return choice;
    }
}
