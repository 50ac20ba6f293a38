package dev.fanfare.control.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.IdTime;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptQuery;
import dev.fanfare.control.subscription.SubscriptionIndex;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.KeyPartition;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Looks for one event and its deliveries on their topics, without reading all of them: from the moments at which they can
 * have been appended.
 *
 * <pre>
 * attempts of the event (index) ─▶ accepted at t ─▶ events appended at t      ─▶ where it stands
 *                               └▶ deliveries appended within seconds of t ─▶ those not attempted yet
 * no attempt: the moment in a minted id (UUIDv7, ULID), else the latest events of the partition of its id
 * </pre>
 *
 * <p>Every call opens its own consumer and closes it, and reads no more than a bound. Safe from any thread; it waits for
 * Kafka, so keep it off the event loop.
 */
public final class EventSearch {
    private static final int MOST_ATTEMPTS = 2_000;
    private static final int MOST_READ = 20_000;
    /** A router that keeps up writes deliveries within this time of the event. */
    private static final Duration ROUTED_WITHIN = Duration.ofMinutes(1);

    private static final Duration MINTED_WITHIN = Duration.ofSeconds(30);
    private static final Duration SEARCH_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(50);

    /** Each has a consumer and reads up to 20,000 records. */
    private static final int MOST_AT_ONCE = 4;

    private final Semaphore turns = new Semaphore(MOST_AT_ONCE, true);
    private final KafkaConnection kafka;
    private final AttemptIndex attempts;
    private final SubscriptionIndex subscriptions;
    private final Clock clock;
    private final String defaultTenant;
    private final String clientId;

    /** With the indices, which stay the caller's. */
    public EventSearch(
            KafkaConnection kafka,
            AttemptIndex attempts,
            SubscriptionIndex subscriptions,
            Clock clock,
            String defaultTenant,
            String clientId) {
        this.kafka = kafka;
        this.attempts = attempts;
        this.subscriptions = subscriptions;
        this.clock = clock;
        this.defaultTenant = defaultTenant;
        this.clientId = clientId;
    }

    /**
     * What became of an event; null where nothing is known of it.
     *
     * @throws ProblemException 503 where too many look for one already
     */
    public @Nullable EventStory find(String tenant, String eventId) {
        if (!isTurnOf()) {
            throw new ProblemException(Problem.of(
                    503,
                    "unavailable",
                    "Temporarily unavailable",
                    "too many look for events on the topics just now: try again"));
        }
        try {
            return search(tenant, eventId);
        } finally {
            turns.release();
        }
    }

