package dev.fanfare.testkit.conservation;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The second hearing: everything that is known of a few deliveries, in words. Confined to one thread. */
final class Stories implements Evidence.Witness {
    private static final int LONGEST = 30;

    private final String defaultTenant;
    private final List<Subscriber> subscribers;
    private final Map<Long, Story> stories = new HashMap<>();

    Stories(String defaultTenant, List<Subscriber> subscribers, Iterable<Long> suspects) {
        this.defaultTenant = defaultTenant;
        this.subscribers = subscribers;
        suspects.forEach(hash -> stories.put(hash, new Story()));
    }

    private static final class Story {
        private String who = "a delivery of no known event";
        private final List<String> sightings = new ArrayList<>();
        private String lastSeen = "nowhere";
        private long lastSeenAtMillis = Long.MIN_VALUE;

        void saw(String what) {
            if (sightings.size() < LONGEST) {
                sightings.add(what);
            }
        }

        void saw(String what, ConsumerRecord<byte[], byte[]> message, boolean taken) {
            saw(what + " at " + place(message));
            if (message.timestamp() >= lastSeenAtMillis) {
                lastSeenAtMillis = message.timestamp();
                lastSeen = place(message) + (taken ? ", which its reader has passed" : ", still to be read");
            }
        }
    }

    /** Where a record is, and since when. */
    static String place(ConsumerRecord<byte[], byte[]> message) {
        return message.topic() + "/" + message.partition() + "@" + message.offset() + " ("
                + Instant.ofEpochMilli(message.timestamp()) + ")";
    }

    @Override
    public void event(ConsumerRecord<byte[], byte[]> message, boolean taken) {
        Event event = Accounts.read(message, defaultTenant);
        if (event == null) {
            return;
        }
        for (Subscriber subscriber : subscribers) {
            String id = Accounts.idOf(event.source(), event.id(), subscriber.subscription());
            Story story = stories.get(HashIndex.hash(id));
            if (story != null) {
                story.who = id + ", event " + event.id() + " of " + event.source() + " for "
                        + subscriber.subscription().key();
                story.saw("accepted", message, taken);
            }
        }
    }

    @Override
    public void acknowledged(String tenant, String source, String id) {
        // of events, not of deliveries
    }

    @Override
    public void record(ConsumerRecord<byte[], byte[]> message, boolean taken) {
        try {
            switch (message.topic()) {
                case Topics.FANOUT -> {} // of many deliveries
                case Topics.ATTEMPTS -> attempt(message);
                case Topics.PARKED, Topics.DEAD_LETTERS -> {
                    byte[] key = message.key();
                    Story story = key == null ? null : story(new String(key, StandardCharsets.UTF_8));
                    if (story != null) {
                        story.saw(message.value() == null ? "taken out" : "put in", message, true);
                    }
                }
                default -> {
                    Story story = story(RecordHeaders.text(message.headers(), DeliveryRecords.DELIVERY_ID));
                    if (story != null) {
                        story.saw(
                                "after "
                                        + DeliveryRecords.readProgress(message.headers())
                                                .totalAttempts() + " attempts",
                                message,
                                taken);
                    }
                }
            }
        } catch (UndecodableRecord e) {
            throw new IllegalStateException("it was read before", e);
        }
    }

    private void attempt(ConsumerRecord<byte[], byte[]> message) throws UndecodableRecord {
        Attempt attempt = Attempt.fromJson(message.value());
        Story story = story(attempt.deliveryId());
        if (story != null) {
            String why = attempt.error() == null ? "" : " (" + attempt.error() + ")";
            story.saw("attempt " + attempt.attempt() + " on record as " + attempt.verdict() + why, message, true);
        }
    }

    @Override
    public void arrival(WebhookArrival arrival) {
        Story story = story(arrival.webhookId());
        if (story != null) {
            story.saw("attempt " + arrival.attempt() + (arrival.accepted() ? " accepted" : " refused")
                    + " by its receiver (" + Instant.ofEpochMilli(arrival.atMillis()) + ")");
        }
    }

    private @Nullable Story story(@Nullable String id) {
        return id == null ? null : stories.get(HashIndex.hash(id));
    }

    /** All of one, the end first. */
    String of(long hash) {
        Story story = stories.get(hash);
        return story == null
                ? "unknown"
                : story.who + ": last seen on " + story.lastSeen + "; " + String.join("; ", story.sightings);
    }
}
