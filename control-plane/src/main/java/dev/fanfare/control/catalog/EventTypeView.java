package dev.fanfare.control.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Deprecation;
import dev.fanfare.contract.catalog.EventType.Version;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event type as it is answered; times are RFC 3339, UTC.
 *
 * @param versions the oldest first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record EventTypeView(
        String name,
        @Nullable String description,
        @Nullable DeprecationView deprecation,
        List<VersionView> versions,
        String createdAt,
        String updatedAt) {

    /** A notice. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record DeprecationView(String notice, @Nullable String endsAt) {
        static @Nullable DeprecationView of(@Nullable Deprecation deprecation) {
            return deprecation == null
                    ? null
                    : new DeprecationView(
                            deprecation.notice(),
                            deprecation.endsAtMillis() == null ? null : time(deprecation.endsAtMillis()));
        }
    }

    /** A version of the schema. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record VersionView(
            int version,
            JsonNode schema,
            @Nullable JsonNode example,
            @Nullable DeprecationView deprecation,
            String createdAt) {
        static VersionView of(Version version) {
            return new VersionView(
                    version.version(),
                    version.schema(),
                    version.example(),
                    DeprecationView.of(version.deprecation()),
                    time(version.createdAtMillis()));
        }
    }

    static EventTypeView of(EventType type) {
        return new EventTypeView(
                type.name(),
                type.description(),
                DeprecationView.of(type.deprecation()),
                type.versions().stream().map(VersionView::of).toList(),
                time(type.createdAtMillis()),
                time(type.updatedAtMillis()));
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
