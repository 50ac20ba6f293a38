package dev.fanfare.contract.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How many events a tenant, or the holder of an API key, may send in a calendar day, and in a calendar month, in UTC.
 *
 * @param perDay   1 or more; null: as many as the month allows
 * @param perMonth 1 or more; null: as many as the days allow
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Quota(@Nullable Long perDay, @Nullable Long perMonth) {
    public static final int MOST = 2_000_000_000;

    public Quota {
        check("perDay", perDay);
        check("perMonth", perMonth);
    }

    private static void check(String name, @Nullable Long events) {
        if (events != null && (events < 1 || events > MOST)) {
            throw new IllegalArgumentException(name + " " + events + " is out of range: 1 to " + MOST + " events");
        }
    }
}
