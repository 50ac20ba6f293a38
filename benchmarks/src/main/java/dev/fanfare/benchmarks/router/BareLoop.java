package dev.fanfare.benchmarks.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.benchmarks.run.Payload;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The least that could do the router's job: polls events and produces so many records for each, with headers of the
 * same number and size. It reads no attribute, looks nobody up, hashes nothing, waits for nothing.
 */
@Command(name = "bare", hidden = true)
final class BareLoop implements Callable<Integer> {
    static final String GROUP = "bare-loop";

    private static final Duration POLL = Duration.ofMillis(100);
    private static final int MADE_IDS = 4_096;
    /** Streams' default: the router polls as many. */
    private static final int POLL_RECORDS = 1_000;

    @Option(names = "--bootstrap-servers", required = true)
    private String bootstrapServers = "";

    @Option(names = "--guarantee", required = true)
    private String guarantee = "";

    @Option(names = "--compression", required = true)
    private String compression = "";

    @Option(names = "--linger", required = true)
    private String linger = "";

    @Option(names = "--from", defaultValue = Topics.EVENTS)
    private String from = Topics.EVENTS;

    @Option(names = "--to", defaultValue = Topics.DELIVERIES)
    private String to = Topics.DELIVERIES;

    @Option(names = "--fan-out", required = true)
    private int fanOut;

    /** What a delivery to one subscription has of its own. */
    private record Target(byte[] key, Header subscription, Header generation, Header version) {}

    private Header[] ids = {};
    private Target[] targets = {};
    private int made;

    @Override
    public Integer call() {
        prepare();
        Variant variant = new Variant(guarantee, compression, DurationText.parse(linger));
        KafkaConnection kafka = KafkaConnection.to(bootstrapServers);
        Duration commitEvery = Duration.ofMillis(variant.isTransactional() ? 100 : 1_000);
        try (Consumer<byte[], byte[]> consumer = kafka.member(GROUP, GROUP, POLL_RECORDS);
                Producer<byte[], byte[]> producer = kafka.producer("bare-loop", variant.producerSettings())) {
            consumer.subscribe(List.of(from));
            if (variant.isTransactional()) {
                producer.initTransactions();
            }
            loop(consumer, producer, variant.isTransactional(), commitEvery);
        }
        return 0;
    }

    private void prepare() {
        UUID generation = UUID.randomUUID();
        ids = new Header[MADE_IDS];
        for (int i = 0; i < MADE_IDS; i++) {
            ids[i] = header(
                    DeliveryRecords.DELIVERY_ID,
                    DeliveryId.of(Payload.TENANT, Payload.SOURCE, "bare-" + i, "", generation));
        }
        targets = RouterLoad.subscriptions(fanOut).stream()
                .map(id -> new Target(
                        Delivery.key(Payload.TENANT, id).getBytes(UTF_8),
                        header(DeliveryRecords.SUBSCRIPTION, id),
                        header(DeliveryRecords.GENERATION, UUID.randomUUID().toString()),
                        header(DeliveryRecords.SUBSCRIPTION_VERSION, "0123456789012345678901:1000")))
                .toArray(Target[]::new);
    }

    /** Runs until the process is ended. */
    private void loop(
            Consumer<byte[], byte[]> consumer,
            Producer<byte[], byte[]> producer,
            boolean transactional,
            Duration commitEvery) {
        Map<TopicPartition, OffsetAndMetadata> dealtWith = new HashMap<>();
        long committedAt = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(dealtWith.isEmpty() ? POLL : Duration.ofMillis(10));
            if (!polled.isEmpty()) {
                if (transactional && dealtWith.isEmpty()) {
                    producer.beginTransaction();
                    committedAt = System.nanoTime();
                }
                polled.forEach(event -> fanOut(event, producer));
                dealtWith.putAll(polled.nextOffsets());
            }
            if (!dealtWith.isEmpty() && System.nanoTime() - committedAt >= commitEvery.toNanos()) {
                if (transactional) {
                    producer.sendOffsetsToTransaction(dealtWith, consumer.groupMetadata());
                    producer.commitTransaction();
                } else {
                    producer.flush();
                    consumer.commitSync(dealtWith);
                }
                dealtWith.clear();
                committedAt = System.nanoTime();
            }
        }
    }

    private void fanOut(ConsumerRecord<byte[], byte[]> event, Producer<byte[], byte[]> producer) {
        Header[] own = event.headers().toArray();
        Header[] shared = Arrays.copyOf(own, own.length + 5);
        shared[own.length] = header(DeliveryRecords.ACCEPTED_AT, Long.toString(event.timestamp()));
        for (Target target : targets) {
            Header[] all = shared.clone();
            all[own.length + 1] = ids[made++ % MADE_IDS];
            all[own.length + 2] = target.subscription();
            all[own.length + 3] = target.generation();
            all[own.length + 4] = target.version();
            Future<RecordMetadata> unused = producer.send(
                    new ProducerRecord<>(to, null, null, target.key(), event.value(), new RecordHeaders(all)),
                    (metadata, problem) -> {
                        if (problem != null) {
                            throw new IllegalStateException("a delivery was not written", problem);
                        }
                    });
        }
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(UTF_8));
    }
}
