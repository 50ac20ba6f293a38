package dev.fanfare.contract.topic;

import dev.fanfare.contract.DurationText;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A topic in which a delivery waits a fixed delay.
 *
 * @param delay at least 100 ms, at most 24 h
 */
public record Tier(Duration delay) {
    /** The default tiers: one minute, ten minutes, one hour. */
    public static final List<Tier> DEFAULTS =
            List.of(new Tier(Duration.ofMinutes(1)), new Tier(Duration.ofMinutes(10)), new Tier(Duration.ofHours(1)));

    private static final String TOPIC_PREFIX = "fanfare.retry.";

    public Tier {
        if (delay.compareTo(Duration.ofMillis(100)) < 0 || delay.compareTo(Duration.ofHours(24)) > 0) {
            throw new IllegalArgumentException(
                    "a retry tier of " + DurationText.format(delay) + " is out of range: 100ms to 24h (1d)");
        }
    }

    /** The topic's name, such as {@code fanfare.retry.10m}. */
    public String topic() {
        return TOPIC_PREFIX + DurationText.format(delay);
    }

    /** The tier whose topic has this name; empty where it is another kind of topic. */
    public static Optional<Tier> ofTopic(String topic) {
        if (!topic.startsWith(TOPIC_PREFIX)) {
            return Optional.empty();
        }
        try {
            Tier tier = new Tier(DurationText.parse(topic.substring(TOPIC_PREFIX.length())));
            return tier.topic().equals(topic) ? Optional.of(tier) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads a list such as {@code 1m,10m,1h}, in ascending order.
     *
     * @throws IllegalArgumentException where it is empty, unreadable or names a delay twice
     */
    public static List<Tier> parseList(String text) {
        List<Tier> tiers = List.of(text.split(",", -1)).stream()
                .map(part -> new Tier(DurationText.parse(part)))
                .sorted(Comparator.comparing(Tier::delay))
                .toList();
        if (tiers.stream().distinct().count() != tiers.size()) {
            throw new IllegalArgumentException("retry tiers '" + text + "' name a delay twice");
        }
        return tiers;
    }
}
