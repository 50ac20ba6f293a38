package dev.fanfare.control.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.topic.Groups;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

@WithBroker
class BacklogIT {
    @Test
    void whatNobodyEverReadWaitsAndIsNotTakenForNothing(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        TopicPartition deliveries = new TopicPartition(Topics.DELIVERIES, 0);
        try (Admin admin = broker.admin();
                Backlog backlog = new Backlog(
                        KafkaConnection.to(broker.bootstrapServers()),
                        TestBroker.SMALL_LAYOUT,
                        Clock.systemUTC(),
                        "backlog")) {
            assertThat(waiting(backlog)).containsEntry("to be sent", 0L).containsEntry("for 1s", 0L);

            for (int i = 0; i < 5; i++) {
                broker.send(new ProducerRecord<>(deliveries.topic(), 0, new byte[] {1}, new byte[] {2}));
            }
            broker.send(new ProducerRecord<>(deliveries.topic(), 1, new byte[] {1}, new byte[] {2}));
            assertThat(waiting(backlog)).containsEntry("to be sent", 6L).containsEntry("to be routed", 0L);

            admin.deleteRecords(Map.of(deliveries, RecordsToDelete.beforeOffset(2)))
                    .all()
                    .get();
            assertThat(waiting(backlog)).as("what the topic still keeps").containsEntry("to be sent", 4L);

            admin.alterConsumerGroupOffsets(Groups.DISPATCHERS, Map.of(deliveries, new OffsetAndMetadata(4)))
                    .all()
                    .get();
            assertThat(waiting(backlog)).as("of the read one, and of the other").containsEntry("to be sent", 2L);
        }
    }

    @Test
    void whereOnlyMarkersOfTransactionsAreLeftNothingWaits(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        TopicPartition tier = new TopicPartition("fanfare.retry.1s", 0);
        KafkaConnection kafka = KafkaConnection.to(broker.bootstrapServers());
        try (Admin admin = broker.admin();
                Producer<byte[], byte[]> producer =
                        kafka.producer("tx", Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "backlog-tx"));
                Backlog backlog = new Backlog(kafka, TestBroker.SMALL_LAYOUT, Clock.systemUTC(), "backlog")) {
            producer.initTransactions();
            for (int i = 0; i < 3; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(tier.topic(), 0, new byte[] {1}, new byte[] {2}));
                producer.commitTransaction();
            }
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(tier.topic(), 0, new byte[] {1}, new byte[] {2}))
                    .get();
            producer.abortTransaction();
            assertThat(waiting(backlog)).containsEntry("for 1s", 3L);

            admin.alterConsumerGroupOffsets(Groups.RETRY, Map.of(tier, new OffsetAndMetadata(3)))
                    .all()
                    .get();
            assertThat(waiting(backlog)).as("a marker, a record, …").containsEntry("for 1s", 1L);
            admin.alterConsumerGroupOffsets(Groups.RETRY, Map.of(tier, new OffsetAndMetadata(5)))
                    .all()
                    .get();
            assertThat(broker.endOffsets(List.of(tier.topic())).get(tier)).isGreaterThan(5);
            assertThat(waiting(backlog)).containsEntry("for 1s", 0L);
        }
    }

    @Test
    void manyAreCountedByTheirOffsets(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        for (int i = 0; i < 150; i++) {
            broker.send(new ProducerRecord<>(Topics.EVENTS, 0, new byte[] {1}, new byte[] {2}));
        }
        try (Backlog backlog = new Backlog(
                KafkaConnection.to(broker.bootstrapServers()), TestBroker.SMALL_LAYOUT, Clock.systemUTC(), "backlog")) {
            assertThat(waiting(backlog)).containsEntry("to be routed", 150L);
        }
    }

    private static Map<String, Long> waiting(Backlog backlog) {
        return backlog.count().stream().collect(Collectors.toMap(Backlog.Part::where, Backlog.Part::count));
    }
}
