package dev.fanfare.benchmarks.run;

import dev.fanfare.runtime.kafka.LogEnds;
import java.time.Duration;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** How much was ever written to a topic, as far as offsets tell. */
public final class TopicEnd {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private TopicEnd() {}

    /** The sum of the ends of its first partitions. */
    public static long of(Admin admin, String topic, int partitions) {
        return LogEnds.of(
                        admin,
                        IntStream.range(0, partitions)
                                .mapToObj(partition -> new TopicPartition(topic, partition))
                                .toList(),
                        PATIENCE)
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}
