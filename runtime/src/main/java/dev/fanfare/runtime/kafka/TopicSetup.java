package dev.fanfare.runtime.kafka;

import dev.fanfare.contract.topic.TopicSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates what is missing, waits until it can be used, and says what differs from how it should be. */
public final class TopicSetup {
    private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);

    private final Admin admin;
    private final Duration timeout;

    /**
     * With a client that stays the caller's.
     *
     * @param timeout for each method as a whole
     */
    public TopicSetup(Admin admin, Duration timeout) {
        this.admin = admin;
        this.timeout = timeout;
    }

    /**
     * Creates the topics that don't exist, and returns when every partition of all of them has a leader that answers.
     *
     * @return the names of those that were created
     */
    public Set<String> create(List<TopicSpec> specs) {
        Set<String> created = new TreeSet<>();
        List<NewTopic> missing = specs.stream()
                .map(spec ->
                        new NewTopic(spec.name(), spec.partitions(), spec.replicationFactor()).configs(spec.configs()))
                .toList();
        admin.createTopics(missing).values().forEach((name, future) -> {
            try {
                KafkaAnswer.await(future, timeout, "creating topic " + name);
                created.add(name);
            } catch (TopicExistsException e) {
                LOG.debug("topic is there topic={}", name);
            } catch (InvalidReplicationFactorException e) {
                throw new IllegalStateException(
                        "topic " + name + " can't be made: " + e.getMessage()
                                + " Set topics.replication-factor to the number of brokers or less.",
                        e);
            }
        });
        awaitUsable(specs, created);
        return created;
    }

    /**
     * What differs from the specs, one sentence each with the way to mend it; empty where all is as it should be. Looked
     * at is what Fanfare relies on: partitions, who stamps the time, compaction, the largest record. Retention and such
     * may be changed by the platform team.
     */
    public List<String> drift(List<TopicSpec> specs) {
        List<String> sentences = new ArrayList<>();
        Map<String, TopicDescription> found =
                describe(specs.stream().map(TopicSpec::name).toList());
        Map<String, Config> configs = configs(found.keySet());
        for (TopicSpec spec : specs) {
            TopicDescription description = found.get(spec.name());
            if (description == null) {
                sentences.add("topic " + spec.name() + " does not exist: run 'fanfare topics create'");
            } else {
                int partitions = description.partitions().size();
                if (partitions != spec.partitions()) {
                    sentences.add(TopicDrift.partitions(spec, partitions));
                }
                Config config = configs.get(spec.name());
                if (config != null) {
                    sentences.addAll(TopicDrift.settings(spec, config));
                }
            }
        }
        return sentences;
    }

    private Map<String, Config> configs(Set<String> names) {
        Map<String, Config> configs = new HashMap<>();
        admin.describeConfigs(names.stream()
                        .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                        .toList())
                .values()
                .forEach((resource, future) -> {
                    try {
                        configs.put(
                                resource.name(),
                                KafkaAnswer.await(
                                        future, timeout, "asking for the settings of topic " + resource.name()));
                    } catch (AuthorizationException e) {
                        LOG.debug("settings of a topic may not be seen topic={}", resource.name(), e);
                    }
                });
        return configs;
    }

    /**
     * Checks that topics exist.
     *
     * @throws IllegalStateException naming those that don't, and the way out
     */
    public void require(Collection<String> topics) {
        Set<String> missing = missing(topics);
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "these topics don't exist: " + String.join(", ", missing) + ": run 'fanfare topics create'");
        }
    }

    /** Those of some topics that don't exist, sorted. */
    public Set<String> missing(Collection<String> topics) {
        Set<String> missing = new TreeSet<>(topics);
        missing.removeAll(describe(topics).keySet());
        return missing;
    }

    private Map<String, TopicDescription> describe(Collection<String> names) {
        Map<String, TopicDescription> found = new HashMap<>();
        admin.describeTopics(names).topicNameValues().forEach((name, future) -> {
            try {
                found.put(name, KafkaAnswer.await(future, timeout, "asking about topic " + name));
            } catch (UnknownTopicOrPartitionException e) {
                LOG.debug("topic is missing topic={}", name);
            }
        });
        return found;
    }

    /**
     * A topic that was just created may not be known to every broker yet, and a producer that meets it then can hang
     * until its delivery time-out (KAFKA-15591). So ask every partition for its end before anyone produces.
     */
    private void awaitUsable(List<TopicSpec> specs, Set<String> created) {
        Map<String, TopicDescription> found =
                describe(specs.stream().map(TopicSpec::name).toList());
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (TopicSpec spec : specs) {
            TopicDescription description = found.get(spec.name());
            // one that was there before may have fewer partitions than we would give it: that is drift's business
            int partitions = created.contains(spec.name()) || description == null
                    ? spec.partitions()
                    : description.partitions().size();
            IntStream.range(0, partitions)
                    .forEach(p -> ends.put(new TopicPartition(spec.name(), p), OffsetSpec.latest()));
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                KafkaAnswer.await(admin.listOffsets(ends).all(), timeout, "waiting for the topics");
                return;
            } catch (RetriableException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }
}
