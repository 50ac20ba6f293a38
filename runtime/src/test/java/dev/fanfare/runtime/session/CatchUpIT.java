package dev.fanfare.runtime.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

@WithBroker
class CatchUpIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);

    /** A member that notes what it reads, and how often it was told that nothing new is its own. */
    private static final class Reader implements ConsumerRebalanceListener, AutoCloseable {
        private final Consumer<byte[], byte[]> consumer;
        private final CatchUp catchUp;
        private final List<String> read = new ArrayList<>();
        private int changesThatBroughtNothing;

        private Reader(TestBroker broker, String topic) {
            consumer = KafkaConnection.to(broker.bootstrapServers()).member("reader", "group-of-" + topic, 10);
            catchUp = new CatchUp(consumer);
            consumer.subscribe(List.of(topic), this);
        }

        private void poll() {
            consumer.poll(POLL).forEach(message -> read.add(message.partition() + "/" + message.offset()));
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            changesThatBroughtNothing += assigned.isEmpty() ? 1 : 0;
            catchUp.assigned(assigned);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            catchUp.revoked(revoked);
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    @Test
    void aPartitionThatStaysIsNotReadAgainWhenAnotherIsTakenAway(TestBroker broker) {
        String topic = broker.newTopic("catch-up", 2);
        write(broker, topic, 40);
        try (Reader first = new Reader(broker, topic)) {
            pollUntil(() -> first.read.size() == 80 && first.catchUp.waitsFor("reading") == null, first);
            first.changesThatBroughtNothing = 0;
            try (Reader second = new Reader(broker, topic)) {
                pollUntil(
                        () -> first.consumer.assignment().size() == 1
                                && second.consumer.assignment().size() == 1
                                && first.changesThatBroughtNothing > 0,
                        first,
                        second);
                write(broker, topic, 1);
                // what it would read again comes before what is new
                pollUntil(() -> last(first).endsWith("/40") && last(second).endsWith("/40"), first, second);
                assertThat(first.read).doesNotHaveDuplicates().hasSize(81);
                assertThat(second.read)
                        .as("the one that came is read from its beginning")
                        .hasSize(41);
            }
        }
    }

    @Test
    void aPartitionThatComesBackIsReadFromItsBeginning(TestBroker broker) {
        String topic = broker.newTopic("catch-up", 2);
        write(broker, topic, 5);
        try (Reader first = new Reader(broker, topic)) {
            pollUntil(() -> first.read.size() == 10, first);
            try (Reader second = new Reader(broker, topic)) {
                pollUntil(() -> second.read.size() == 5, first, second);
            }
            first.read.clear();
            pollUntil(() -> first.read.size() == 5 && first.catchUp.waitsFor("reading") == null, first);
            Set<String> partitions = new HashSet<>();
            first.read.forEach(place -> partitions.add(place.substring(0, 1)));
            assertThat(partitions).hasSize(1);
        }
    }

    private static String last(Reader reader) {
        return reader.read.isEmpty() ? "" : reader.read.get(reader.read.size() - 1);
    }

    private static void write(TestBroker broker, String topic, int each) {
        for (int i = 0; i < each; i++) {
            for (int partition = 0; partition < 2; partition++) {
                broker.send(new ProducerRecord<>(topic, partition, null, "x".getBytes(UTF_8)));
            }
        }
    }

    private static void pollUntil(BooleanSupplier done, Reader... readers) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!done.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
            for (Reader reader : readers) {
                reader.poll();
            }
        }
    }
}
