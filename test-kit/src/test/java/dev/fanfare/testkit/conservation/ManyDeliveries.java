package dev.fanfare.testkit.conservation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A run that is made up while it is told: every delivery arrives but the one of an event to subscriber s7. */
record ManyDeliveries(int events, int fanOut, int lostEvent) implements Evidence {
    private static final byte[] DATA = "{}".getBytes(UTF_8);

    @Override
    public List<Subscriber> subscribers() {
        return IntStream.range(0, fanOut)
                .mapToObj(i -> Subscriber.throughout(
                        Subscription.builder("default", "s" + i, new UUID(1, i), URI.create("https://example.com/"))
                                .build()))
                .toList();
    }

    @Override
    public void tell(Witness witness) {
        List<Subscriber> subscribers = subscribers();
        for (int e = 0; e < events; e++) {
            var message = new ConsumerRecord<>(Topics.EVENTS, 0, e, new byte[0], DATA);
            EventRecords.writeHeaders(
                    new Event(Map.of("id", "e" + e, "type", "t", "source", "/tests"), null, DATA), message.headers());
            witness.event(message, true);
        }
        for (int e = 0; e < events; e++) {
            for (int s = 0; s < fanOut; s++) {
                tell(
                        witness,
                        e,
                        s,
                        Accounts.idOf("/tests", "e" + e, subscribers.get(s).subscription()));
            }
        }
    }

    private void tell(Witness witness, int event, int subscriber, String id) {
        long offset = (long) event * fanOut + subscriber;
        var made = new ConsumerRecord<>(Topics.DELIVERIES, 0, offset, new byte[0], DATA);
        made.headers().add(DeliveryRecords.DELIVERY_ID, id.getBytes(UTF_8));
        witness.record(made, true);
        if (event == lostEvent && subscriber == 7) {
            return;
        }
        String name = "s" + subscriber;
        Attempt attempt = new Attempt(
                id, "default", name, "e" + event, "t", 1, Verdict.DELIVERED.text(), 0, 1, 204, null, null, null, null);
        witness.record(new ConsumerRecord<>(Topics.ATTEMPTS, 0, offset, new byte[0], attempt.toJson()), true);
        witness.arrival(new WebhookArrival(
                id, "default/" + name, "/tests", "e" + event, 1, 0, true, WebhookArrival.checksum(DATA), ""));
    }
}
