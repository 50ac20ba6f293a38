package dev.fanfare.retry.relay;

import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tier topics of the cluster: which there are, and whether they can keep what is promised. */
public final class TierTopics {
    private static final Logger LOG = LoggerFactory.getLogger(TierTopics.class);

    private TierTopics() {}

    /**
     * Every tier that has a topic, by topic: those that are configured, and those that once were and may still hold
     * deliveries.
     *
     * @throws IllegalStateException where one of them can't do a tier's work: all faults, each with the way out
     */
    public static Map<String, Tier> check(Admin admin, List<Tier> configured, Duration timeout) {
        Set<String> existing = KafkaAnswer.await(admin.listTopics().names(), timeout, "listing the topics");
        Map<String, Tier> tiers = new TreeMap<>();
        configured.forEach(tier -> tiers.put(tier.topic(), tier));
        existing.forEach(topic -> Tier.ofTopic(topic).ifPresent(tier -> tiers.putIfAbsent(topic, tier)));

        Set<String> needed = new TreeSet<>(tiers.keySet());
        needed.addAll(Set.of(Topics.DELIVERIES, Topics.DEAD_LETTERS, Topics.PARKED, Topics.SUBSCRIPTIONS));
        Set<String> missing = new TreeSet<>(needed);
        missing.removeAll(existing);
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "these topics don't exist: " + String.join(", ", missing) + ": run 'fanfare topics create'");
        }
        List<String> faults = new ArrayList<>();
        checkPartitions(admin, tiers.keySet(), timeout, faults);
        checkSettings(admin, tiers, timeout, faults);
        if (!faults.isEmpty()) {
            throw new IllegalStateException(String.join("; ", faults));
        }
        Set<String> retired = new TreeSet<>(tiers.keySet());
        configured.forEach(tier -> retired.remove(tier.topic()));
        if (!retired.isEmpty()) {
            LOG.info(
                    "tiers that are no longer configured are still emptied topics={} (delete a topic once it is empty)",
                    retired);
        }
        return Map.copyOf(tiers);
    }

    private static void checkPartitions(Admin admin, Set<String> tiers, Duration timeout, List<String> faults) {
        Set<String> topics = new HashSet<>(tiers);
        topics.add(Topics.DELIVERIES);
        Map<String, TopicDescription> described = KafkaAnswer.await(
                admin.describeTopics(topics).allTopicNames(), timeout, "asking about the retry tiers");
        Map<String, Integer> partitions = new TreeMap<>();
        described.forEach(
                (name, topic) -> partitions.put(name, topic.partitions().size()));
        int wanted = partitions.getOrDefault(Topics.DELIVERIES, 0);
        partitions.forEach((topic, count) -> {
            if (count != wanted) {
                faults.add("topic " + topic + " has " + count + " partitions where " + Topics.DELIVERIES + " has "
                        + wanted + ", and a delivery keeps its partition: give both the same number");
            }
        });
    }

    private static void checkSettings(Admin admin, Map<String, Tier> tiers, Duration timeout, List<String> faults) {
        Collection<ConfigResource> resources = tiers.keySet().stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .collect(Collectors.toSet());
        KafkaAnswer.await(admin.describeConfigs(resources).all(), timeout, "asking for the retry tiers' settings")
                .forEach((resource, config) -> {
                    Tier tier = tiers.get(resource.name());
                    if (tier == null) {
                        return;
                    }
                    String clock = value(config, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);
                    if (!clock.equals("LogAppendTime")) {
                        faults.add("topic " + resource.name() + " has " + TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG
                                + "=" + clock + ", so nobody knows when a delivery began to wait: set it to"
                                + " LogAppendTime");
                    }
                    long retentionMillis = Long.parseLong(value(config, TopicConfig.RETENTION_MS_CONFIG));
                    if (retentionMillis >= 0 && retentionMillis <= tier.delay().toMillis()) {
                        faults.add("topic " + resource.name() + " keeps records for " + retentionMillis
                                + " ms, not longer than they wait there: raise " + TopicConfig.RETENTION_MS_CONFIG);
                    }
                });
    }

    private static String value(Config config, String key) {
        ConfigEntry entry = config.get(key);
        return entry == null || entry.value() == null ? "-1" : entry.value();
    }
}
