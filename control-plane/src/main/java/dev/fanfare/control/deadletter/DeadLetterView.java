package dev.fanfare.control.deadletter;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fanfare.retry.dead.DeadLetter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A dead letter as it is answered, by the names that the command prints; times are RFC 3339, UTC. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DeadLetterView(
        String id,
        @Nullable String tenant,
        @Nullable String subscription,
        @Nullable String eventId,
        @Nullable String eventType,
        @Nullable String reason,
        @Nullable Integer status,
        int attempts,
        @Nullable String firstAttemptAt,
        @Nullable String lastAttemptAt,
        @Nullable String error,
        String diedAt,
        @Nullable String run,
        int bodyBytes) {

    static DeadLetterView of(DeadLetter letter) {
        return new DeadLetterView(
                letter.id(),
                letter.tenant(),
                letter.subscription(),
                letter.eventId(),
                letter.eventType(),
                letter.reason(),
                letter.status(),
                letter.attempts(),
                text(letter.firstAttemptAt()),
                text(letter.lastAttemptAt()),
                letter.error(),
                letter.diedAt().toString(),
                letter.run(),
                letter.bodyBytes());
    }

    private static @Nullable String text(@Nullable Instant moment) {
        return moment == null ? null : moment.toString();
    }
}
