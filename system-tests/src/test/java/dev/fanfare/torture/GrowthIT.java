package dev.fanfare.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.TestBroker;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class GrowthIT {
    @Test
    void whatLiesOnAPartitionThatWasNotThereAtFirstIsUnderWayToo() throws Exception {
        try (TestBroker broker = TestBroker.fresh();
                Backlog backlog = new Backlog(broker.clientConfig())) {
            broker.createFanfareTopics();
            assertThat(backlog.isEmpty()).isTrue();
            Growth growth = new Growth(broker.clientConfig());
            int partitions = growth.next();
            growth.grow(Topics.EVENTS, partitions);
            assertThat(backlog.isEmpty()).isTrue();

            broker.send(new ProducerRecord<>(Topics.EVENTS, partitions - 1, null, new byte[1]));

            assertThat(backlog.isEmpty()).isFalse();
        }
    }

    @Test
    void whoeverAsksForPartitionsThatAreThereGetsNoMore() {
        try (TestBroker broker = TestBroker.fresh()) {
            broker.createFanfareTopics();
            Growth growth = new Growth(broker.clientConfig());
            int partitions = growth.next();
            for (int again = 0; again < 2; again++) {
                growth.grow(Topics.FANOUT, partitions);
            }
            assertThat(broker.endOffsets(List.of(Topics.FANOUT))).hasSize(partitions);
            assertThat(growth.next()).as("events have grown no further").isEqualTo(partitions);
        }
    }
}
