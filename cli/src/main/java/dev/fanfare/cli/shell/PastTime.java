package dev.fanfare.cli.shell;

import dev.fanfare.contract.DurationText;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Moments as people give them to an option: a time ago ({@code 10m}, {@code 2d}), or a moment in RFC 3339. */
public final class PastTime {
    private PastTime() {}

    /**
     * Reads one.
     *
     * @param option for the error
     */
    public static Instant parse(String text, String option, Instant now) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException notAMoment) {
            try {
                return now.minus(DurationText.parse(text));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw CommandFailure.usage(option + ": '" + text + "' is neither a time ago, such as 10m or 1h, nor a"
                        + " moment, such as 2026-11-21T12:00:00Z");
            }
        }
    }
}
