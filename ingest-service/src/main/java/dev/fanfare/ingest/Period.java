package dev.fanfare.ingest;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/** What a quota is for: a calendar period, in UTC. */
enum Period {
    DAY,
    MONTH;

    /** When the one that a moment is in ends; the longest lasts 31 days. */
    long endMillis(long nowMillis) {
        LocalDate today = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), ZoneOffset.UTC);
        LocalDate next =
                switch (this) {
                    case DAY -> today.plusDays(1);
                    case MONTH -> today.withDayOfMonth(1).plusMonths(1);
                };
        return next.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }

    /** How long the one that ends then lasts. */
    long lengthSeconds(long endMillis) {
        LocalDate end = LocalDate.ofInstant(Instant.ofEpochMilli(endMillis), ZoneOffset.UTC);
        return switch (this) {
            case DAY -> 86_400;
            case MONTH -> end.minusMonths(1).lengthOfMonth() * 86_400L;
        };
    }

    /** As it stands in answers. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
