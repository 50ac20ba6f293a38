package dev.fanfare.retry.dead;

import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are meant. All that is given must hold; null, and an empty set, hold for all.
 *
 * @param ids       one of these ids
 * @param eventType exactly this type
 * @param reason    a verdict in lower case, such as {@code exhausted}
 * @param status    the last HTTP status
 * @param since     died at this moment or after it
 * @param until     died before this moment
 * @param errorText stands in the error, whatever the case
 */
public record DeadLetterFilter(
        Set<String> ids,
        @Nullable String tenant,
        @Nullable String subscription,
        @Nullable String eventType,
        @Nullable String reason,
        @Nullable Integer status,
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable String errorText) {
    /** All of them. */
    public static final DeadLetterFilter ALL =
            new DeadLetterFilter(Set.of(), null, null, null, null, null, null, null, null);

    public DeadLetterFilter {
        ids = Set.copyOf(ids);
    }

    /** Those with these ids. */
    public static DeadLetterFilter ids(Set<String> ids) {
        return new DeadLetterFilter(ids, null, null, null, null, null, null, null, null);
    }

    /** Whether a dead letter is meant. */
    public boolean matches(DeadLetter letter) {
        return (ids.isEmpty() || ids.contains(letter.id()))
                && is(tenant, letter.tenant())
                && is(subscription, letter.subscription())
                && is(eventType, letter.eventType())
                && is(reason, letter.reason())
                && is(status, letter.status())
                && (since == null || !letter.diedAt().isBefore(since))
                && (until == null || letter.diedAt().isBefore(until))
                && (errorText == null || contains(letter.error(), errorText));
    }

    private static boolean is(@Nullable Object wanted, @Nullable Object found) {
        return wanted == null || wanted.equals(found);
    }

    private static boolean contains(@Nullable String error, String text) {
        return error != null && error.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
    }
}
