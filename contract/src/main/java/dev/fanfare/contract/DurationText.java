package dev.fanfare.contract;

import java.time.Duration;

/**
 * Durations as people write them: a whole number and one unit ({@code 500ms}, {@code 2s}, {@code 10m}, {@code 1h}, {@code 7d}).
 */
public final class DurationText {
    private static final String[] UNITS = {"ms", "s", "m", "h", "d"};
    private static final long[] MILLIS = {1, 1_000, 60_000, 3_600_000, 86_400_000};

    /** So many days still fit into a long as milliseconds. */
    private static final int MAX_DIGITS = 11;

    private DurationText() {}

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException with a message that names the text and the form that is expected
     */
    public static Duration parse(String text) {
        String trimmed = text.strip();
        int digits = 0;
        while (digits < trimmed.length() && trimmed.charAt(digits) >= '0' && trimmed.charAt(digits) <= '9') {
            digits++;
        }
        String unit = trimmed.substring(digits);
        if (digits > 0 && digits <= MAX_DIGITS) {
            for (int i = 0; i < UNITS.length; i++) {
                if (UNITS[i].equals(unit)) {
                    return Duration.ofMillis(Long.parseLong(trimmed, 0, digits, 10) * MILLIS[i]);
                }
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a duration: write a whole number and a unit, such as 500ms, 15s, 10m, 1h or 7d");
    }

    /** Writes a duration in the largest unit that holds it without a fraction. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        for (int i = UNITS.length - 1; i > 0; i--) {
            if (millis != 0 && millis % MILLIS[i] == 0) {
                return millis / MILLIS[i] + UNITS[i];
            }
        }
        return millis + "ms";
    }
}
