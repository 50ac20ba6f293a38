package dev.fanfare.control.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Deprecation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is shown of one event type.
 *
 * @param going    that it will go, in words; null where it won't
 * @param versions the newest first
 */
public record EventTypePage(
        String name, String description, @Nullable String going, List<VersionPart> versions, String changed) {
    /**
     * One version.
     *
     * @param schema  as indented JSON
     * @param example as indented JSON; null where none was given
     * @param going   that it will go, in words; null where it won't
     * @param notice  as it was typed; empty where there is none
     * @param ends    the day on which it goes, as RFC 3339 has it; empty where that isn't known
     */
    public record VersionPart(
            int number,
            String schema,
            @Nullable String example,
            @Nullable String going,
            String notice,
            String ends,
            String created) {}

    /** The number of its newest version; a dash where it has none. */
    public String newest() {
        return versions.isEmpty() ? "–" : String.valueOf(versions.get(0).number());
    }

    /** The number of the version to come. */
    public int nextNumber() {
        return versions.isEmpty() ? 1 : versions.get(0).number() + 1;
    }

    static EventTypePage of(EventType type, long nowMillis) {
        List<VersionPart> versions = new ArrayList<>();
        type.versions()
                .forEach(version -> versions.add(new VersionPart(
                        version.version(),
                        version.schema().toPrettyString(),
                        pretty(version.example()),
                        going(version.deprecation(), nowMillis),
                        EventTypeForm.notice(version.deprecation()),
                        EventTypeForm.ends(version.deprecation()),
                        Display.day(Instant.ofEpochMilli(version.createdAtMillis())))));
        Collections.reverse(versions);
        return new EventTypePage(
                type.name(),
                Objects.requireNonNullElse(type.description(), ""),
                going(type.deprecation(), nowMillis),
                versions,
                Display.day(Instant.ofEpochMilli(type.updatedAtMillis())));
    }

    private static @Nullable String pretty(@Nullable JsonNode json) {
        return json == null ? null : json.toPrettyString();
    }

    private static @Nullable String going(@Nullable Deprecation deprecation, long nowMillis) {
        if (deprecation == null) {
            return null;
        }
        Long ends = deprecation.endsAtMillis();
        String when = ends == null
                ? "Deprecated: "
                : (ends <= nowMillis ? "Deprecated, and to go since " : "Deprecated, and to go on ")
                        + Display.day(Instant.ofEpochMilli(ends)) + ": ";
        return when + deprecation.notice();
    }
}
