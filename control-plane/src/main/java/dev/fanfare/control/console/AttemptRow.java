package dev.fanfare.control.console;

import dev.fanfare.contract.delivery.Attempt;
import java.time.Instant;

/** One attempt as pages show it. */
public record AttemptRow(
        String time,
        String moment,
        String subscription,
        String eventType,
        String eventId,
        int attempt,
        String verdict,
        String tone,
        String status,
        String duration,
        String error) {

    static AttemptRow of(Attempt attempt, long nowMillis) {
        return new AttemptRow(
                Display.time(attempt.startedAtMillis(), nowMillis),
                Instant.ofEpochMilli(attempt.startedAtMillis()).toString(),
                attempt.subscription(),
                attempt.eventType(),
                attempt.eventId(),
                attempt.attempt(),
                attempt.verdict(),
                Display.tone(attempt.verdict()),
                attempt.status() == null ? "–" : attempt.status().toString(),
                Display.duration(attempt.durationMillis()),
                attempt.error() == null ? "" : attempt.error());
    }
}
