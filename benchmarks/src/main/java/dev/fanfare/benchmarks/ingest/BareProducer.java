package dev.fanfare.benchmarks.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Payload;
import dev.fanfare.benchmarks.run.Steady;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The least that could put events on the topic: a loop that produces records of the same size with headers of the same
 * number and size, made beforehand. Writes its rate and its CPU time into a file, then ends.
 */
@Command(name = "bare-producer", hidden = true)
final class BareProducer implements Callable<Integer>, Callback {
    private static final int BODIES = 4_096;

    @Option(names = "--bootstrap-servers", required = true)
    private String bootstrapServers = "";

    @Option(names = "--topic", defaultValue = Topics.EVENTS)
    private String topic = Topics.EVENTS;

    @Option(names = "--events", required = true)
    private int events;

    @Option(names = "--body-bytes", required = true)
    private int bodyBytes;

    @Option(names = "--result", required = true)
    private Path result = Path.of("");

    private int acknowledged;
    private long fromNanos;
    private long toNanos;
    private long fromCpuNanos;
    private long toCpuNanos;
    private volatile @Nullable Exception failure;

    @Override
    public Integer call() throws IOException {
        byte[][] bodies = new byte[BODIES][];
        Header[] ids = new Header[BODIES];
        Random random = new Random(1);
        for (int i = 0; i < BODIES; i++) {
            bodies[i] = Payload.body(bodyBytes, random);
            ids[i] = header("ce_id", UUID.randomUUID().toString());
        }
        Header[] headers = {
            header("ce_specversion", "1.0"),
            header("ce_" + Event.TYPE, Payload.EVENT_TYPE),
            header("ce_" + Event.TENANT, Payload.TENANT),
            ids[0],
            header("ce_" + Event.SOURCE, "/tenants/" + Payload.TENANT),
            header("ce_" + Event.TIME, "2026-11-21T12:00:00.123Z"),
            header(EventRecords.CONTENT_TYPE, "application/json"),
            header(EventRecords.CHECKED, EventRecords.CHECKED_YES),
            header(EventRecords.DEDUPLICATE, EventRecords.DEDUPLICATE_NO)
        };
        KafkaConnection kafka = KafkaConnection.to(bootstrapServers);
        // as the ingest service has it, but that batches may wait to be full: nobody waits for an answer here
        try (Producer<byte[], byte[]> producer = kafka.producer(
                "bare-producer",
                Map.of(
                        ProducerConfig.LINGER_MS_CONFIG,
                        2,
                        ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG,
                        true,
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        80L * 1024 * 1024))) {
            for (int i = 0; i < events; i++) {
                Header id = ids[i % BODIES];
                Header[] own = headers.clone();
                own[3] = id;
                Future<RecordMetadata> unused = producer.send(
                        new ProducerRecord<>(topic, null, null, id.value(), bodies[i % BODIES], new RecordHeaders(own)),
                        this);
            }
            producer.flush();
        }
        if (failure != null) {
            throw BenchmarkFailure.of("an event was not written: " + failure);
        }
        double measured = Steady.to(events) - Steady.from(events);
        Files.write(
                result,
                List.of(
                        Double.toString(measured * 1e9 / (toNanos - fromNanos)),
                        Double.toString((toCpuNanos - fromCpuNanos) / 1e9 * 100_000 / measured)));
        return 0;
    }

    /** Called by the producer's one thread. */
    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception problem) {
        if (problem != null) {
            failure = problem;
        }
        acknowledged++;
        if (acknowledged == Steady.from(events)) {
            fromNanos = System.nanoTime();
            fromCpuNanos = cpuNanos();
        } else if (acknowledged == Steady.to(events)) {
            toNanos = System.nanoTime();
            toCpuNanos = cpuNanos();
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(UTF_8));
    }
}
