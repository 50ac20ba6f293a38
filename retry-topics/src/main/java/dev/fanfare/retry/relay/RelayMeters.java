package dev.fanfare.retry.relay;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.topic.Tier;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** What the relay counts; the tag {@code tier} is a delay such as {@code 10m}. Names and tags are public API. */
final class RelayMeters {
    /** How long after a delivery was due it went back to the deliveries. */
    static final String LATENESS = "fanfare.retry.lateness";

    static final String RELAYED = "fanfare.retry.relayed";
    static final String HOPPED = "fanfare.retry.hopped";
    static final String UNDECODABLE = "fanfare.retry.undecodable";

    private record OfTier(Timer lateness, Counter relayed, Counter hopped, Counter undecodable) {}

    private final Map<String, OfTier> byTopic = new HashMap<>();

    RelayMeters(MeterRegistry registry, Collection<Tier> tiers) {
        for (Tier tier : tiers) {
            String name = DurationText.format(tier.delay());
            byTopic.put(
                    tier.topic(),
                    new OfTier(
                            Timer.builder(LATENESS)
                                    .description("How long after it was due a delivery left its last tier")
                                    .tag("tier", name)
                                    .serviceLevelObjectives(
                                            Duration.ofMillis(100),
                                            Duration.ofMillis(500),
                                            Duration.ofSeconds(1),
                                            Duration.ofSeconds(2),
                                            Duration.ofSeconds(5),
                                            Duration.ofSeconds(10),
                                            Duration.ofMinutes(1),
                                            Duration.ofMinutes(10))
                                    .register(registry),
                            counter(registry, RELAYED, "Deliveries that went back when they were due", name),
                            counter(registry, HOPPED, "Deliveries that went on to another tier", name),
                            counter(registry, UNDECODABLE, "Records that became dead letters", name)));
        }
    }

    /** One record left a tier, and that is committed. */
    void left(String tierTopic, Onward onward, long latenessMillis) {
        OfTier meters = byTopic.get(tierTopic);
        if (meters == null) {
            return;
        }
        if (onward instanceof Onward.Due) {
            meters.relayed().increment();
            meters.lateness().record(Duration.ofMillis(Math.max(0, latenessMillis)));
        } else if (onward instanceof Onward.Hop) {
            meters.hopped().increment();
        } else {
            meters.undecodable().increment();
        }
    }

    private static Counter counter(MeterRegistry registry, String name, String description, String tier) {
        return Counter.builder(name).description(description).tag("tier", tier).register(registry);
    }
}
