package dev.fanfare.contract.topic;

import java.util.Map;

/**
 * A topic as it should be.
 *
 * @param configs topic-level settings by their Kafka names
 */
public record TopicSpec(String name, int partitions, short replicationFactor, Map<String, String> configs) {}
