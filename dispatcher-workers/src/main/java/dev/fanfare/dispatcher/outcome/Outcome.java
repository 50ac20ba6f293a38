package dev.fanfare.dispatcher.outcome;

import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What became of an open delivery: the records that say so. They and the delivery's offset are committed together or
 * not at all.
 *
 * @param partition the one that it came from
 * @param offset    of its record there
 * @param epoch     of the ledger in which that is open
 * @param bytes     what it holds in memory until it is committed, roughly
 * @param records   made anew for each try: a producer closes the headers of what it has sent
 */
public record Outcome(TopicPartition partition, long offset, long epoch, int bytes, Records records) {

    /** Makes the records. */
    @FunctionalInterface
    public interface Records {
        /** New objects each time. */
        List<ProducerRecord<byte[], byte[]>> make();
    }
}
