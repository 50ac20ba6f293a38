package dev.fanfare.runtime.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Where partitions end, behind what open transactions have written. A consumer of what is committed is told the start of
 * the first open transaction instead; what a predecessor committed behind that it would miss.
 */
public final class LogEnds {
    private LogEnds() {}

    /** The offset after the last record of each, committed or not. */
    public static Map<TopicPartition, Long> of(Admin admin, Collection<TopicPartition> partitions, Duration timeout) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        ListOffsetsResult answer = admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED));
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (TopicPartition partition : partitions) {
            ends.put(
                    partition,
                    KafkaAnswer.await(answer.partitionResult(partition), timeout, "asking for the end of " + partition)
                            .offset());
        }
        return ends;
    }
}
