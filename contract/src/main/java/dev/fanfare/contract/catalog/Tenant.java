package dev.fanfare.contract.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * A tenant as it stands on {@code fanfare.catalog}.
 *
 * @param eventTypes which events it may send
 * @param rateLimit  events a second; null: the configured default
 * @param quota      events of a day and of a month; null: the configured default
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Tenant(
        String id,
        @Nullable String description,
        EventTypes eventTypes,
        @Nullable RateLimit rateLimit,
        @Nullable Quota quota,
        long createdAtMillis,
        long updatedAtMillis)
        implements CatalogEntry {
    /** The middle part of its record key. */
    public static final String KIND = "tenant";

    /** Which types of events a tenant may send through ingest. */
    public enum EventTypes {
        /** Any; nothing is checked against the catalog. */
        @JsonProperty("open")
        OPEN,
        /** Those in the catalog alone, with data that is as their schema says. */
        @JsonProperty("strict")
        STRICT
    }

    /** Where a tenant stands. */
    public static String key(String id) {
        return id + "/" + KIND + "/" + id;
    }

    @Override
    public String key() {
        return key(id);
    }
}
