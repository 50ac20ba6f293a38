package dev.fanfare.control.subscription;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replay of events as it is answered; times are RFC 3339, UTC.
 *
 * @param scanned   events that were read
 * @param matched   of these, those that the subscription wants
 * @param sent      deliveries made of them; fewer than matched where an event is too large for one
 * @param left      events, and what lies between them, that are still to be read; null before a router has begun
 * @param endedAt   null while it runs
 * @param error     why it ended before its time; null where it didn't
 * @param statusUrl where this is answered anew
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ReplayView(
        String id,
        String subscription,
        Run.State state,
        String since,
        @Nullable String until,
        List<String> types,
        long scanned,
        long matched,
        long sent,
        @Nullable Long left,
        String startedAt,
        String updatedAt,
        @Nullable String endedAt,
        @Nullable String error,
        String statusUrl) {

    static ReplayView of(Run run) {
        EventReplay replay;
        try {
            replay = EventReplay.of(run);
        } catch (UndecodableRecord e) {
            throw new IllegalStateException("it was found by what it is about", e);
        }
        Instant until = replay.until();
        String updatedAt = Instant.ofEpochMilli(run.updatedAtMillis()).toString();
        return new ReplayView(
                run.id(),
                replay.subscription(),
                run.state(),
                replay.since().toString(),
                until == null ? null : until.toString(),
                replay.types(),
                run.count(EventReplay.SCANNED),
                run.count(EventReplay.MATCHED),
                run.count(EventReplay.SENT),
                left(run),
                Instant.ofEpochMilli(run.startedAtMillis()).toString(),
                updatedAt,
                run.state() == Run.State.RUNNING ? null : updatedAt,
                run.error(),
                "/v1/tenants/" + replay.tenant() + "/subscriptions/" + replay.subscription() + "/replays/" + run.id());
    }

    private static @Nullable Long left(Run run) {
        if (run.frozenEnds().isEmpty()) {
            return null;
        }
        return run.frozenEnds().entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - run.positions().getOrDefault(end.getKey(), 0L)))
                .sum();
    }
}
