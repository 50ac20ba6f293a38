package dev.fanfare.torture;

import dev.fanfare.contract.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.KafkaFuture;

/** More partitions for events, which may be had while everything runs. Thread-safe. */
final class Growth {
    /** Those that have as many as the events, in the order in which {@code docs/operating/upgrading.md} names them. */
    static final List<String> TOPICS = List.of(Topics.EVENTS, Topics.FANOUT, Topics.SEEN_CHANGELOG);

    static final String SETTING = "topics.event-partitions";

    private static final int STEP = 2;
    private static final int MOST = 16;
    /** All brokers may be down for a minute. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Map<String, Object> clientConfig;

    Growth(Map<String, Object> clientConfig) {
        this.clientConfig = Map.copyOf(clientConfig);
    }

    /** How many there should be next; as many as there are where there are enough for a run. */
    int next() {
        try (Admin admin = Admin.create(clientConfig)) {
            int[] next = new int[1];
            Waiting.until("the number of partitions", PATIENCE, () -> {
                next[0] = Math.min(MOST, partitions(admin, Topics.EVENTS) + STEP);
                return true;
            });
            return next[0];
        }
    }

    /**
     * As {@code kafka-topics.sh --alter}, again and again until it has worked.
     *
     * @throws IllegalStateException where it never does
     */
    void grow(String topic, int partitions) {
        try (Admin admin = Admin.create(clientConfig)) {
            Waiting.until(partitions + " partitions of " + topic, PATIENCE, () -> {
                // whether a request that got no answer was heard, is seen here
                if (partitions(admin, topic) < partitions) {
                    get(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                            .all());
                }
                return true;
            });
        }
    }

    private static int partitions(Admin admin, String topic) throws Exception {
        return Objects.requireNonNull(get(admin.describeTopics(List.of(topic)).allTopicNames())
                        .get(topic))
                .partitions()
                .size();
    }

    private static <T> T get(KafkaFuture<T> answer) throws Exception {
        return answer.get();
    }
}
