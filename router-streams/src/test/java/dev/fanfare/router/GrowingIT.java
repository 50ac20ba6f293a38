package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** Partitions of events grow by one command after the other: between two of them the topics don't fit together. */
@WithBroker
class GrowingIT {
    private static final int MORE = 4;

    @Test
    void aRouterThatMeetsTopicsWhichDoNotFitGoesOnByItselfWhenTheyDo(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        broker.send(row(subscription("default", "s", "*")));
        try (TestRouter router = TestRouter.start(broker.bootstrapServers(), "growing", Map.of())) {
            grow(broker, Topics.EVENTS);
            patiently().until(() -> !router.role.readiness().isReady());
            for (String topic : List.of(Topics.FANOUT, Topics.SEEN_CHANGELOG)) {
                grow(broker, topic);
            }
            patiently().until(() -> router.role.readiness().isReady());

            sendToTheLast(broker);
            patiently().until(() -> broker.records(Topics.DELIVERIES).size() == 1);
        }
    }

    @Test
    void whatComesMeanwhileIsRoutedWhenAllAreGrownWhicheverGrewFirst(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        broker.send(row(subscription("default", "s", "*")));
        try (TestRouter router =
                TestRouter.start(broker.bootstrapServers(), "growing", Map.of("kafka.metadata.max.age.ms", "1000"))) {
            for (String topic : List.of(Topics.FANOUT, Topics.SEEN_CHANGELOG)) {
                grow(broker, topic);
                broker.send(event("after " + topic, "any.thing", new byte[0]));
            }
            grow(broker, Topics.EVENTS);
            sendToTheLast(broker);

            patiently().until(() -> broker.records(Topics.DELIVERIES).size() == 3);
            assertThat(router.role.fault()).isNull();
        }
    }

    private static void sendToTheLast(TestBroker broker) {
        ProducerRecord<byte[], byte[]> event = event("e", "any.thing", new byte[0]);
        broker.send(new ProducerRecord<>(event.topic(), MORE - 1, event.key(), event.value(), event.headers()));
    }

    /** A stream thread that ends, and is followed by another, is what is tried here. */
    private static ConditionFactory patiently() {
        return await().dontCatchUncaughtExceptions();
    }

    private static void grow(TestBroker broker, String topic) throws Exception {
        broker.admin()
                .createPartitions(Map.of(topic, NewPartitions.increaseTo(MORE)))
                .all()
                .get();
    }
}
