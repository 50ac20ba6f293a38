package dev.fanfare.contract.run;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody began and that takes a while, as it stands on {@code fanfare.runs} under its id. Each state
 * replaces the one before; where the work is done in transactions, the state is written in the same ones, so that its
 * counts are exact whenever the process dies. What a run sends carries its id as the header
 * {@link dev.fanfare.contract.delivery.DeliveryRecords#RUN}.
 *
 * @param id              a UUIDv7: runs sort by when they began
 * @param kind            what it does: one of the constants here, or a later one
 * @param startedAtMillis Unix milliseconds
 * @param updatedAtMillis Unix milliseconds; a running one that is silent for minutes has died
 * @param filter          what it is about, by the names of options: {@code subscription}, {@code since} (a moment) …
 * @param counts          how far it is, by the names of what is counted
 * @param frozenEnds      where its work ends, by {@code topic/partition}: what came later is none of it
 * @param positions       where its work goes on, by {@code topic/partition}; empty where a run keeps none
 * @param reason          why, in the words of who began it; null where none was given
 * @param error           why it failed; null where it didn't
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Run(
        String id,
        String kind,
        State state,
        Actor startedBy,
        long startedAtMillis,
        long updatedAtMillis,
        Map<String, String> filter,
        Map<String, Long> counts,
        Map<String, Long> frozenEnds,
        Map<String, Long> positions,
        @Nullable String reason,
        @Nullable String error) {

    /** How the kinds of what is done to dead letters begin. */
    public static final String DLQ = "dlq-";

    public static final String DLQ_REPLAY = "dlq-replay";
    public static final String DLQ_DISCARD = "dlq-discard";
    public static final String DLQ_IMPORT = "dlq-import";
    /** Past events go to one subscription; see {@link EventReplay}. */
    public static final String EVENT_REPLAY = "event-replay";
    /** Another run is to stop; see {@link EventReplay#stop}. It is gone from the topic when that has happened. */
    public static final String STOP = "stop";

    /** Where a run stands. */
    public enum State {
        /** At work, or dead without a word. */
        RUNNING,
        /** All was done. */
        DONE,
        /** Told to stop before the end; the same command goes on with it. */
        STOPPED,
        /** It could not go on; the same command goes on with it. */
        FAILED;

        /** As it stands in records: lower case. */
        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        static State of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    public Run {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(startedBy, "startedBy");
        filter = sorted(filter);
        counts = sorted(counts);
        frozenEnds = sorted(frozenEnds);
        positions = sorted(positions);
    }

    /** One that keeps no positions. */
    public Run(
            String id,
            String kind,
            State state,
            Actor startedBy,
            long startedAtMillis,
            long updatedAtMillis,
            Map<String, String> filter,
            Map<String, Long> counts,
            Map<String, Long> frozenEnds,
            @Nullable String reason,
            @Nullable String error) {
        this(
                id,
                kind,
                state,
                startedBy,
                startedAtMillis,
                updatedAtMillis,
                filter,
                counts,
                frozenEnds,
                Map.of(),
                reason,
                error);
    }

    /** One of the counts; zero where it isn't there. */
    public long count(String name) {
        return counts.getOrDefault(name, 0L);
    }

    /** A later state of it. */
    public Run at(State newState, Map<String, Long> newCounts, long nowMillis, @Nullable String newError) {
        return new Run(
                id,
                kind,
                newState,
                startedBy,
                startedAtMillis,
                nowMillis,
                filter,
                newCounts,
                frozenEnds,
                positions,
                reason,
                newError);
    }

    /** The same, with its work between these offsets. */
    public Run within(Map<String, Long> newPositions, Map<String, Long> newFrozenEnds) {
        return new Run(
                id,
                kind,
                state,
                startedBy,
                startedAtMillis,
                updatedAtMillis,
                filter,
                counts,
                newFrozenEnds,
                newPositions,
                reason,
                error);
    }

    /** As it stands on the topic. */
    public byte[] toJson() {
        try {
            return Json.TOPIC.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a run is plain data", e);
        }
    }

    /** Reads {@link #toJson()}. */
    public static Run fromJson(byte[] json) throws UndecodableRecord {
        return Json.fromTopic(json, Run.class, "a run");
    }

    private static <V> Map<String, V> sorted(@Nullable Map<String, V> map) {
        return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
    }
}
