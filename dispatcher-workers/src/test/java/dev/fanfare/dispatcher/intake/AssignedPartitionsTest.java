package dev.fanfare.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class AssignedPartitionsTest {
    private final AssignedPartitions partitions = new AssignedPartitions();

    @Test
    void eachPartitionIsTheFirstInItsTurn() {
        for (int number = 0; number < 5; number++) {
            partitions.add(new TopicPartition("deliveries", number), null, new UUID(1, 2));
        }
        Set<TopicPartition> first = new HashSet<>();
        for (int turn = 0; turn < 5; turn++) {
            List<AssignedPartition> all = partitions.inTurn();
            assertThat(all).containsExactlyInAnyOrderElementsOf(partitions.all());
            first.add(all.get(0).id());
        }
        assertThat(first).hasSize(5);
    }

    @Test
    void withoutPartitionsThereIsNothingInTurn() {
        assertThat(partitions.inTurn()).isEmpty();
    }
}
