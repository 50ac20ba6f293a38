package dev.fanfare.control.console;

import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.run.Run;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How times, durations and verdicts are shown. */
public final class Display {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY_AND_TIME =
            DateTimeFormatter.ofPattern("d MMM HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMM yyyy", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private Display() {}

    /** A moment; with its day where that isn't clear. */
    public static String time(long atMillis, long nowMillis) {
        boolean today = Math.abs(nowMillis - atMillis) < Duration.ofHours(20).toMillis();
        return (today ? TIME : DAY_AND_TIME).format(Instant.ofEpochMilli(atMillis));
    }

    /** A moment as RFC 3339 writes it, with its day. */
    public static String moment(String rfc3339) {
        return DAY_AND_TIME.format(Instant.parse(rfc3339));
    }

    /** A day, in UTC. */
    static String day(Instant moment) {
        return DAY.format(moment);
    }

    /** A text as the value of a query's parameter in a link; HTML is escaped besides. */
    public static String parameter(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** How long something took. */
    public static String duration(long millis) {
        return millis < 1_000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }

    /** How many a second; few, a minute, so that some never look like none. */
    static String rate(long count, Duration within) {
        double perSecond = (double) count / within.toSeconds();
        return perSecond >= 1
                ? String.format(Locale.ROOT, "%,.1f/s", perSecond)
                : String.format(Locale.ROOT, "%,.1f/min", 60 * perSecond);
    }

    /** What was counted, without what never happened: {@code 7 moved}. */
    public static String counts(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .filter(count -> count.getValue() != 0)
                .map(count -> number(count.getValue()) + " " + count.getKey())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** A number with its thousands apart. */
    public static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** The colour of a run. */
    static String tone(Run.State state) {
        return switch (state) {
            case RUNNING -> "waiting";
            case DONE -> "good";
            case STOPPED -> "quiet";
            case FAILED -> "bad";
        };
    }

    /** The colour of a verdict, or of what a delivery has come to. */
    public static String tone(String verdict) {
        for (Verdict known : Verdict.values()) {
            if (known.text().equals(verdict)) {
                return switch (known) {
                    case DELIVERED -> "good";
                    case RETRY, DEFERRED -> "waiting";
                    case GONE, REJECTED, EXHAUSTED, EXPIRED, FORBIDDEN, UNDECODABLE, INVALID, TOO_LARGE -> "bad";
                    case PARKED, CANCELLED -> "quiet";
                };
            }
        }
        return "quiet";
    }
}
