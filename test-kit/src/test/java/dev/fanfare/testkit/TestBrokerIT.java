package dev.fanfare.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.topic.TopicSpec;
import dev.fanfare.contract.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@WithBroker
class TestBrokerIT {

    private static TestBroker seenFirst;

    @BeforeAll
    static void rememberTheSharedBroker(TestBroker broker) {
        seenFirst = broker;
    }

    @Test
    void everyTestOfTheJvmGetsTheSameSharedBroker(TestBroker broker) {
        assertThat(broker).isSameAs(seenFirst).isSameAs(TestBroker.shared());
    }

    @Test
    void newTopicsHaveNamesOfTheirOwnAndTakeRecordsAtOnce(TestBroker broker) {
        String first = broker.newTopic("orders", 3);
        String second = broker.newTopic("orders", 3);
        assertThat(first).isNotEqualTo(second);
        IntStream.range(0, 30).forEach(i -> broker.send(new ProducerRecord<>(first, i % 3, null, bytes("value " + i))));
        assertThat(broker.records(first).stream().map(consumed -> new String(consumed.value(), UTF_8)))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 30).mapToObj(i -> "value " + i).toList());
        assertThat(broker.records(second)).isEmpty();
        assertThat(broker.endOffsets(List.of(first)).values()).containsOnly(10L);
    }

    @Test
    void committedRecordsAreSeenAtOnceAndAbortedOnesNever(TestBroker broker) {
        String topic = broker.newTopic("transfers", 1);
        Map<String, Object> config = broker.clientConfig();
        config.put("transactional.id", topic);
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            for (int i = 0; i < 5; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, bytes("committed")));
                producer.commitTransaction();
                assertThat(broker.records(topic)).hasSize(i + 1);
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, bytes("aborted")));
                producer.abortTransaction();
            }
        }
        assertThat(broker.records(topic)).hasSize(5);
    }

    @Test
    void aFreshTopicTakesMillisecondsOnAverage(TestBroker broker) {
        broker.newTopic("warm-up", 1);
        Instant start = Instant.now();
        IntStream.range(0, 20).forEach(i -> broker.newTopic("quick", 1));
        assertThat(Duration.between(start, Instant.now()).dividedBy(20)).isLessThan(Duration.ofMillis(500));
    }

    @Test
    void aFreshBrokerHasFanfaresTopicsToItself(@Fresh TestBroker own, TestBroker shared) throws Exception {
        own.createFanfareTopics();
        assertThat(own.admin().listTopics().names().get())
                .containsAll(TestBroker.SMALL_LAYOUT.specs().stream()
                        .map(TopicSpec::name)
                        .toList());
        assertThat(shared.admin().listTopics().names().get()).doesNotContain(Topics.EVENTS);
    }

    @Test
    void aStoppedBrokerStartsAgainOnTheSamePortWithItsRecords(@Fresh TestBroker own) {
        String topic = own.newTopic("diary", 1);
        own.send(new ProducerRecord<>(topic, bytes("before")));
        String address = own.bootstrapServers();
        own.stop();
        own.startAgain();
        own.send(new ProducerRecord<>(topic, bytes("after")));
        assertThat(own.bootstrapServers()).isEqualTo(address);
        assertThat(own.records(topic)).hasSize(2);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
