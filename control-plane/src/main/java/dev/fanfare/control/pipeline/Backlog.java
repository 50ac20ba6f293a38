package dev.fanfare.control.pipeline;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.topic.Groups;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.pipeline.Lookout.Found;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.LogEnds;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What waits on which topic, of all tenants together: where it ends, less how far its group has read; where that never
 * read anything, all that the topic keeps waits for it. The last few of a partition are counted one by one; more are counted in
 * offsets, so that markers of transactions are among them. Safe from any thread; nobody waits.
 */
public final class Backlog implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Where more offsets are left, the markers among them don't matter. */
    private static final int FEW = 100;

    /**
     * What waits in one place.
     *
     * @param where in words: "to be routed", "for 10m"
     */
    public record Part(String where, long count) {}

    private record Place(String where, String topic, String group) {}

    private final KafkaConnection kafka;
    private final String clientId;
    private final List<Place> places = new ArrayList<>();
    private final Lookout<List<Part>> parts;
    /** Used on the lookout's thread, closed when that has ended. */
    private volatile @Nullable Admin admin;

    /** Over a cluster; asks nothing before it is asked. */
    public Backlog(KafkaConnection kafka, TopicLayout layout, Clock clock, String clientId) {
        this.kafka = kafka;
        this.clientId = clientId;
        places.add(new Place("to be routed", Topics.EVENTS, Groups.ROUTERS));
        places.add(new Place("to be sent", Topics.DELIVERIES, Groups.DISPATCHERS));
        for (Tier tier : layout.tiers()) {
            places.add(new Place("for " + DurationText.format(tier.delay()), tier.topic(), Groups.RETRY));
        }
        this.parts = new Lookout<>("the backlog", this::count, clock, clientId);
    }

    /** What was counted last, on the way of a delivery; null where nothing was yet. Has it counted again. */
    public @Nullable Found<List<Part>> latest() {
        return parts.latest();
    }

    /** Counts now. Waits for Kafka; confined to one thread. */
    List<Part> count() {
        Admin open = admin;
        if (open == null) {
            open = kafka.admin(clientId);
            admin = open;
        }
        List<TopicPartition> partitions = new ArrayList<>();
        KafkaAnswer.await(
                        open.describeTopics(places.stream().map(Place::topic).toList())
                                .allTopicNames(),
                        PATIENCE,
                        "asking about our topics")
                .forEach((name, topic) ->
                        topic.partitions().forEach(info -> partitions.add(new TopicPartition(name, info.partition()))));
        Map<TopicPartition, Long> ends = LogEnds.of(open, partitions, PATIENCE);
        List<Map<TopicPartition, Long>> waiting = new ArrayList<>();
        Map<TopicPartition, Long> few = new HashMap<>();
        for (Place place : places) {
            Map<TopicPartition, OffsetAndMetadata> committed = KafkaAnswer.await(
                    open.listConsumerGroupOffsets(place.group()).partitionsToOffsetAndMetadata(),
                    PATIENCE,
                    "asking how far group " + place.group() + " is");
            List<TopicPartition> own = ends.keySet().stream()
                    .filter(partition -> partition.topic().equals(place.topic()))
                    .toList();
            Map<TopicPartition, Long> untouched = LogEnds.startsOf(
                    open,
                    own.stream()
                            .filter(partition -> committed.get(partition) == null)
                            .toList(),
                    PATIENCE);
            Map<TopicPartition, Long> here = new HashMap<>();
            for (TopicPartition partition : own) {
                OffsetAndMetadata read = committed.get(partition);
                long begin = read != null ? read.offset() : untouched.getOrDefault(partition, 0L);
                long left = ends.getOrDefault(partition, 0L) - begin;
                here.put(partition, Math.max(0, left));
                if (left > 0 && left <= FEW) {
                    few.put(partition, begin);
                }
            }
            waiting.add(here);
        }
        Map<TopicPartition, Long> exactly = exactly(few);
        List<Part> counted = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            long count = 0;
            for (Map.Entry<TopicPartition, Long> left : waiting.get(i).entrySet()) {
                count += exactly.getOrDefault(left.getKey(), left.getValue());
            }
            counted.add(new Part(places.get(i).where(), count));
        }
        return counted;
    }

    private Map<TopicPartition, Long> exactly(Map<TopicPartition, Long> few) {
        if (few.isEmpty()) {
            return few;
        }
        try (Tail tail = new Tail(kafka, clientId + "-tail")) {
            return tail.count(few);
        }
    }

    @Override
    public void close() {
        parts.close();
        Admin open = admin;
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }
}
