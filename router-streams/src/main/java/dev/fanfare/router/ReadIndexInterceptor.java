package dev.fanfare.router;

import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Has the {@link ReadIndex} ask its question as soon as a batch of events was polled, on the stream thread. An
 * interceptor, because Streams lets nobody else near its main consumer when the broker assigns the partitions
 * (KIP-1071). Made by Kafka, by its name.
 */
public final class ReadIndexInterceptor implements ConsumerInterceptor<byte[], byte[]> {
    /** The setting of the main consumer that holds the {@link ReadIndex} itself. */
    static final String READ_INDEX = "fanfare.read.index";

    private volatile ReadIndex readIndex;

    @SuppressWarnings("NullAway.Init") // Kafka calls configure before anything else
    public ReadIndexInterceptor() {}

    @Override
    public void configure(Map<String, ?> configs) {
        readIndex = (ReadIndex) Objects.requireNonNull(configs.get(READ_INDEX), READ_INDEX);
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> polled) {
        if (!polled.isEmpty()) {
            readIndex.ask();
        }
        return polled;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}
}
