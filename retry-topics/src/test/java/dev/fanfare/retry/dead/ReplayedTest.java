package dev.fanfare.retry.dead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayedTest {
    private static final int EVENT_PARTITIONS = 6;
    private static final int DELIVERY_PARTITIONS = 12;

    @ParameterizedTest
    @CsvSource({
        Topics.EVENTS + ", 5, " + Topics.EVENTS + ", 5",
        Topics.FANOUT + ", 5, " + Topics.FANOUT + ", 5",
        Topics.FANOUT + ", 7, " + Topics.FANOUT + ",",
        Topics.DELIVERIES + ", 7, " + Topics.DELIVERIES + ", 7",
        "fanfare.retry.1m, 7, " + Topics.DELIVERIES + ", 7",
        "orders-events, 5, orders-events,",
    })
    void whatCouldNotBeReadGoesBackToWhereItCameFrom(String origin, int partition, String topic, Integer to) {
        goesBack(Verdict.UNDECODABLE, origin, partition, topic, to);
    }

    @ParameterizedTest
    @CsvSource({Topics.EVENTS + ", 5, " + Topics.EVENTS + ", 5", "orders-events, 5, orders-events,"})
    void anEventThatBrokeARuleGoesBackToWhereItCameFrom(String origin, int partition, String topic, Integer to) {
        goesBack(Verdict.INVALID, origin, partition, topic, to);
    }

    private static void goesBack(Verdict reason, String origin, int partition, String topic, Integer to) {
        ConsumerRecord<byte[], byte[]> letter = new ConsumerRecord<>(Topics.DEAD_LETTERS, 0, 0, null, new byte[] {1});
        letter.headers().add("fanfare-range", new byte[] {'3'});
        DeadLetterRecords.mark(letter.headers(), reason, null, "unreadable", origin, partition, 42);

        ProducerRecord<byte[], byte[]> replayed = Replayed.of(letter, "run", EVENT_PARTITIONS, DELIVERY_PARTITIONS);
        assertThat(replayed.topic()).isEqualTo(topic);
        assertThat(replayed.partition()).isEqualTo(to);
        assertThat(replayed.value()).containsExactly(1);
        assertThat(replayed.headers().toArray())
                .extracting(header -> header.key())
                .containsExactlyInAnyOrder("fanfare-range", DeliveryRecords.RUN);
    }
}
