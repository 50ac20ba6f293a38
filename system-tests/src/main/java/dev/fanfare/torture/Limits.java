package dev.fanfare.torture;

import dev.fanfare.contract.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** What a topic takes at most, which somebody sets to next to nothing, and back again. */
record Limits(Map<String, Object> clientConfig) {
    /** Less than any record of ours, and more than a marker of a transaction. */
    private static final String NEXT_TO_NOTHING = "150";

    /** All brokers may be down for a minute. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    Limits {
        clientConfig = Map.copyOf(clientConfig);
    }

    private static List<String> topics() {
        return Stream.concat(
                        Stream.of(Topics.DELIVERIES, Topics.ATTEMPTS, Topics.PARKED, Topics.DEAD_LETTERS),
                        TortureRun.tierTopics().stream())
                .toList();
    }

    /** One topic takes next to nothing for a time; says which. */
    String narrowFor(Duration duration, Random random) {
        ConfigResource topic =
                new ConfigResource(ConfigResource.Type.TOPIC, topics().get(random.nextInt(topics().size())));
        try (Admin admin = Admin.create(clientConfig)) {
            String before = limit(admin, topic);
            try {
                set(admin, topic, NEXT_TO_NOTHING);
                Waiting.rest(duration);
            } finally {
                set(admin, topic, before);
            }
            return topic.name();
        }
    }

    private static String limit(Admin admin, ConfigResource topic) {
        String[] found = new String[1];
        Waiting.until("the limit of " + topic.name(), PATIENCE, () -> {
            found[0] = Objects.requireNonNull(
                            admin.describeConfigs(List.of(topic)).all().get().get(topic))
                    .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                    .value();
            return true;
        });
        return found[0];
    }

    private static void set(Admin admin, ConfigResource topic, String bytes) {
        AlterConfigOp limit = new AlterConfigOp(
                new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, bytes), AlterConfigOp.OpType.SET);
        Waiting.until(topic.name() + " to take " + bytes + " bytes", PATIENCE, () -> {
            admin.incrementalAlterConfigs(Map.of(topic, List.of(limit))).all().get();
            return true;
        });
    }
}
