package dev.fanfare.cli.top;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.DispatcherRole;
import dev.fanfare.router.RouterRole;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.LogEnds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What Kafka itself knows, also where no process answers: where topics end, and how far the groups are. One thread. */
final class TopicTotals implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Map<String, String> GROUPS =
            Map.of(Topics.EVENTS, RouterRole.GROUP, Topics.DELIVERIES, DispatcherRole.GROUP);

    private final Admin admin;
    private List<TopicPartition> partitions = List.of();

    TopicTotals(KafkaConnection kafka) {
        this.admin = kafka.admin("fanfare-top");
    }

    /** Where topics end. */
    record Totals(Map<String, Long> ends, Map<String, Long> lags) {}

    Totals read() {
        if (partitions.isEmpty()) {
            partitions = partitions();
        }
        Map<TopicPartition, Long> ends = LogEnds.of(admin, partitions, PATIENCE);
        Map<String, Long> totals = new HashMap<>();
        ends.forEach((partition, end) -> totals.merge(partition.topic(), end, Long::sum));
        Map<String, Long> lags = new HashMap<>();
        GROUPS.forEach((topic, group) -> {
            Map<TopicPartition, OffsetAndMetadata> committed = KafkaAnswer.await(
                    admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                    PATIENCE,
                    "asking how far group " + group + " is");
            committed.forEach((partition, offset) -> {
                if (offset != null && partition.topic().equals(topic)) {
                    long lag = Objects.requireNonNullElse(ends.get(partition), 0L) - offset.offset();
                    lags.merge(topic, Math.max(0, lag), Long::sum);
                }
            });
        });
        return new Totals(totals, lags);
    }

    private List<TopicPartition> partitions() {
        List<TopicPartition> all = new ArrayList<>();
        KafkaAnswer.await(admin.describeTopics(GROUPS.keySet()).allTopicNames(), PATIENCE, "asking about our topics")
                .forEach((name, topic) ->
                        topic.partitions().forEach(info -> all.add(new TopicPartition(name, info.partition()))));
        return all;
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
