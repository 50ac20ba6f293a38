package dev.fanfare.contract.run;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Delivery;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a run of the kind {@link Run#EVENT_REPLAY} is about: events of the past, for one subscription. The control plane
 * writes the run, one router does the work and writes all later states.
 *
 * @param generation which creation of the subscription is meant
 * @param since      from the events appended at this moment on
 * @param until      up to those appended before this moment; null: up to where the topic ended when the run began
 * @param types      event types as in a subscription, to which the replay keeps besides; empty: no narrower than that
 */
public record EventReplay(
        String tenant,
        String subscription,
        UUID generation,
        Instant since,
        @Nullable Instant until,
        List<String> types) {
    /** Counts events that were read. */
    public static final String SCANNED = "scanned";
    /** Counts those that the subscription wants. */
    public static final String MATCHED = "matched";
    /** Counts deliveries made of them. */
    public static final String SENT = "sent";

    private static final String TENANT = "tenant";
    private static final String SUBSCRIPTION = "subscription";
    private static final String GENERATION = "generation";
    private static final String SINCE = "since";
    private static final String UNTIL = "until";
    private static final String TYPES = "types";
    private static final String RUN = "run";

    public EventReplay {
        types = List.copyOf(types);
    }

    /** The key of the subscription on its topic. */
    public String subscriptionKey() {
        return Delivery.key(tenant, subscription);
    }

    /** The run, before anybody has begun with it. */
    public Run begin(String id, Actor startedBy, long nowMillis) {
        Map<String, String> filter = new TreeMap<>();
        filter.put(TENANT, tenant);
        filter.put(SUBSCRIPTION, subscription);
        filter.put(GENERATION, generation.toString());
        filter.put(SINCE, since.toString());
        if (until != null) {
            filter.put(UNTIL, until.toString());
        }
        if (!types.isEmpty()) {
            filter.put(TYPES, String.join(",", types));
        }
        return new Run(
                id,
                Run.EVENT_REPLAY,
                Run.State.RUNNING,
                startedBy,
                nowMillis,
                nowMillis,
                filter,
                Map.of(),
                Map.of(),
                null,
                null);
    }

    /**
     * Reads what a run is about.
     *
     * @throws UndecodableRecord where it isn't of this kind, or what is needed is missing
     */
    public static EventReplay of(Run run) throws UndecodableRecord {
        Map<String, String> filter = run.filter();
        String until = filter.get(UNTIL);
        String types = filter.get(TYPES);
        try {
            return new EventReplay(
                    required(filter, TENANT),
                    required(filter, SUBSCRIPTION),
                    UUID.fromString(required(filter, GENERATION)),
                    Instant.parse(required(filter, SINCE)),
                    until == null ? null : Instant.parse(until),
                    types == null ? List.of() : List.of(types.split(",", -1)));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new UndecodableRecord("run " + run.id() + " can't be read: " + e.getMessage());
        }
    }

    private static String required(Map<String, String> filter, String name) throws UndecodableRecord {
        String value = filter.get(name);
        if (value == null) {
            throw new UndecodableRecord("a replay of events lacks '" + name + "'");
        }
        return value;
    }

    /** The wish that a run stops. Only who does the work writes the run itself, so that no state overwrites another. */
    public static Run stop(String id, String runId, Actor by, long nowMillis) {
        return new Run(
                id,
                Run.STOP,
                Run.State.RUNNING,
                by,
                nowMillis,
                nowMillis,
                Map.of(RUN, runId),
                Map.of(),
                Map.of(),
                null,
                null);
    }

    /** Which run a wish is about; null where it isn't one. */
    public static @Nullable String stops(Run wish) {
        return wish.kind().equals(Run.STOP) ? wish.filter().get(RUN) : null;
    }
}
