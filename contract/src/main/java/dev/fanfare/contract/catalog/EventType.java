package dev.fanfare.contract.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A type of events as it stands on {@code fanfare.catalog}, with every version of its schema.
 *
 * @param name     the CloudEvents {@code type}, such as {@code order.created}
 * @param versions the oldest first; empty: its data may be anything
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EventType(
        String tenant,
        String name,
        @Nullable String description,
        @Nullable Deprecation deprecation,
        List<Version> versions,
        long createdAtMillis,
        long updatedAtMillis)
        implements CatalogEntry {
    /** The middle part of its record key. */
    public static final String KIND = "event-type";

    /** {@link #isValidName} in words, for error messages. */
    public static final String NAME_RULE =
            "1 to 200 letters, digits, dots, hyphens and underscores, starting and ending with a letter or digit";

    private static final int MAX_NAME_LENGTH = 200;

    /**
     * One version. Its schema and its example are never changed; it can be deprecated.
     *
     * @param version from 1
     * @param schema  JSON Schema 2020-12 of the data
     * @param example data that is as the schema says; null where none was given
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Version(
            int version,
            JsonNode schema,
            @Nullable JsonNode example,
            @Nullable Deprecation deprecation,
            long createdAtMillis) {
        /** With a notice, or with none. */
        public Version with(@Nullable Deprecation notice) {
            return new Version(version, schema, example, notice, createdAtMillis);
        }
    }

    /**
     * That something will go, in words for those who send it. Nothing is refused because of it.
     *
     * @param notice       what to do instead
     * @param endsAtMillis when it is planned to go; null: not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Deprecation(String notice, @Nullable Long endsAtMillis) {}

    public EventType {
        versions = versions == null ? List.of() : List.copyOf(versions);
    }

    /** Where a type stands. */
    public static String key(String tenant, String name) {
        return tenant + "/" + KIND + "/" + name;
    }

    @Override
    public String key() {
        return key(tenant, name);
    }

    /** A version by its number; null where there is none. */
    public @Nullable Version version(int number) {
        for (Version version : versions) {
            if (version.version() == number) {
                return version;
            }
        }
        return null;
    }

    /** The newest version; null where there is none. */
    public @Nullable Version newest() {
        return versions.isEmpty() ? null : versions.get(versions.size() - 1);
    }

    /** Whether the catalog takes such a name: it stands in URLs and record keys as it is. */
    public static boolean isValidName(String text) {
        int last = text.length() - 1;
        return last >= 0
                && last < MAX_NAME_LENGTH
                && isLetterOrDigit(text.charAt(0))
                && isLetterOrDigit(text.charAt(last))
                && text.chars().allMatch(c -> isLetterOrDigit(c) || c == '.' || c == '-' || c == '_');
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
