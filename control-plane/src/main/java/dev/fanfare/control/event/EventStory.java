package dev.fanfare.control.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.control.attempt.AttemptRoutes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What became of one event. Pure: it tells what the topics said.
 *
 * @param accepted   where it stands on the events topic, the first first; more than one where it was sent again, or where two
 *                   sources use the same id; empty where it isn't found there any more
 * @param deliveries those that are known, by subscription
 * @param isComplete whether all was looked at in which a delivery that was never attempted could stand
 */
public record EventStory(
        String eventId,
        String tenant,
        List<Accepted> accepted,
        List<DeliveryStory> deliveries,
        @JsonProperty("complete") boolean isComplete) {

    /** A delivery that is replayed begins to count anew: so not by their numbers, which are for those of one moment. */
    private static final Comparator<Attempt> BY_TIME =
            Comparator.comparingLong(Attempt::startedAtMillis).thenComparingInt(Attempt::attempt);

    /** One record on the events topic. */
    public record Accepted(String at, int partition, long offset, String type, String source, int bytes) {}

    /** What one delivery has come to. */
    public enum State {
        /** On its way to the first attempt: in line, or put off because its lane is full or broken. */
        @JsonProperty("queued")
        QUEUED,
        @JsonProperty("delivered")
        DELIVERED,
        /** For its next attempt. */
        @JsonProperty("waiting")
        WAITING,
        /** It would be its turn, but its subscription is paused. */
        @JsonProperty("parked")
        PARKED,
        /** A dead letter, or what was one before it was discarded. */
        @JsonProperty("dead")
        DEAD,
        @JsonProperty("cancelled")
        CANCELLED;

        static State of(String verdict) {
            for (Verdict known : Verdict.values()) {
                if (known.text().equals(verdict)) {
                    return switch (known) {
                        case DELIVERED -> DELIVERED;
                        case RETRY, DEFERRED -> WAITING;
                        case PARKED -> PARKED;
                        case GONE, REJECTED, EXHAUSTED, EXPIRED, FORBIDDEN, UNDECODABLE, INVALID, TOO_LARGE -> DEAD;
                        case CANCELLED -> CANCELLED;
                    };
                }
            }
            return QUEUED;
        }
    }

    /**
     * One subscription's part.
     *
     * @param reason   of a dead letter, its verdict; null otherwise
     * @param dueAt    when the next attempt is due, where it waits for one
     * @param attempts the first first
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record DeliveryStory(
            String deliveryId,
            String subscription,
            State state,
            @Nullable String reason,
            @Nullable String dueAt,
            List<AttemptRoutes.View> attempts) {}

    /**
     * Puts it together.
     *
     * @param attempts   of the event, in any order
     * @param deliveries of the event that were found on their topic
     * @param isPaused   whether a subscription, by its id, is paused: who parks a delivery notes no attempt
     */
    static EventStory of(
            String tenant,
            String eventId,
            List<Accepted> accepted,
            Collection<Attempt> attempts,
            Collection<Delivery> deliveries,
            Predicate<String> isPaused,
            long nowMillis,
            boolean isComplete) {
        Map<String, String> subscriptions = new LinkedHashMap<>();
        deliveries.forEach(delivery -> subscriptions.put(delivery.id(), delivery.subscriptionId()));
        Map<String, List<Attempt>> byDelivery = new LinkedHashMap<>();
        for (Attempt attempt : attempts) {
            subscriptions.put(attempt.deliveryId(), attempt.subscription());
            byDelivery
                    .computeIfAbsent(attempt.deliveryId(), id -> new ArrayList<>())
                    .add(attempt);
        }
        List<DeliveryStory> stories = subscriptions.entrySet().stream()
                .map(entry -> delivery(
                        entry.getKey(),
                        entry.getValue(),
                        byDelivery.getOrDefault(entry.getKey(), List.of()),
                        isPaused.test(entry.getValue()),
                        nowMillis))
                .sorted(Comparator.comparing(DeliveryStory::subscription).thenComparing(DeliveryStory::deliveryId))
                .toList();
        return new EventStory(eventId, tenant, accepted, stories, isComplete);
    }

    private static DeliveryStory delivery(
            String id, String subscription, List<Attempt> attempts, boolean isPaused, long nowMillis) {
        Attempt[] inOrder = attempts.toArray(Attempt[]::new);
        Arrays.sort(inOrder, BY_TIME);
        if (inOrder.length == 0) {
            return new DeliveryStory(id, subscription, isPaused ? State.PARKED : State.QUEUED, null, null, List.of());
        }
        Attempt last = inOrder[inOrder.length - 1];
        State state = State.of(last.verdict());
        Long delay = last.nextDelayMillis();
        Long due = delay == null ? null : last.startedAtMillis() + last.durationMillis() + delay;
        if (state == State.WAITING && isPaused && due != null && due <= nowMillis) {
            state = State.PARKED;
            due = null;
        }
        return new DeliveryStory(
                id,
                subscription,
                state,
                state == State.DEAD ? last.verdict() : null,
                due == null ? null : Instant.ofEpochMilli(due).toString(),
                Arrays.stream(inOrder).map(AttemptRoutes.View::of).toList());
    }
}
