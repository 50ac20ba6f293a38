package dev.fanfare.retry.dead;

import dev.fanfare.contract.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * A replay or discard in one partition of the dead letters.
 *
 * <pre>
 * index ─▶ matching letters up to the frozen end ─▶ batch ─▶ index what came meanwhile ─▶ still the latest?
 *                                                                                            │ yes
 *                                      one transaction: tombstone, then what is replayed  ◀──┘
 * </pre>
 *
 * <p>The tombstone goes first: a replayed delivery that fails again becomes a dead letter after it. If the process dies,
 * the transaction is aborted: letters are either still there or replayed. A letter that comes under the same id between
 * the last look and the commit can be covered by the tombstone; the delivery that it was is then on its way again, under
 * the same id. Confined to one thread.
 */
final class PartitionRun {
    private static final int BATCH_RECORDS = 500;
    private static final int BATCH_BYTES = 4 * 1024 * 1024;

    private final int partition;
    private final PartitionScan index;
    private final PartitionScan walk;
    private final Producer<byte[], byte[]> producer;
    private final DeadLetterFilter filter;
    private final @Nullable Function<ConsumerRecord<byte[], byte[]>, ProducerRecord<byte[], byte[]>> replay;
    private final RunListener listener;
    private final List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
    private long batchBytes;
    private Outcome outcome;

    /**
     * Begins where another partition ended.
     *
     * @param index  reads ahead, to know what is the latest
     * @param walk   reads the letters themselves; on a consumer of its own
     * @param replay what a letter becomes; null to discard
     */
    PartitionRun(
            int partition,
            PartitionScan index,
            PartitionScan walk,
            Producer<byte[], byte[]> producer,
            DeadLetterFilter filter,
            @Nullable Function<ConsumerRecord<byte[], byte[]>, ProducerRecord<byte[], byte[]>> replay,
            RunListener listener,
            Outcome outcome) {
        this.partition = partition;
        this.index = index;
        this.walk = walk;
        this.producer = producer;
        this.filter = filter;
        this.replay = replay;
        this.listener = listener;
        this.outcome = outcome;
    }

    /**
     * Moves all that matches and died before the frozen end.
     *
     * @throws RunTakenOver where another run began meanwhile
     */
    Outcome run(long frozenEnd) {
        try {
            // Ends what another run left open here, and keeps it from committing any more.
            producer.initTransactions();
            index.index(index.end());
            if (!index.isEmpty()) {
                walk.read(walk.beginning(), frozenEnd, this::take);
                move();
            }
            return outcome;
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw new RunTakenOver(partition, e);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> letter) {
        if (letter.value() == null || !index.isOutstanding(letter) || !filter.matches(DeadLetter.of(letter))) {
            return;
        }
        batch.add(letter);
        batchBytes += letter.serializedValueSize();
        if (batch.size() >= BATCH_RECORDS || batchBytes >= BATCH_BYTES) {
            move();
        }
    }

    private void move() {
        if (batch.isEmpty()) {
            return;
        }
        index.index(index.end());
        int taken = batch.size();
        batch.removeIf(letter -> !index.isOutstanding(letter));
        if (!batch.isEmpty()) {
            producer.beginTransaction();
            batch.forEach(this::send);
            producer.commitTransaction();
        }
        outcome = outcome.plus(batch.size(), taken - batch.size());
        batch.clear();
        batchBytes = 0;
        listener.committed(outcome);
    }

    /** What a send comes to is told by the commit. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void send(ConsumerRecord<byte[], byte[]> letter) {
        producer.send(new ProducerRecord<>(Topics.DEAD_LETTERS, partition, letter.key(), null));
        if (replay != null) {
            producer.send(replay.apply(letter));
        }
    }
}
