package dev.fanfare.testkit.conservation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookSigner;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.Retry;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.Exchange;
import dev.fanfare.testkit.ReceivedRequest;
import dev.fanfare.testkit.SignatureCheck;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;

/** A run as a test writes it down: what the topics and the receivers of a pipeline hold that worked, but for what is planted. */
final class ScriptedRun implements Evidence {
    static final String SOURCE = "/tests";
    static final long START_MILLIS = System.currentTimeMillis();
    private static final WebhookSecret SECRET = WebhookSecret.mint(new Random(1));
    private static final WebhookSecret STRANGER = WebhookSecret.mint(new Random(2));

    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Map<String, Subscription> byId = new HashMap<>();
    private final List<Consumer<Witness>> events = new ArrayList<>();
    private final List<Consumer<Witness>> records = new ArrayList<>();
    private final List<Consumer<Witness>> arrivals = new ArrayList<>();
    private final Map<String, Long> nextOffsets = new HashMap<>();

    ScriptedRun subscriber(String id, String type, String... schedule) {
        return subscriber(id, type, true, schedule);
    }

    ScriptedRun subscriber(String id, String type, boolean throughout, String... schedule) {
        Subscription subscription = Subscription.builder(
                        "default", id, new UUID(1, subscribers.size()), URI.create("https://example.com/" + id))
                .eventTypes(List.of(type))
                .retry(new Retry(List.of(schedule)))
                .build();
        subscribers.add(new Subscriber(subscription, throughout));
        byId.put(id, subscription);
        return this;
    }

    /** An event that was acknowledged and stands on its topic. */
    ScriptedRun event(String id, String type) {
        acknowledged(id);
        return event(id, type, true);
    }

    ScriptedRun event(String id, String type, boolean taken) {
        return event(id, type, taken, 0);
    }

    /** One that stands on its topic since {@code afterMillis} after the start, and is read before all that came before it. */
    ScriptedRun event(String id, String type, boolean taken, long afterMillis) {
        ConsumerRecord<byte[], byte[]> message = message(Topics.EVENTS, id.getBytes(UTF_8), data(id), afterMillis);
        EventRecords.writeHeaders(
                new Event(
                        Map.of("id", id, "type", type, "source", SOURCE, "tenant", "default"),
                        "application/json",
                        data(id)),
                message.headers());
        events.add(0, witness -> witness.event(message, taken));
        return this;
    }

    ScriptedRun acknowledged(String id) {
        events.add(witness -> witness.acknowledged("default", SOURCE, id));
        return this;
    }

    ScriptedRun made(String event, String subscriber) {
        return delivery(Topics.DELIVERIES, event, subscriber, Progress.NONE, null, true);
    }

    /** What lies on the deliveries topic or in a tier. */
    ScriptedRun delivery(String topic, String event, String subscriber, Progress progress, String run, boolean taken) {
        Subscription subscription = byId.get(subscriber);
        ConsumerRecord<byte[], byte[]> message =
                message(topic, subscription.key().getBytes(UTF_8), data(event), progress.lastAttemptAtMillis());
        message.headers().add("ce_id", event.getBytes(UTF_8)).add("ce_type", "a.b".getBytes(UTF_8));
        DeliveryRecords.writeHeaders(
                new Delivery(
                        id(event, subscriber),
                        "default",
                        subscriber,
                        subscription.generation(),
                        new SubscriptionVersion("t", 0),
                        event,
                        "a.b",
                        START_MILLIS,
                        progress,
                        run),
                message.headers());
        records.add(witness -> witness.record(message, taken));
        return this;
    }

    ScriptedRun onRecord(String event, String subscriber, int attempt, Verdict verdict, Integer status) {
        Attempt record = new Attempt(
                id(event, subscriber),
                "default",
                subscriber,
                event,
                "a.b",
                attempt,
                verdict.text(),
                START_MILLIS,
                1,
                status,
                verdict == Verdict.DELIVERED ? null : "broken",
                null,
                null,
                null);
        ConsumerRecord<byte[], byte[]> message =
                message(Topics.ATTEMPTS, byId.get(subscriber).key().getBytes(UTF_8), record.toJson(), 5);
        records.add(witness -> witness.record(message, true));
        return this;
    }

