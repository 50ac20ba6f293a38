package dev.fanfare.control.deadletter;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fanfare.contract.run.Run;
import dev.fanfare.control.deadletter.DeadLetterDesk.Action;
import dev.fanfare.retry.dead.Outcome;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A replay or discard as it is answered; times are RFC 3339, UTC. It doesn't say who began it: that is for the audit.
 *
 * @param filter    which are meant, by the names of a request's members; ids with blanks between them
 * @param because   why, in the words of who began it; null where none were given
 * @param moved     replayed, or discarded
 * @param changed   were no longer what they were when their turn came: they were left alone
 * @param endedAt   null while it runs
 * @param error     why it ended before its time; null where it didn't
 * @param statusUrl where this is answered anew
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DeadLetterRunView(
        String id,
        String action,
        Run.State state,
        Map<String, String> filter,
        @Nullable String because,
        long moved,
        long changed,
        String startedAt,
        String updatedAt,
        @Nullable String endedAt,
        @Nullable String error,
        String statusUrl) {

    /** Of a run that is about dead letters of this tenant alone; empty where it is another. */
    static Optional<DeadLetterRunView> of(Run run, String tenant) {
        return Action.of(run.kind())
                .filter(action -> tenant.equals(run.filter().get("tenant")))
                .map(action -> of(run, tenant, action));
    }

    private static DeadLetterRunView of(Run run, String tenant, Action action) {
        Map<String, String> filter = new TreeMap<>(run.filter());
        filter.keySet().retainAll(DeadLetterQuery.NAMES);
        String updatedAt = Instant.ofEpochMilli(run.updatedAtMillis()).toString();
        return new DeadLetterRunView(
                run.id(),
                action.text(),
                run.state(),
                filter,
                run.reason(),
                run.count(Outcome.MOVED),
                run.count(Outcome.CHANGED),
                Instant.ofEpochMilli(run.startedAtMillis()).toString(),
                updatedAt,
                run.state() == Run.State.RUNNING ? null : updatedAt,
                run.error(),
                "/v1/tenants/" + tenant + "/dead-letters/runs/" + run.id());
    }
}
