package dev.fanfare.runtime.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Clients whose own metrics stand in a registry for as long as they are open. */
final class MeasuredClients {
    /** Those of a partition come with the partition: so often it is looked for new ones. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    /** One thread for all clients of the JVM; each would start its own. */
    private static final ScheduledExecutorService LOOKING = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "kafka-client-metrics");
        thread.setDaemon(true);
        return thread;
    });

    private MeasuredClients() {}

    static Producer<byte[], byte[]> producer(Map<String, Object> properties, MeterRegistry meters) {
        return new MeasuredProducer(properties, meters);
    }

    static Consumer<byte[], byte[]> consumer(Map<String, Object> properties, MeterRegistry meters) {
        return new MeasuredConsumer(properties, meters);
    }

    private static final class MeasuredProducer extends KafkaProducer<byte[], byte[]> {
        private final KafkaClientMetrics metrics;

        MeasuredProducer(Map<String, Object> properties, MeterRegistry meters) {
            super(properties, new ByteArraySerializer(), new ByteArraySerializer());
            metrics = new KafkaClientMetrics(this, Tags.empty(), LOOKING, LOOK_EVERY);
            metrics.bindTo(meters);
        }

        /** Without a time it comes by here too. */
        @Override
        public void close(Duration timeout) {
            metrics.close();
            super.close(timeout);
        }
    }

    private static final class MeasuredConsumer extends KafkaConsumer<byte[], byte[]> {
        private final KafkaClientMetrics metrics;

        MeasuredConsumer(Map<String, Object> properties, MeterRegistry meters) {
            super(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            metrics = new KafkaClientMetrics(this, Tags.empty(), LOOKING, LOOK_EVERY);
            metrics.bindTo(meters);
        }

        @Override
        public void close() {
            metrics.close();
            super.close();
        }

        @Override
        @Deprecated
        public void close(Duration timeout) {
            metrics.close();
            super.close(timeout);
        }

        @Override
        public void close(CloseOptions options) {
            metrics.close();
            super.close(options);
        }
    }
}
