package dev.fanfare.cli.story;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fanfare.cli.story.Sighting.What;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the records say became of an event. Pure.
 *
 * @param state      of the event itself, in words
 * @param sightings  of the event itself, the first first
 * @param deliveries by subscription
 * @param records    that were read to find this out
 */
record Story(
        String eventId,
        String tenant,
        String state,
        List<Sighting> sightings,
        List<DeliveryStory> deliveries,
        long records) {

    /**
     * One subscription's part.
     *
     * @param state  in one word: queued, delivered, waiting, parked, dead, cancelled, discarded
     * @param detail the state in words
     * @param dueAt  when it comes back from its tier, where it waits
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record DeliveryStory(
            String deliveryId,
            String subscription,
            String state,
            String detail,
            @Nullable String dueAt,
            @JsonProperty("steps") List<Sighting> sightings) {}

    /**
     * How far the groups are that read a topic: where the next record is that isn't done. Empty where that isn't known.
     */
    record Positions(Map<String, Map<Integer, Long>> committed) {
        /** How many records of its partition are before it and not done; below zero where it is done, null if unknown. */
        @Nullable Long before(Sighting sighting) {
            Long position = committed.getOrDefault(sighting.topic(), Map.of()).get(sighting.partition());
            return position == null ? null : sighting.offset() - position;
        }
    }

    /** From what was found. */
    static Story of(String eventId, String tenant, List<Sighting> found, Positions positions, long records) {
        Comparator<Sighting> order =
                Comparator.comparingLong(Sighting::atMillis).thenComparing(Sighting::what);
        List<Sighting> ofEvent = found.stream()
                .filter(one -> one.deliveryId() == null)
                .sorted(order)
                .toList();
        Map<String, List<Sighting>> byDelivery = found.stream()
                .filter(one -> one.deliveryId() != null)
                .sorted(order)
                .collect(Collectors.groupingBy(
                        one -> String.valueOf(one.deliveryId()), LinkedHashMap::new, Collectors.toList()));
        List<DeliveryStory> deliveries = new ArrayList<>();
        byDelivery.forEach((id, sightings) -> deliveries.add(delivery(id, sightings, positions)));
        deliveries.sort(Comparator.comparing(DeliveryStory::subscription).thenComparing(DeliveryStory::deliveryId));
        return new Story(
                eventId, tenant, event(ofEvent, deliveries.isEmpty(), positions), ofEvent, deliveries, records);
    }

    /** Whether anything at all was found. */
    boolean isKnown() {
        return !sightings.isEmpty() || !deliveries.isEmpty();
    }

    private static String event(List<Sighting> sightings, boolean isAlone, Positions positions) {
        for (Sighting dead : sightings) {
            if (dead.what() == What.DEAD) {
                return "a dead letter, as the router could not route it: " + dead.about();
            }
        }
        if (!isAlone) {
            return "routed";
        }
        Sighting accepted = sightings.stream()
                .filter(one -> one.what() == What.ACCEPTED)
                .findFirst()
                .orElse(null);
        if (accepted == null) {
            return "unknown";
        }
        Long before = positions.before(accepted);
        if (before == null) {
            return "no delivery was found, and how far the routers are is not known";
        }
        return before >= 0
                ? "not routed yet: the routers have " + (before + 1) + " to do up to it in its partition"
                : "routed to nobody: no subscription matched, or it was a duplicate of another";
    }

    private static DeliveryStory delivery(String id, List<Sighting> sightings, Positions positions) {
        String subscription = sightings.stream()
                .map(Sighting::subscription)
                .filter(name -> name != null)
                .findFirst()
                .orElse("?");
        Map<What, Sighting> last = new TreeMap<>();
        sightings.forEach(one -> last.put(one.what(), one));
        Place place = Place.of(last, positions);
        return new DeliveryStory(id, subscription, place.state(), place.detail(), place.dueAt(), sightings);
    }

    /** Where a delivery is now. */
    private record Place(
            String state, String detail, @Nullable String dueAt) {
        /**
         * From the last of each kind. An outstanding dead letter or parked delivery says it for certain; else the last
         * attempt that ended the delivery; else where its last record stands.
         */
        static Place of(Map<What, Sighting> last, Positions positions) {
            Sighting line = last.get(What.IN_LINE);
            Sighting tried = last.get(What.ATTEMPTED);
            Sighting kept = later(last.get(What.DEAD), last.get(What.PARKED));
            Sighting taken = last.get(What.TAKEN_AWAY);
            if (kept != null && (taken == null || taken.atMillis() < kept.atMillis()) && !isReplayed(kept, line)) {
                boolean dead = kept.what() == What.DEAD;
                return new Place(
                        dead ? "dead" : "parked",
                        dead
                                ? "dead letter, outstanding: " + kept.reason() + " (" + kept.about() + ")"
                                : "parked: " + kept.about(),
                        null);
            }
            Attempt attempt = tried == null ? null : tried.attempt();
            boolean again = taken != null
                    && line != null
                    && line.atMillis() >= taken.atMillis()
                    && (tried == null || tried.atMillis() < line.atMillis());
            if (attempt != null && !again) {
                Place ended = ended(attempt, taken);
                if (ended != null) {
                    return ended;
                }
            } else if (taken != null && !again) {
                return new Place("discarded", "its dead letter was discarded, or replayed and not made again", null);
            }
            return onItsWay(last.get(What.WAITS), line, positions);
        }

        private static @Nullable Place ended(Attempt attempt, @Nullable Sighting taken) {
            if (attempt.verdict().equals(Verdict.DELIVERED.text())) {
                return new Place("delivered", "delivered by attempt " + attempt.attempt(), null);
            }
            if (attempt.verdict().equals(Verdict.CANCELLED.text())) {
                return new Place("cancelled", "cancelled: " + attempt.error(), null);
            }
            if (attempt.verdict().equals(Verdict.RETRY.text())) {
                return null;
            }
            return taken == null
                    ? new Place("dead", "dead letter: " + attempt.verdict() + ", outstanding or taken away since", null)
                    : new Place("discarded", "its dead letter (" + attempt.verdict() + ") was discarded", null);
        }

        private static Place onItsWay(@Nullable Sighting waits, @Nullable Sighting line, Positions positions) {
            if (waits != null && (line == null || line.atMillis() < waits.atMillis())) {
                Long delay = waits.delayMillis();
                String due = delay == null
                        ? null
                        : Instant.ofEpochMilli(waits.atMillis() + delay).toString();
                return new Place("waiting", "waiting in " + waits.topic() + (due == null ? "" : " until " + due), due);
            }
            if (line == null) {
                return new Place("queued", "on its way", null);
            }
            Long before = positions.before(line);
            return new Place(
                    "queued",
                    before == null
                            ? "in line at " + line.place()
                            : before >= 0
                                    ? "in line at " + line.place() + ": the dispatchers have " + (before + 1)
                                            + " to do up to it in its partition"
                                    : "at " + line.place()
                                            + ", which the dispatchers say is done, and no attempt is on "
                                            + Topics.ATTEMPTS + ": older than that topic keeps, or please report this",
                    null);
        }

        /** Replaying takes the letter away and puts the delivery in line in one transaction: compaction may show the one. */
        private static boolean isReplayed(Sighting kept, @Nullable Sighting line) {
            return line != null && line.run() != null && line.atMillis() >= kept.atMillis();
        }

        private static @Nullable Sighting later(@Nullable Sighting one, @Nullable Sighting other) {
            if (one == null || other == null) {
                return one == null ? other : one;
            }
            return other.atMillis() > one.atMillis() ? other : one;
        }
    }
}