    private boolean isTurnOf() {
        try {
            return turns.tryAcquire(SEARCH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private @Nullable EventStory search(String tenant, String eventId) {
        List<Attempt> tried = attempts.find(AttemptQuery.of(tenant).event(eventId), null, MOST_ATTEMPTS)
                .attempts();
        try (var consumer = kafka.consumer(
                clientId,
                Map.of(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1_000))) {
            TreeSet<Long> moments = tried.stream()
                    .map(Attempt::acceptedAtMillis)
                    .filter(at -> at != null)
                    .collect(Collectors.toCollection(TreeSet::new));
            Reading reading = new Reading(consumer);
            List<EventStory.Accepted> accepted = new ArrayList<>();
            Consumer<ConsumerRecord<byte[], byte[]>> take = message -> {
                EventStory.Accepted found = accepted(message, tenant, eventId);
                if (found != null) {
                    accepted.add(found);
                    moments.add(message.timestamp());
                }
            };
            if (moments.isEmpty()) {
                Long minted = IdTime.millis(eventId);
                if (minted == null) {
                    reading.tail(partitionOf(eventId, reading.partitions(Topics.EVENTS)), take);
                } else {
                    reading.between(Topics.EVENTS, minted, minted + MINTED_WITHIN.toMillis(), take);
                }
            } else {
                for (long at : List.copyOf(moments)) {
                    reading.between(Topics.EVENTS, at, at + 1, take);
                }
            }
            Map<String, Delivery> deliveries = new HashMap<>();
            if (!moments.isEmpty()) {
                reading.between(
                        Topics.DELIVERIES, moments.first(), moments.first() + ROUTED_WITHIN.toMillis(), message -> {
                            Delivery delivery = delivery(message, tenant, eventId);
                            if (delivery != null) {
                                deliveries.put(delivery.id(), delivery);
                            }
                        });
            }
            if (accepted.isEmpty() && tried.isEmpty()) {
                return null;
            }
            return EventStory.of(
                    tenant,
                    eventId,
                    accepted,
                    tried,
                    deliveries.values(),
                    subscription -> isPaused(tenant, subscription),
                    clock.millis(),
                    !reading.cutShort);
        }
    }

    private boolean isPaused(String tenant, String subscription) {
        Row<Subscription> row = subscriptions.get(tenant, subscription);
        return row != null && row.value().state() == Subscription.State.PAUSED;
    }

    private EventStory.@Nullable Accepted accepted(
            ConsumerRecord<byte[], byte[]> message, String tenant, String eventId) {
        try {
            Event event = EventRecords.read(message.headers(), message.value(), defaultTenant);
            if (!event.id().equals(eventId) || !tenant.equals(event.tenant())) {
                return null;
            }
            return new EventStory.Accepted(
                    Instant.ofEpochMilli(message.timestamp()).toString(),
                    message.partition(),
                    message.offset(),
                    event.type(),
                    event.source(),
                    event.data().length);
        } catch (UndecodableRecord e) {
            return null; // it has no id by which it could be asked for
        }
    }

    private static @Nullable Delivery delivery(ConsumerRecord<byte[], byte[]> message, String tenant, String eventId) {
        String id = RecordHeaders.text(message.headers(), EventRecords.ATTRIBUTE_PREFIX + Event.ID);
        if (!eventId.equals(id)) {
            return null;
        }
        try {
            Delivery delivery = DeliveryRecords.read(message.headers());
            return delivery.tenant().equals(tenant) ? delivery : null;
        } catch (UndecodableRecord e) {
            return null; // the dispatcher makes a dead letter of it
        }
    }

    /** Where a producer puts what has this key. */
    private static TopicPartition partitionOf(String key, List<TopicPartition> partitions) {
        return new TopicPartition(Topics.EVENTS, KeyPartition.of(key.getBytes(UTF_8), partitions.size()));
    }

    /** Reads stretches of topics, within one bound for all of them. */
    private static final class Reading {
        private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
        private final long endNanos = System.nanoTime() + SEARCH_TIMEOUT.toNanos();
        private boolean cutShort;

        Reading(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        List<TopicPartition> partitions(String topic) {
            return consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
        }

        void tail(TopicPartition partition, Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            read(Map.of(partition, Math.max(begin, end - MOST_READ)), Map.of(partition, end), Long.MAX_VALUE, visitor);
        }

        void between(
                String topic, long sinceMillis, long untilMillis, Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
            List<TopicPartition> partitions = partitions(topic);
            Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                    partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> sinceMillis)));
            Map<TopicPartition, Long> begins = new HashMap<>();
            found.forEach((partition, offset) -> {
                if (offset != null && offset.timestamp() < untilMillis) {
                    begins.put(partition, offset.offset());
                }
            });
            if (!begins.isEmpty()) {
                read(begins, consumer.endOffsets(begins.keySet()), untilMillis, visitor);
            }
        }

        private void read(
                Map<TopicPartition, Long> begins,
                Map<TopicPartition, Long> ends,
                long untilMillis,
                Consumer<ConsumerRecord<byte[], byte[]>> visitor) {
            Collection<TopicPartition> left = new ArrayList<>(begins.keySet());
            consumer.assign(left);
            begins.forEach(consumer::seek);
            int seen = 0;
            left.removeIf(partition -> begins.getOrDefault(partition, 0L) >= ends.getOrDefault(partition, 0L));
            while (!left.isEmpty()) {
                if (seen >= MOST_READ || System.nanoTime() > endNanos) {
                    cutShort = true;
                    return;
                }
                var polled = consumer.poll(POLL);
                seen += polled.count();
                for (TopicPartition partition : List.copyOf(left)) {
                    boolean over = false;
                    for (ConsumerRecord<byte[], byte[]> message : polled.records(partition)) {
                        over |= message.timestamp() >= untilMillis;
                        if (!over) {
                            visitor.accept(message);
                        }
                    }
                    if (over || consumer.position(partition) >= ends.getOrDefault(partition, 0L)) {
                        left.remove(partition);
                    }
                }
                consumer.assign(left);
            }
        }
    }
}
