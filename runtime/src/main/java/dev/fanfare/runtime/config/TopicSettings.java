package dev.fanfare.runtime.config;

import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;

/** How the topics are laid out; every role must be told the same tiers. */
@ConfigMapping(prefix = "topics")
public interface TopicSettings {
    /** Partitions of the events topic. */
    @WithDefault("6")
    int eventPartitions();

    /** Partitions of deliveries and tiers. */
    @WithDefault("6")
    int deliveryPartitions();

    /** Copies of each partition. */
    @WithDefault("3")
    short replicationFactor();

    /** The delays of the tiers. */
    @WithDefault("1m,10m,1h")
    String retryTiers();

    /** The layout that these settings describe. */
    static TopicLayout layout(TopicSettings settings) {
        try {
            return new TopicLayout(
                    settings.eventPartitions(),
                    settings.deliveryPartitions(),
                    settings.replicationFactor(),
                    Tier.parseList(settings.retryTiers()));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettings(List.of("topics.retry-tiers: " + e.getMessage()));
        }
    }
}
