package dev.fanfare.contract.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All topics of one installation.
 *
 * @param eventPartitions      partitions of the events topic: the most router tasks that can share the work
 * @param deliveryPartitions   partitions of deliveries and of every tier (a tier's record goes back to the partition
 *                             that it came from): the most dispatchers that can share the work
 * @param replicationFactor    copies of each partition; with 3 or more, {@code min.insync.replicas} is 2
 */
public record TopicLayout(int eventPartitions, int deliveryPartitions, short replicationFactor, List<Tier> tiers) {

    /** The largest record that any topic takes: an event of 1 MiB, its headers, and room for what we add. */
    public static final int MAX_RECORD_BYTES = 2 * 1024 * 1024;

    public TopicLayout {
        tiers = List.copyOf(tiers);
        if (tiers.isEmpty()) {
            throw new IllegalArgumentException("at least one retry tier is needed, such as 1m");
        }
    }

    /** What to create, in the order of section 4 of the design. */
    public List<TopicSpec> specs() {
        List<TopicSpec> specs = new ArrayList<>();
        specs.add(spec(Topics.EVENTS, eventPartitions, Map.of("message.timestamp.type", "LogAppendTime"), deleted(7)));
        specs.add(spec(Topics.SUBSCRIPTIONS, 1, Map.of(), compacted()));
        specs.add(spec(Topics.CATALOG, 1, Map.of(), compacted()));
        specs.add(spec(Topics.FANOUT, eventPartitions, Map.of(), deleted(7)));
        specs.add(spec(Topics.DELIVERIES, deliveryPartitions, Map.of(), deleted(3)));
        for (Tier tier : tiers) {
            specs.add(spec(
                    tier.topic(), deliveryPartitions, Map.of("message.timestamp.type", "LogAppendTime"), deleted(7)));
        }
        specs.add(spec(Topics.PARKED, deliveryPartitions, Map.of(), compactedAndDeleted(30)));
        specs.add(spec(Topics.DEAD_LETTERS, deliveryPartitions, Map.of(), compactedAndDeleted(30)));
        specs.add(spec(Topics.ATTEMPTS, deliveryPartitions, Map.of(), deleted(7)));
        specs.add(spec(Topics.SIGNALS, 1, Map.of(), compactedAndDeleted(7)));
        specs.add(spec(Topics.RUNS, 1, Map.of(), compacted()));
        specs.add(spec(Topics.AUDIT, 1, Map.of(), deleted(365)));
        // one for each task that reads events; no key comes twice, so that there is nothing to compact
        specs.add(spec(Topics.SEEN_CHANGELOG, eventPartitions, Map.of(), deleted(2)));
        return specs;
    }

    private TopicSpec spec(String name, int partitions, Map<String, String> own, Map<String, String> policy) {
        Map<String, String> configs = new HashMap<>(policy);
        configs.putAll(own);
        configs.put("max.message.bytes", Integer.toString(MAX_RECORD_BYTES));
        configs.put("min.insync.replicas", replicationFactor >= 3 ? "2" : "1");
        return new TopicSpec(name, partitions, replicationFactor, Map.copyOf(configs));
    }

    private static Map<String, String> deleted(int days) {
        return Map.of(
                "cleanup.policy",
                "delete",
                "retention.ms",
                Long.toString(Duration.ofDays(days).toMillis()));
    }

    private static Map<String, String> compacted() {
        return Map.of("cleanup.policy", "compact");
    }

    private static Map<String, String> compactedAndDeleted(int days) {
        return Map.of(
                "cleanup.policy",
                "compact,delete",
                "retention.ms",
                Long.toString(Duration.ofDays(days).toMillis()));
    }
}
