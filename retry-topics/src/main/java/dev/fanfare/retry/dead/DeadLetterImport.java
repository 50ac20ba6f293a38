package dev.fanfare.retry.dead;

import dev.fanfare.contract.run.Run;
import dev.fanfare.retry.run.RunBook;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Clock;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Puts dead letters onto their topic, in transactions that carry the run's state. What was committed stands if it is
 * broken off. Confined to one thread; to be closed.
 */
public final class DeadLetterImport implements AutoCloseable {
    private static final int BATCH_RECORDS = 500;
    private static final int BATCH_BYTES = 4 * 1024 * 1024;

    private final Run run;
    private final Clock clock;
    private final LongConsumer progress;
    private final Producer<byte[], byte[]> producer;
    private long imported;
    private int inBatch;
    private long bytes;

    /**
     * Takes over from an import of the same run that was broken off.
     *
     * @param progress is told after each transaction how many there are
     */
    public DeadLetterImport(KafkaConnection kafka, Run run, Clock clock, LongConsumer progress) {
        this.run = run;
        this.clock = clock;
        this.progress = progress;
        String id = "fanfare-import-" + run.id();
        this.producer = kafka.transactional(id, id, DeadLetters.TRANSACTION_TIMEOUT);
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            producer.close();
            throw e;
        }
    }

    /** One more. What becomes of the send is told by the commit. */
    @SuppressWarnings("FutureReturnValueIgnored")
    public void add(ProducerRecord<byte[], byte[]> letter) {
        if (inBatch == 0) {
            producer.beginTransaction();
        }
        producer.send(letter);
        inBatch++;
        bytes += letter.value().length;
        if (inBatch >= BATCH_RECORDS || bytes >= BATCH_BYTES) {
            end();
        }
    }

    /** Commits what there is, and returns how many there are in all. */
    @SuppressWarnings("FutureReturnValueIgnored")
    public long end() {
        if (inBatch > 0) {
            long total = imported + inBatch;
            producer.send(RunBook.message(
                    run.at(Run.State.RUNNING, new Outcome(total, 0, 0).counts(run), clock.millis(), null)));
            producer.commitTransaction();
            imported = total;
            inBatch = 0;
            bytes = 0;
            progress.accept(imported);
        }
        return imported;
    }

    @Override
    public void close() {
        producer.close();
    }
}
