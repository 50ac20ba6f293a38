package dev.fanfare.dispatcher.intake;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a group has committed at the moment of the question: where the ledgers of its partitions go on. Kafka's consumer
 * (4.3) alone may say something else. A question joins one that is under way for an equal set, and gets its answer:
 * perhaps that of a question which we had given up waiting for, or which was asked of a coordinator that is none any more.
 * And an open question is known by the caller's own set: whoever changes that gets the answer for other partitions.
 *
 * <p>So the set is copied, and the second of two answers counts: once the first is here, no earlier question for an equal
 * set is open.
 */
public final class CommittedOffsets {
    private CommittedOffsets() {}

    /**
     * Asks Kafka, and waits; on the poll thread, as all that concerns the consumer.
     *
     * @param timeout for each of two questions
     * @return one entry for each of the partitions; null where nothing was ever committed
     * @throws KafkaException where Kafka doesn't say it of all; it may be asked again
     */
    public static Map<TopicPartition, @Nullable OffsetAndMetadata> read(
            Consumer<?, ?> consumer, Collection<TopicPartition> partitions, Duration timeout) {
        Set<TopicPartition> asked = Set.copyOf(partitions);
        if (asked.isEmpty()) {
            return Map.of();
        }
        var unused = consumer.committed(asked, timeout);
        Map<TopicPartition, @Nullable OffsetAndMetadata> found = new HashMap<>(consumer.committed(asked, timeout));
        if (!found.keySet().containsAll(asked)) {
            // Taken for "nothing committed", a whole partition would be sent again from its first delivery on.
            throw new TimeoutException("asked for what was committed of " + asked + ", Kafka answered " + found);
        }
        return found;
    }
}
