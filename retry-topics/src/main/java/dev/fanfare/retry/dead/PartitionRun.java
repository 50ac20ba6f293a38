package dev.fanfare.retry.dead;

import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.run.RunBook;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
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
 * index ─▶ matching letters up to the frozen end ─▶ batch ─▶ pace ─▶ index what came since ─▶ still the latest?
 *                                                                                                   │ yes
 *                       one transaction: tombstone, then what is replayed, then the run's state  ◀──┘
 * </pre>
 *
 * <p>The tombstone goes first: a replayed delivery that fails again becomes a dead letter after it. If the process dies,
 * the transaction is aborted: letters are either still there or replayed. A letter that comes under the same id between
 * the last look and the commit can be covered by the tombstone; the delivery that it was is then on its way again, under
 * the same id. Confined to one thread.
 */
final class PartitionRun {
    private static final int BATCH_BYTES = 4 * 1024 * 1024;

    private final int partition;
    private final PartitionScan index;
    private final PartitionScan walk;
    private final Producer<byte[], byte[]> producer;
    private final RunOrder order;
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
            RunOrder order,
            @Nullable Function<ConsumerRecord<byte[], byte[]>, ProducerRecord<byte[], byte[]>> replay,
            RunListener listener,
            Outcome outcome) {
        this.partition = partition;
        this.index = index;
        this.walk = walk;
        this.producer = producer;
        this.order = order;
        this.replay = replay;
        this.listener = listener;
        this.outcome = outcome;
    }

    /**
     * Moves all that matches and died before the frozen end.
     *
     * @param logEnd tells where the partition ends, behind open transactions
     * @throws RunTakenOver where another run began meanwhile
     */
    Outcome run(long frozenEnd, LongSupplier logEnd) {
        try {
            // Ends what another run left open here, and keeps it from committing any more.
            producer.initTransactions();
            // What that one committed may stand behind an open transaction of somebody else: wait for it.
            index.index(logEnd.getAsLong());
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
        if (letter.value() == null
                || !index.isOutstanding(letter)
                || !order.filter().matches(DeadLetter.of(letter))) {
            return;
        }
        batch.add(letter);
        batchBytes += letter.serializedValueSize();
        if (batch.size() >= order.pace().batch() || batchBytes >= BATCH_BYTES) {
            move();
        }
    }

    private void move() {
        if (batch.isEmpty()) {
            return;
        }
        long wait = order.pace().millisBefore(batch.size());
        if (wait > 0) {
            listener.pause(wait);
        }
        index.index(index.readableEnd());
        int taken = batch.size();
        batch.removeIf(letter -> !index.isOutstanding(letter));
        long events = 0;
        if (!batch.isEmpty()) {
            producer.beginTransaction();
            for (ConsumerRecord<byte[], byte[]> letter : batch) {
                events += send(letter) ? 1 : 0;
            }
        }
        outcome = outcome.plus(batch.size(), taken - batch.size(), events);
        if (!batch.isEmpty()) {
            sendState();
            producer.commitTransaction();
        }
        batch.clear();
        batchBytes = 0;
        listener.committed(outcome);
    }

    /** Returns whether it goes back to the events. What a send comes to is told by the commit. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private boolean send(ConsumerRecord<byte[], byte[]> letter) {
        producer.send(new ProducerRecord<>(Topics.DEAD_LETTERS, partition, letter.key(), null));
        if (replay == null) {
            return false;
        }
        ProducerRecord<byte[], byte[]> replayed = replay.apply(letter);
        producer.send(replayed);
        return Replayed.isOfEvents(replayed.topic());
    }

    /** In the same transaction, so that the counts are right whenever the process dies. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void sendState() {
        Run run = order.run();
        producer.send(RunBook.message(
                run.at(Run.State.RUNNING, outcome.counts(run), order.clock().millis(), null)));
    }
}
