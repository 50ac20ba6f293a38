package dev.fanfare.benchmarks.router;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import java.util.BitSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Whether a run made each delivery once. */
final class DeliveryCheck {
    private static final String EVENT_ID = EventRecords.ATTRIBUTE_PREFIX + Event.ID;

    private final String eventPrefix;
    private final String subscriptionPrefix;
    private final int fanOut;
    private final BitSet seen = new BitSet();
    private long repeated;
    private long strange;

    DeliveryCheck(String run, int fanOut) {
        this.eventPrefix = run + "-";
        this.subscriptionPrefix = RouterLoad.type(fanOut) + "-";
        this.fanOut = fanOut;
    }

    void add(ConsumerRecord<byte[], byte[]> message) {
        int event = number(RecordHeaders.text(message.headers(), EVENT_ID), eventPrefix);
        int subscription =
                number(RecordHeaders.text(message.headers(), DeliveryRecords.SUBSCRIPTION), subscriptionPrefix);
        if (event < 0 || subscription < 0) {
            strange++;
            return;
        }
        int delivery = event * fanOut + subscription;
        repeated += seen.get(delivery) ? 1 : 0;
        seen.set(delivery);
    }

    private static int number(@Nullable String text, String prefix) {
        return text != null && text.startsWith(prefix)
                ? Integer.parseInt(text, prefix.length(), text.length(), 10)
                : -1;
    }

    /** Throws unless there is each delivery of so many events, once, and nothing else. */
    void check(int events) {
        long expected = (long) events * fanOut;
        if (seen.cardinality() != expected || repeated > 0 || strange > 0) {
            throw BenchmarkFailure.of("the run is void: of " + expected + " deliveries " + seen.cardinality()
                    + " are there, " + repeated + " twice, and " + strange + " that nobody asked for");
        }
    }
}
