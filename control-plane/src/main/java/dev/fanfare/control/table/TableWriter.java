package dev.fanfare.control.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one hand that writes a table in this process. Changes are taken one after the other, each decided on what the
 * topic holds at that moment:
 *
 * <pre>
 * submit ─▶ queue ─▶ read the topic to its end ─▶ decide ─▶ audit, then write; acks=all ─▶ wait until the table has it ─▶ answer
 *                    (the read index: also what            │
 *                     another writer has put there)        └▶ refused: nothing is written
 * </pre>
 *
 * <p>Dies the process after the write and before the answer, the change holds and the caller doesn't know: repeating a
 * {@code PUT} is harmless. The audit is written first, so that no change is without its line; a line may be without its
 * change. Between the processes of one installation only the read index stands, so run one control plane; electing and
 * fencing one writer among several is not built yet.
 *
 * <p>Safe for use by several threads.
 */
public final class TableWriter<V> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TableWriter.class);
    private static final int MOST_WAITING = 1_000;

    /** What to do with an object. */
    public sealed interface Change<V> {
        /** Nothing: it is already as it should be. */
        record Keep<V>() implements Change<V> {}

        /**
         * Write it.
         *
         * @param audit null: none is kept of it
         */
        record Put<V>(V value, @Nullable AuditEntry audit) implements Change<V> {}

        /**
         * Delete it.
         *
         * @param before what goes before it, by record key: if the process dies on the way, it is still there itself
         */
        record Remove<V>(List<String> before, @Nullable AuditEntry audit) implements Change<V> {}
    }

    /** Decides on the writer's thread; may throw a problem, and then nothing is written. Must not block. */
    @FunctionalInterface
    public interface Decision<V> {
        /** Null: there is no such object. */
        Change<V> on(@Nullable Row<V> current);
    }

    /** What stood there before the change, and what stands there now. */
    public record Outcome<V>(
            @Nullable Row<V> before, @Nullable Row<V> after) {}

    private final CompactedTable<V> table;
    private final String topic;
    private final Function<V, byte[]> encoder;
    private final Duration timeout;
    private final Producer<byte[], byte[]> producer;
    private final ThreadPoolExecutor thread;

    /**
     * Writes what the table reads.
     *
     * @param timeout for each of the steps that wait for Kafka
     */
    public TableWriter(
            KafkaConnection kafka,
            CompactedTable<V> table,
            String topic,
            Function<V, byte[]> encoder,
            String clientId,
            Duration timeout) {
        this.table = table;
        this.topic = topic;
        this.encoder = encoder;
        this.timeout = timeout;
        this.producer = PromptProducer.of(kafka, clientId, timeout);
        this.thread =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), runnable -> {
                    Thread created = new Thread(runnable, clientId);
                    created.setDaemon(true);
                    return created;
                });
    }

    /**
     * Makes a change. The stage ends with what the decision threw, with a Kafka exception where Kafka is away (whether
     * the change was written is then unknown if it got that far), or with the outcome once all in-sync replicas have it.
     */
    public CompletionStage<Outcome<V>> submit(String key, Decision<V> decision) {
        Pending pending = new Pending(key, decision, System.nanoTime());
        try {
            thread.execute(pending);
        } catch (RejectedExecutionException e) {
            pending.abandon("too many changes are waiting for Kafka");
        }
        return pending.answer;
    }

    private final class Pending implements Runnable {
        final CompletableFuture<Outcome<V>> answer = new CompletableFuture<>();
        private final String key;
        private final Decision<V> decision;
        private final long submittedAtNanos;

        Pending(String key, Decision<V> decision, long submittedAtNanos) {
            this.key = key;
            this.decision = decision;
            this.submittedAtNanos = submittedAtNanos;
        }

        @Override
        public void run() {
            // When Kafka is away the first in the queue waits for it, and those behind it don't wait again.
            if (System.nanoTime() - submittedAtNanos > timeout.toNanos()) {
                abandon("the change waited too long for its turn and was not begun");
                return;
            }
            try {
                answer.complete(change(key, decision));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }

        void abandon(String why) {
            answer.completeExceptionally(new TimeoutException(why));
        }
    }

    private Outcome<V> change(String key, Decision<V> decision) {
        if (!table.catchUp(timeout)) {
            throw new TimeoutException(topic + " was not read to its end in time");
        }
        Row<V> before = table.get(key);
        Change<V> change = decision.on(before);
        if (change instanceof Change.Put<V> put) {
            long offset = write(List.of(), key, encoder.apply(put.value()), put.audit());
            return new Outcome<>(before, new Row<>(put.value(), offset));
        } else if (change instanceof Change.Remove<V> remove) {
            write(remove.before(), key, null, remove.audit());
            return new Outcome<>(before, null);
        }
        return new Outcome<>(before, before);
    }

    /** What comes earlier is acknowledged before the record itself is sent. */
    private long write(List<String> removed, String key, byte @Nullable [] value, @Nullable AuditEntry audit) {
        List<Future<RecordMetadata>> earlier = new ArrayList<>();
        if (audit != null) {
            earlier.add(producer.send(
                    new ProducerRecord<>(Topics.AUDIT, 0, audit.object().getBytes(UTF_8), audit.toJson())));
        }
        removed.forEach(one -> earlier.add(producer.send(record(one, null))));
        earlier.forEach(this::await);
        long offset = await(producer.send(record(key, value))).offset();
        if (!table.awaitPosition(offset + 1, timeout)) {
            LOG.warn("written, but not read back in time topic={} key={} offset={}", topic, key, offset);
        }
        return offset;
    }

    private ProducerRecord<byte[], byte[]> record(String key, byte @Nullable [] value) {
        return new ProducerRecord<>(topic, 0, key.getBytes(UTF_8), value);
    }

    private RecordMetadata await(Future<RecordMetadata> sent) {
        // the producer's own time-out comes first, and then the outcome is known
        return KafkaAnswer.await(sent, timeout.plusSeconds(1), "writing to " + topic);
    }

    /** Finishes what is queued, within the time-out; what is left then is answered as not begun. */
    @Override
    public void close() {
        thread.shutdown();
        boolean finished = false;
        try {
            finished = thread.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!finished) {
            for (Runnable left : thread.shutdownNow()) {
                abandon(left);
            }
        }
        producer.close(Duration.ofSeconds(2));
    }

    private void abandon(Runnable left) {
        if (left instanceof TableWriter<?>.Pending pending) {
            pending.abandon("the control plane is stopping and did not begin the change");
        }
    }
}
