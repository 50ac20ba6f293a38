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
        return ask(admin, partitions, OffsetSpec.latest(), "end", timeout);
    }

    /** The offset of the first record that each still keeps, or its end: where whoever never read it begins. */
    public static Map<TopicPartition, Long> startsOf(
            Admin admin, Collection<TopicPartition> partitions, Duration timeout) {
        return ask(admin, partitions, OffsetSpec.earliest(), "start", timeout);
    }

    private static Map<TopicPartition, Long> ask(
            Admin admin, Collection<TopicPartition> partitions, OffsetSpec where, String name, Duration timeout) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, where));
        ListOffsetsResult answer = admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            String what = "asking for the " + name + " of " + partition;
            offsets.put(
                    partition,
                    KafkaAnswer.await(answer.partitionResult(partition), timeout, what)
                            .offset());
        }
        return offsets;
    }
}
