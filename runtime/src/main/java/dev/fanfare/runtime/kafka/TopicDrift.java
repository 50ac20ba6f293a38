package dev.fanfare.runtime.kafka;

import dev.fanfare.contract.topic.TopicSpec;
import dev.fanfare.contract.topic.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.jspecify.annotations.Nullable;

/** What is wrong with a topic, in words, with the command or the setting that mends it. Pure. */
final class TopicDrift {
    private static final String TIMESTAMP_TYPE = "message.timestamp.type";
    private static final String CLEANUP = "cleanup.policy";
    private static final String MAX_BYTES = "max.message.bytes";

    private TopicDrift() {}

    static String partitions(TopicSpec spec, int found) {
        String sentence = "topic " + spec.name() + " has " + found + " partitions where the settings say "
                + spec.partitions() + ": ";
        if (spec.name().equals(Topics.EVENTS)) {
            return sentence
                    + (found < spec.partitions()
                            ? grow(spec)
                            : "partitions can't be taken away, so set topics.event-partitions: " + found);
        }
        if (spec.partitions() == 1) {
            return sentence + "it needs one, for a total order; make it anew while nothing runs";
        }
        return sentence
                + (found < spec.partitions()
                        ? grow(spec) + " (deliveries and tiers together, while no delivery is under way:"
                                + " a subscription's partition changes)"
                        : "partitions can't be taken away, so set topics.delivery-partitions: " + found);
    }

    private static String grow(TopicSpec spec) {
        return "kafka-topics.sh --bootstrap-server … --alter --topic " + spec.name() + " --partitions "
                + spec.partitions();
    }

    static List<String> settings(TopicSpec spec, Config config) {
        List<String> sentences = new ArrayList<>();
        String stamps = spec.configs().get(TIMESTAMP_TYPE);
        if (stamps != null && !stamps.equals(value(config, TIMESTAMP_TYPE))) {
            sentences.add(
                    sentence(spec, TIMESTAMP_TYPE, value(config, TIMESTAMP_TYPE), stamps, "waiting is measured by it"));
        }
        String policy = spec.configs().get(CLEANUP);
        String foundPolicy = value(config, CLEANUP);
        if (policy != null && foundPolicy != null && !words(policy).equals(words(foundPolicy))) {
            sentences.add(sentence(
                    spec,
                    CLEANUP,
                    foundPolicy,
                    "[" + policy + "]",
                    policy.contains("compact")
                            ? "tombstones end what was replayed"
                            : "it would fill the disk, or lose what lies there"));
        }
        String bytes = spec.configs().get(MAX_BYTES);
        String foundBytes = value(config, MAX_BYTES);
        if (bytes != null && foundBytes != null && Long.parseLong(foundBytes) < Long.parseLong(bytes)) {
            sentences.add(sentence(spec, MAX_BYTES, foundBytes, bytes, "large events would be refused midway"));
        }
        return sentences;
    }

    private static String sentence(TopicSpec spec, String key, @Nullable String found, String wanted, String why) {
        return "topic " + spec.name() + " has " + key + "=" + found + ", and " + why
                + ": kafka-configs.sh --bootstrap-server … --alter --entity-type topics --entity-name " + spec.name()
                + " --add-config " + key + "=" + wanted;
    }

    private static @Nullable String value(Config config, String key) {
        ConfigEntry entry = config.get(key);
        return entry == null ? null : entry.value();
    }

    private static Set<String> words(String list) {
        return new TreeSet<>(Arrays.asList(list.replace(" ", "").split(",")));
    }
}
