package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.LogLines;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.util.Map;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

@WithBroker
class DeletedEventsIT {
    @Test
    void whatIsDeletedBeforeItWasRoutedIsToldWhenARouterStartsAndTheRestIsRouted(@Fresh TestBroker broker)
            throws Exception {
        broker.createFanfareTopics();
        TopicPartition partition = new TopicPartition(Topics.EVENTS, 0);
        try (LogLines said = LogLines.of(DeletedEvents.class)) {
            try (TestRouter router = TestRouter.start(broker.bootstrapServers(), "one", Map.of())) {
                send(broker, "e-0");
                await().until(() -> router.events("unmatched") == 1);
            }
            for (int i = 1; i < 5; i++) {
                send(broker, "e-" + i);
            }
            broker.admin()
                    .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4)))
                    .all()
                    .get();

            try (TestRouter router = TestRouter.start(broker.bootstrapServers(), "one", Map.of())) {
                await().until(() -> router.events("unmatched") == 1);
            }
            // what is routed by now is nobody's loss
            TestRouter.start(broker.bootstrapServers(), "one", Map.of()).close();
            assertThat(said.errors())
                    .singleElement()
                    .asString()
                    .startsWith("events were deleted before they were routed")
                    .endsWith(" partition=fanfare.events-0 from=1 before=4");
        }
    }

    private static void send(TestBroker broker, String id) {
        ProducerRecord<byte[], byte[]> event = event(id, "nobody.wants.it", new byte[0]);
        RecordMetadata at =
                broker.send(new ProducerRecord<>(event.topic(), 0, event.key(), event.value(), event.headers()));
        assertThat(at.partition()).isZero();
    }
}
