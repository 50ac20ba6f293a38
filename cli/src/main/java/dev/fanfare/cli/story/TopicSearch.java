package dev.fanfare.cli.story;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.output.Remaining;
import dev.fanfare.cli.story.Sighting.What;
import dev.fanfare.contract.IdTime;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.DispatcherRole;
import dev.fanfare.retry.run.TopicReader;
import dev.fanfare.router.RouterRole;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Looks through the topics for all that speaks of one event, or of one delivery by its webhook-id.
 *
 * <pre>
 * id ─▶ when? (the id itself, or --since) ─▶ events ─▶ from its acceptance on: deliveries, attempts, tiers,
 *                                                      dead letters, parked ─▶ how far are the groups? ─▶ Story
 * </pre>
 *
 * <p>Topics are read once, from the moment on and to where they end now. Confined to one thread.
 */
final class TopicSearch implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Between a minted id and its event's acceptance: clocks differ, and producers batch and try again. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    private static final Duration ACCEPTED_WITHIN = Duration.ofMinutes(10);

    /** What is looked for, and when it can have been. */
    record Wanted(
            String id,
            String tenant,
            String defaultTenant,
            @Nullable Instant since,
            Instant until) {}

    private final Wanted wanted;
    private final byte[] id;
    private final byte[] idInJson;
    private final KafkaConnection kafka;
    private final TopicReader reader;
    private final ProgressLine progress;
    private final List<Sighting> found = new ArrayList<>();
    private final Set<String> deliveryIds = new HashSet<>();
    private String eventId;
    private @Nullable Long acceptedAtMillis;
    private long records;

    TopicSearch(KafkaConnection kafka, Wanted wanted, ProgressLine progress) {
        this.kafka = kafka;
        this.wanted = wanted;
        this.id = wanted.id().getBytes(UTF_8);
        this.idInJson = inJson(wanted.id());
        this.eventId = wanted.id();
        this.reader = new TopicReader(kafka, "fanfare-trace");
        this.progress = progress;
    }

    /** What was found. */
    Story search(Instant sinceByDefault) {
        long untilMillis = wanted.until().toEpochMilli();
        Long minted = wanted.since() == null ? IdTime.millis(wanted.id()) : null;
        long sinceMillis = minted != null
                ? minted - CLOCKS_DIFFER.toMillis()
                : (wanted.since() == null ? sinceByDefault : wanted.since()).toEpochMilli();
        if (minted != null) {
            long soonMillis = Math.min(untilMillis, minted + ACCEPTED_WITHIN.toMillis());
            read(Topics.EVENTS, sinceMillis, soonMillis, this::event);
            if (acceptedAtMillis == null && soonMillis < untilMillis) {
                read(Topics.EVENTS, soonMillis, untilMillis, this::event);
            }
        } else {
            read(Topics.EVENTS, sinceMillis, untilMillis, this::event);
        }
        // acceptance is the broker's time, the rest that of routers and dispatchers
        long fromMillis = acceptedAtMillis == null ? sinceMillis : acceptedAtMillis - CLOCKS_DIFFER.toMillis();
        read(Topics.DELIVERIES, fromMillis, untilMillis, message -> delivery(message, What.IN_LINE));
        read(Topics.ATTEMPTS, fromMillis, untilMillis, this::attempt);
        if (acceptedAtMillis == null && !eventId.equals(wanted.id())) {
            eventOfDelivery();
        }
        for (String tier : tiers()) {
            read(tier, fromMillis, untilMillis, message -> delivery(message, What.WAITS));
        }
        read(Topics.DEAD_LETTERS, fromMillis, untilMillis, message -> kept(message, What.DEAD));
        read(Topics.PARKED, fromMillis, untilMillis, message -> kept(message, What.PARKED));
        progress.clear();
        return Story.of(eventId, wanted.tenant(), found, positions(), records);
    }

    private void read(String topic, long from, long until, Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
        Remaining[] remaining = new Remaining[1];
        reader.readBetween(
                topic,
                from,
                until,
                message -> {
                    records++;
                    visitor.accept(message);
                },
                (offsets, total) -> {
                    if (remaining[0] == null) {
                        remaining[0] = new Remaining(total, 0, System::nanoTime);
                    }
                    Remaining now = remaining[0];
                    progress.update(() -> topic + "  " + now.text(offsets));
                });
    }

    private void event(ConsumerRecord<byte[], byte[]> message) {
        byte[] said = value(message, EventRecords.ATTRIBUTE_PREFIX + Event.ID);
        // in structured mode it is somewhere in the value
        if (said == null ? isSameInAllJson(wanted.id()) && !contains(message.value(), id) : !Arrays.equals(said, id)) {
            return;
        }
        event(message, wanted.id());
    }

    private void event(ConsumerRecord<byte[], byte[]> message, String asked) {
        try {
            Event event = EventRecords.read(message.headers(), message.value(), wanted.defaultTenant());
            if (event.id().equals(asked) && wanted.tenant().equals(event.tenant())) {
                accepted(message, event);
            }
        } catch (UndecodableRecord e) {
            return; // it has no id by which it could be asked for
        }
    }

    /** Whether nobody's JSON escapes any of it: some escape slashes, others all but ASCII. */
    static boolean isSameInAllJson(String id) {
        return id.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || "-_.:".indexOf(c) >= 0);
    }

    private void accepted(ConsumerRecord<byte[], byte[]> message, Event event) {
        acceptedAtMillis =
                acceptedAtMillis == null ? message.timestamp() : Math.min(acceptedAtMillis, message.timestamp());
        found.add(sighting(
                message, What.ACCEPTED, null, null, null, null, null, event.type() + " from " + event.source()));
    }

    /** A delivery's id was asked for, and says which event it is of, and when that was accepted. */
    private void eventOfDelivery() {
        Long at = found.stream()
                .map(Sighting::attempt)
                .filter(attempt -> attempt != null && attempt.acceptedAtMillis() != null)
                .map(Attempt::acceptedAtMillis)
                .findFirst()
                .orElse(firstAcceptedAtMillis);
        if (at != null) {
            read(Topics.EVENTS, at, at + 1, message -> event(message, eventId));
        }
    }

    private @Nullable Long firstAcceptedAtMillis;

    private void delivery(ConsumerRecord<byte[], byte[]> message, What what) {
        String delivery = match(message);
        if (delivery == null) {
            return;
        }
        boolean waits = what == What.WAITS;
        Long delay = waits ? number(message, DeliveryRecords.DELAY_MS) : null;
        Long deferrals = waits ? number(message, DeliveryRecords.DEFERRALS) : null;
        found.add(sighting(
                message,
                what,
                delivery,
                RecordHeaders.text(message.headers(), DeliveryRecords.SUBSCRIPTION),
                null,
                delay,
                null,
                deferrals == null ? null : "put off " + deferrals + " times so far"));
    }

    private void kept(ConsumerRecord<byte[], byte[]> message, What what) {
        if (message.value() == null) {
            String key = message.key() == null ? "" : new String(message.key(), UTF_8);
            if (deliveryIds.contains(key)) {
                found.add(sighting(message, What.TAKEN_AWAY, key, null, null, null, null, null));
            }
            return;
        }
        byte[] said = value(message, EventRecords.ATTRIBUTE_PREFIX + Event.ID);
        String delivery = RecordHeaders.text(message.headers(), DeliveryRecords.DELIVERY_ID);
        if (delivery == null ? said == null || !Arrays.equals(said, id) : match(message) == null) {
            return;
        }
        found.add(sighting(
                message,
                what,
                delivery,
                RecordHeaders.text(message.headers(), DeliveryRecords.SUBSCRIPTION),
                null,
                null,
                RecordHeaders.text(message.headers(), DeliveryRecords.REASON),
                RecordHeaders.text(message.headers(), DeliveryRecords.ERROR)));
    }

    private void attempt(ConsumerRecord<byte[], byte[]> message) {
        if (!contains(message.value(), idInJson)) {
            return;
        }
        try {
            Attempt attempt = Attempt.fromJson(message.value());
            boolean ofEvent = attempt.eventId().equals(wanted.id());
            if (attempt.tenant().equals(wanted.tenant())
                    && (ofEvent || attempt.deliveryId().equals(wanted.id()))) {
                eventId = attempt.eventId();
                deliveryIds.add(attempt.deliveryId());
                found.add(sighting(
                        message,
                        What.ATTEMPTED,
                        attempt.deliveryId(),
                        attempt.subscription(),
                        attempt,
                        null,
                        null,
                        null));
            }
        } catch (UndecodableRecord e) {
            return; // somebody else's line
        }
    }

    /** The delivery's id, where the record is of what is wanted. */
    private @Nullable String match(ConsumerRecord<byte[], byte[]> message) {
        byte[] event = value(message, EventRecords.ATTRIBUTE_PREFIX + Event.ID);
        byte[] delivery = value(message, DeliveryRecords.DELIVERY_ID);
        if (event == null
                || delivery == null
                || !(Arrays.equals(event, id) || Arrays.equals(delivery, id))
                || !wanted.tenant()
                        .equals(RecordHeaders.text(message.headers(), EventRecords.ATTRIBUTE_PREFIX + Event.TENANT))) {
            return null;
        }
        String deliveryId = new String(delivery, UTF_8);
        deliveryIds.add(deliveryId);
        eventId = new String(event, UTF_8);
        if (firstAcceptedAtMillis == null) {
            firstAcceptedAtMillis = number(message, DeliveryRecords.ACCEPTED_AT);
        }
        return deliveryId;
    }

    private static Sighting sighting(
            ConsumerRecord<byte[], byte[]> message,
            What what,
            @Nullable String deliveryId,
            @Nullable String subscription,
            @Nullable Attempt attempt,
            @Nullable Long delayMillis,
            @Nullable String reason,
            @Nullable String about) {
        return new Sighting(
                what,
                attempt == null ? message.timestamp() : attempt.startedAtMillis() + attempt.durationMillis(),
                message.topic(),
                message.partition(),
                message.offset(),
                deliveryId,
                subscription,
                attempt,
                delayMillis,
                reason,
                about,
                RecordHeaders.text(message.headers(), DeliveryRecords.RUN));
    }

    private static @Nullable Long number(ConsumerRecord<byte[], byte[]> message, String header) {
        try {
            long number = RecordHeaders.number(message.headers(), header, -1);
            return number < 0 ? null : number;
        } catch (UndecodableRecord e) {
            return null;
        }
    }

    private static byte @Nullable [] value(ConsumerRecord<byte[], byte[]> message, String header) {
        var last = message.headers().lastHeader(header);
        return last == null ? null : last.value();
    }

    /** What an attempt's record holds of an id: some characters are escaped there. */
    static byte[] inJson(String id) {
        try {
            byte[] quoted = Json.TOPIC.writeValueAsBytes(id);
            return Arrays.copyOfRange(quoted, 1, quoted.length - 1);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a text is JSON", e);
        }
    }

    /** Without making text of it: nearly none of them do. */
    static boolean contains(byte @Nullable [] text, byte[] word) {
        if (text == null || word.length == 0) {
            return false;
        }
        byte first = word[0];
        for (int i = 0; i <= text.length - word.length; i++) {
            if (text[i] == first && Arrays.equals(text, i, i + word.length, word, 0, word.length)) {
                return true;
            }
        }
        return false;
    }

    private List<String> tiers() {
        try (Admin admin = kafka.admin("fanfare-trace-topics")) {
            return KafkaAnswer.await(admin.listTopics().names(), PATIENCE, "listing topics").stream()
                    .filter(name -> Tier.ofTopic(name).isPresent())
                    .sorted()
                    .toList();
        }
    }

    private Story.Positions positions() {
        Map<String, Map<Integer, Long>> committed = new HashMap<>();
        try (Admin admin = kafka.admin("fanfare-trace-groups")) {
            for (String group : List.of(RouterRole.GROUP, DispatcherRole.GROUP)) {
                KafkaAnswer.await(
                                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                                PATIENCE,
                                "asking how far group " + group + " is")
                        .forEach((partition, offset) -> {
                            if (offset != null) {
                                committed
                                        .computeIfAbsent(partition.topic(), topic -> new HashMap<>())
                                        .put(partition.partition(), offset.offset());
                            }
                        });
            }
        }
        return new Story.Positions(committed);
    }

    @Override
    public void close() {
        progress.clear();
        reader.close();
    }
}
