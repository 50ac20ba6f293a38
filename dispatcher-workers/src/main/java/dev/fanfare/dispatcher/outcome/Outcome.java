package dev.fanfare.dispatcher.outcome;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What became of an open delivery: the records that say so. They and the delivery's offset are committed together or
 * not at all.
 *
 * @param origin  the record that it ends
 * @param epoch   of the ledger in which the origin is open
 * @param records made anew for each try: a producer closes the headers of what it has sent
 */
public record Outcome(ConsumerRecord<byte[], byte[]> origin, long epoch, Records records) {

    /** Makes the records. */
    @FunctionalInterface
    public interface Records {
        /** New objects each time. */
        List<ProducerRecord<byte[], byte[]>> make();
    }

    /** The partition whose ledger it completes. */
    public TopicPartition partition() {
        return new TopicPartition(origin.topic(), origin.partition());
    }
}
