package dev.fanfare.control.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.table.PendingChange.Step;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a table. Changes are taken one after the other in all processes ({@link FencedHand}), each decided on what the
 * topic holds at that moment; a change, its line in the audit and what else belongs to it are one transaction.
 *
 * <p>Dies the process after the commit and before the answer, the change holds and the caller doesn't know: repeating a
 * {@code PUT} is harmless.
 *
 * <p>Safe for use by several threads.
 */
public final class TableWriter<V> {
    private static final Logger LOG = LoggerFactory.getLogger(TableWriter.class);

    /** What to do with an object. */
    public sealed interface Change<V> {
        /** Nothing: it is already as it should be. */
        record Keep<V>() implements Change<V> {}

        /**
         * Write it.
         *
         * @param audit   null: none is kept of it
         * @param besides what goes with it, on other topics
         */
        record Put<V>(V value, @Nullable AuditEntry audit, List<ProducerRecord<byte[], byte[]>> besides)
                implements Change<V> {
            /** With nothing besides. */
            public Put(V value, @Nullable AuditEntry audit) {
                this(value, audit, List.of());
            }
        }

        /**
         * Delete it.
         *
         * @param besides what goes with it, by record key
         */
        record Remove<V>(List<String> besides, @Nullable AuditEntry audit) implements Change<V> {}
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

    private final FencedHand hand;
    private final CompactedTable<V> table;
    private final String topic;
    private final Function<V, byte[]> encoder;
    private final Duration timeout;

    /**
     * Writes what the table reads.
     *
     * @param timeout for reading back what was written
     */
    public TableWriter(
            FencedHand hand, CompactedTable<V> table, String topic, Function<V, byte[]> encoder, Duration timeout) {
        this.hand = hand;
        this.table = table;
        this.topic = topic;
        this.encoder = encoder;
        this.timeout = timeout;
        hand.read(table);
    }

    /** Makes a change that may depend on the whole of all tables, as {@link FencedHand#submit} does. */
    public CompletionStage<Outcome<V>> submit(String key, Decision<V> decision) {
        return submit(key, () -> true, decision);
    }

    /**
     * Makes a change, in one transaction with others that wait.
     *
     * @param isAlone whether it depends on more than this object and on what other transactions write
     */
    public CompletionStage<Outcome<V>> submit(String key, BooleanSupplier isAlone, Decision<V> decision) {
        return hand.submit(topic + '/' + key, isAlone, () -> decide(key, decision));
    }

    private Step<Outcome<V>> decide(String key, Decision<V> decision) {
        Row<V> before = table.get(key);
        Change<V> change = decision.on(before);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        if (change instanceof Change.Put<V> put) {
            audit(put.audit(), records);
            records.addAll(put.besides());
            records.add(record(key, encoder.apply(put.value())));
            return new Step<>(records, offset -> stands(key, offset), offset -> {
                readBack(key, offset);
                return new Outcome<>(before, new Row<>(put.value(), offset));
            });
        } else if (change instanceof Change.Remove<V> remove) {
            audit(remove.audit(), records);
            remove.besides().forEach(one -> records.add(record(one, null)));
            records.add(record(key, null));
            return new Step<>(records, offset -> table.get(key) == null, offset -> {
                readBack(key, offset);
                return new Outcome<>(before, null);
            });
        }
        return new Step<>(List.of(), offset -> false, offset -> new Outcome<>(before, before));
    }

    private boolean stands(String key, long offset) {
        Row<V> row = table.get(key);
        return row != null && row.offset() == offset;
    }

    private void readBack(String key, long offset) {
        if (!table.awaitPosition(offset + 1, timeout)) {
            LOG.warn("written, but not read back in time topic={} key={} offset={}", topic, key, offset);
        }
    }

    private static void audit(@Nullable AuditEntry entry, List<ProducerRecord<byte[], byte[]>> into) {
        if (entry != null) {
            into.add(new ProducerRecord<>(Topics.AUDIT, 0, entry.object().getBytes(UTF_8), entry.toJson()));
        }
    }

    private ProducerRecord<byte[], byte[]> record(String key, byte @Nullable [] value) {
        return new ProducerRecord<>(topic, 0, key.getBytes(UTF_8), value);
    }
}
