package dev.fanfare.testkit.conservation;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What is known at the end of a run. It can be told again, so that nobody has to remember it. */
public interface Evidence {

    /** All subscriptions that there were, those that are gone or were made anew included. */
    List<Subscriber> subscribers();

    /** Tells everything, in the order of {@link Witness}' methods. */
    void tell(Witness witness);

    /** Whom the evidence is told to. Records of one key come in their order. */
    interface Witness {

        /**
         * A record of {@code fanfare.events}.
         *
         * @param taken whether its reader has passed it
         */
        void event(ConsumerRecord<byte[], byte[]> message, boolean taken);

        /** An event whose producer was told that it is accepted, after all records of its topic. */
        void acknowledged(String tenant, String source, String id);

        /** A record of any later topic: fan-out, deliveries, tiers, attempts, parked, dead letters. */
        void record(ConsumerRecord<byte[], byte[]> message, boolean taken);

        /** A request that a receiver saw, in the order of arrival. */
        void arrival(WebhookArrival arrival);
    }
}
