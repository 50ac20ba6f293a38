package dev.fanfare.cli.story;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fanfare.contract.delivery.Attempt;
import org.jspecify.annotations.Nullable;

/**
 * One record that speaks of the event.
 *
 * @param atMillis    the record's own time
 * @param deliveryId  null where the event itself is meant
 * @param delayMillis of a tier: how long it waits from then on
 * @param reason      of a dead letter or a parked delivery
 * @param about       in words: of an event its type and source, of a dead letter its error, in a tier how often it was
 *                    put off without an attempt
 * @param run         the replay that it comes from
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Sighting(
        What what,
        long atMillis,
        String topic,
        int partition,
        long offset,
        @Nullable String deliveryId,
        @Nullable String subscription,
        @Nullable Attempt attempt,
        @Nullable Long delayMillis,
        @Nullable String reason,
        @Nullable String about,
        @Nullable String run) {

    /** What a record says, in the order in which things happen. */
    enum What {
        @JsonProperty("accepted")
        ACCEPTED,
        /** It stands on the deliveries topic: fresh, back from a tier, or replayed. */
        @JsonProperty("in line")
        IN_LINE,
        @JsonProperty("attempted")
        ATTEMPTED,
        /** In a tier. */
        @JsonProperty("waits")
        WAITS,
        @JsonProperty("parked")
        PARKED,
        @JsonProperty("dead letter")
        DEAD,
        /** A dead letter or a parked delivery was replayed or discarded. */
        @JsonProperty("taken away")
        TAKEN_AWAY
    }

    /** Where it stands. */
    String place() {
        return topic + " " + partition + "/" + offset;
    }
}