    /** A dead letter or parked delivery; or, without a body, that it was taken out. */
    ScriptedRun kept(String topic, String event, String subscriber, boolean stands) {
        ConsumerRecord<byte[], byte[]> message =
                message(topic, id(event, subscriber).getBytes(UTF_8), stands ? data(event) : null, 10);
        records.add(witness -> witness.record(message, true));
        return this;
    }

    /** A request as its receiver saw it: signed, with the right id, {@code afterMillis} after the start. */
    ScriptedRun arrived(String event, String subscriber, int attempt, int status, long afterMillis) {
        return arrived(id(event, subscriber), event, subscriber, attempt, status, afterMillis, data(event), SECRET);
    }

    ScriptedRun arrivedUnder(String id, String event, String subscriber) {
        return arrived(id, event, subscriber, 1, 204, 0, data(event), SECRET);
    }

    ScriptedRun arrivedWith(String body, String event, String subscriber) {
        return arrived(id(event, subscriber), event, subscriber, 1, 204, 0, body.getBytes(UTF_8), SECRET);
    }

    ScriptedRun arrivedSignedByAStranger(String event, String subscriber) {
        return arrived(id(event, subscriber), event, subscriber, 1, 204, 0, data(event), STRANGER);
    }

    private ScriptedRun arrived(
            String id,
            String event,
            String subscriber,
            int attempt,
            int status,
            long afterMillis,
            byte[] body,
            WebhookSecret secret) {
        long timestamp = START_MILLIS / 1_000;
        SortedMap<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("webhook-id", List.of(id));
        headers.put("webhook-timestamp", List.of(Long.toString(timestamp)));
        headers.put("webhook-signature", List.of(new WebhookSigner(List.of(secret)).sign(id, timestamp, body)));
        headers.put("ce-id", List.of(event));
        headers.put("ce-source", List.of(SOURCE));
        headers.put("fanfare-attempt", List.of(Integer.toString(attempt)));
        ReceivedRequest request = new ReceivedRequest(
                "POST", "/" + subscriber, headers, body, afterMillis * 1_000_000, START_MILLIS + afterMillis);
        WebhookArrival arrival = WebhookArrival.of(
                new Exchange(request, Answer.status(status)),
                "default/" + subscriber,
                new SignatureCheck(SECRET.reveal()));
        arrivals.add(witness -> witness.arrival(arrival));
        return this;
    }

    /** Made, sent once, accepted, on record. */
    ScriptedRun delivered(String event, String subscriber) {
        return delivered(event, subscriber, 0);
    }

    /** Made, sent once, accepted {@code afterMillis} after the start, on record. */
    ScriptedRun delivered(String event, String subscriber, long afterMillis) {
        return made(event, subscriber)
                .arrived(event, subscriber, 1, 204, afterMillis)
                .onRecord(event, subscriber, 1, Verdict.DELIVERED, 204);
    }

    String id(String event, String subscriber) {
        return Accounts.idOf(SOURCE, event, byId.get(subscriber));
    }

    private static byte[] data(String event) {
        return ("{\"of\":\"" + event + "\"}").getBytes(UTF_8);
    }

    private ConsumerRecord<byte[], byte[]> message(String topic, byte[] key, byte[] value, long afterMillis) {
        long offset = nextOffsets.merge(topic, 1L, Long::sum) - 1;
        Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
        return new ConsumerRecord<>(
                topic,
                0,
                offset,
                START_MILLIS + afterMillis,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                headers,
                Optional.empty());
    }

    @Override
    public List<Subscriber> subscribers() {
        return subscribers;
    }

    @Override
    public void tell(Witness witness) {
        events.forEach(each -> each.accept(witness));
        records.forEach(each -> each.accept(witness));
        arrivals.forEach(each -> each.accept(witness));
    }
}
