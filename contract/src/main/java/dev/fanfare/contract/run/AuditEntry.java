package dev.fanfare.contract.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code fanfare.audit}: somebody changed something, or is about to.
 *
 * @param atMillis Unix milliseconds, by the clock of who did it
 * @param action   what: a run's kind and what became of it, such as {@code dlq-replay began}
 * @param object   what it was done to: a run's id
 * @param filter   what was meant, by the names of options
 * @param counts   how many, by the names of what is counted
 * @param reason   why, in their own words; null where none was given
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditEntry(
        long atMillis,
        String action,
        String object,
        Actor by,
        Map<String, String> filter,
        Map<String, Long> counts,
        @Nullable String reason) {

    public AuditEntry {
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(object, "object");
        Objects.requireNonNull(by, "by");
        filter = filter == null ? Map.of() : Map.copyOf(filter);
        counts = counts == null ? Map.of() : Map.copyOf(counts);
    }

    /** What a run did, as of its latest state. */
    public static AuditEntry of(Run run, String what) {
        return new AuditEntry(
                run.updatedAtMillis(),
                run.kind() + " " + what,
                run.id(),
                run.startedBy(),
                run.filter(),
                run.counts(),
                run.reason());
    }

    /** As it stands on the topic. */
    public byte[] toJson() {
        try {
            return Json.TOPIC.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an audit entry is plain data", e);
        }
    }

    /** Reads {@link #toJson()}. */
    public static AuditEntry fromJson(byte[] json) throws UndecodableRecord {
        return Json.fromTopic(json, AuditEntry.class, "an audit entry");
    }
}
