package dev.fanfare.retry.run;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs as they stand on {@code fanfare.runs}, and the audit. Every call opens its own clients and closes them. Safe
 * from any thread.
 */
public final class RunBook {
    private static final Logger LOG = LoggerFactory.getLogger(RunBook.class);
    private static final String CLIENT = "fanfare-runs";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final KafkaConnection kafka;

    /** Over a cluster. */
    public RunBook(KafkaConnection kafka) {
        this.kafka = kafka;
    }

    /**
     * All runs, the latest to begin first.
     *
     * @throws IllegalStateException where the topic doesn't exist
     */
    public List<Run> all() {
        Map<String, Run> byId = new TreeMap<>();
        try (TopicReader reader = new TopicReader(kafka, CLIENT)) {
            reader.read(Topics.RUNS, message -> {
                if (message.key() == null) {
                    return;
                }
                String id = new String(message.key(), StandardCharsets.UTF_8);
                if (message.value() == null) {
                    byId.remove(id);
                    return;
                }
                try {
                    byId.put(id, Run.fromJson(message.value()));
                } catch (UndecodableRecord e) {
                    LOG.warn("a run can't be read, passed over offset={} cause={}", message.offset(), e.getMessage());
                }
            });
        }
        List<Run> runs = new ArrayList<>(byId.values());
        runs.sort((a, b) -> Long.compare(b.startedAtMillis(), a.startedAtMillis()));
        return runs;
    }

    /** One by its id, or the beginning of it where no other begins so. */
    public Optional<Run> find(String id) {
        List<Run> found = all().stream().filter(run -> run.id().startsWith(id)).toList();
        return found.size() == 1
                ? Optional.of(found.get(0))
                : found.stream().filter(run -> run.id().equals(id)).findFirst();
    }

    /**
     * Writes a state and what the audit is told of it, and returns when both are there.
     *
     * @param what happened, for the audit: {@code began}
     */
    public void write(Run run, String what) {
        AuditEntry entry = AuditEntry.of(run, what);
        try (Producer<byte[], byte[]> producer = kafka.producer(CLIENT, Map.of())) {
            var audited = producer.send(
                    new ProducerRecord<>(Topics.AUDIT, run.id().getBytes(StandardCharsets.UTF_8), entry.toJson()));
            var written = producer.send(message(run));
            KafkaAnswer.await(audited, TIMEOUT, "writing to " + Topics.AUDIT);
            KafkaAnswer.await(written, TIMEOUT, "writing to " + Topics.RUNS);
        }
    }

    /** A state as it stands on the topic: to be sent in the transaction that it tells of. */
    public static ProducerRecord<byte[], byte[]> message(Run run) {
        return new ProducerRecord<>(Topics.RUNS, run.id().getBytes(StandardCharsets.UTF_8), run.toJson());
    }
}
