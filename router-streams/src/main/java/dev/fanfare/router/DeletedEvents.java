package dev.fanfare.router;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events that were deleted before any router read them: routers were away, or behind, for longer than the topic keeps events.
 * Kafka Streams goes on with the first event that is left, and says nothing.
 */
final class DeletedEvents {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedEvents.class);

    private DeletedEvents() {}

    /**
     * Tells the log of those that are gone now; to be called before the group reads on.
     *
     * @param timeout for each of two questions
     * @throws org.apache.kafka.common.KafkaException where Kafka doesn't answer
     */
    static void tell(Admin admin, Duration timeout) {
        Map<TopicPartition, Long> next = KafkaAnswer.await(
                        admin.listConsumerGroupOffsets(RouterStreams.APPLICATION_ID)
                                .partitionsToOffsetAndMetadata(),
                        timeout,
                        "asking how far events are routed")
                .entrySet()
                .stream()
                .filter(known -> known.getKey().topic().equals(Topics.EVENTS) && known.getValue() != null)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, known -> known.getValue().offset()));
        Map<TopicPartition, ListOffsetsResultInfo> first = KafkaAnswer.await(
                admin.listOffsets(next.keySet().stream()
                                .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.earliest())))
                        .all(),
                timeout,
                "asking for the first events that are left");
        next.forEach((partition, routed) -> {
            ListOffsetsResultInfo left = first.get(partition);
            // one may be the marker that ends a transaction
            if (left != null && left.offset() - routed > 1) {
                LOG.error(
                        "events were deleted before they were routed, by the topic's retention or by somebody: raise its"
                                + " retention.ms, and have their producers send them again partition={} from={}"
                                + " before={}",
                        partition,
                        routed,
                        left.offset());
            }
        });
    }
}
