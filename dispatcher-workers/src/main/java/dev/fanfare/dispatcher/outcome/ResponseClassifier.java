package dev.fanfare.dispatcher.outcome;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.delivery.Verdict;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * From answer to ruling. Pure.
 *
 * <pre>
 * 2xx                          delivered
 * 410                          gone
 * 400, 413, 422                rejected: this body will never be taken
 * everything else, time-out,
 * no connection                retry; Retry-After is heeded up to 24 h
 * address forbidden            forbidden
 * </pre>
 */
public final class ResponseClassifier {
    /** No endpoint makes us wait longer. */
    public static final Duration MAX_RETRY_AFTER = Duration.ofHours(24);

    private ResponseClassifier() {}

    /**
     * Rules.
     *
     * @param nowMillis Unix milliseconds, for a {@code Retry-After} that names a date
     */
    public static Ruling classify(Answer answer, long nowMillis) {
        if (answer instanceof Answer.Response response) {
            return ofResponse(response, nowMillis);
        }
        if (answer instanceof Answer.TimedOut timedOut) {
            return retry("no whole answer within " + DurationText.format(timedOut.timeout()));
        }
        if (answer instanceof Answer.Failed failed) {
            return retry(failed.cause());
        }
        return new Ruling(Verdict.FORBIDDEN, null, ((Answer.Forbidden) answer).reason(), null, null);
    }

    private static Ruling ofResponse(Answer.Response response, long nowMillis) {
        int status = response.status();
        Verdict verdict = verdictOf(status);
        return new Ruling(
                verdict,
                status,
                verdict == Verdict.DELIVERED ? null : "answered " + status,
                verdict == Verdict.RETRY ? retryAfter(response.retryAfter(), nowMillis) : null,
                response.excerpt());
    }

    private static Verdict verdictOf(int status) {
        if (status >= 200 && status < 300) {
            return Verdict.DELIVERED;
        }
        return switch (status) {
            case 410 -> Verdict.GONE;
            case 400, 413, 422 -> Verdict.REJECTED;
            default -> Verdict.RETRY;
        };
    }

    private static Ruling retry(String error) {
        return new Ruling(Verdict.RETRY, null, error, null, null);
    }

    /** Seconds or an HTTP-date (RFC 9110, section 10.2.3); what is neither is as if it weren't there. */
    static @Nullable Duration retryAfter(@Nullable String text, long nowMillis) {
        if (text == null) {
            return null;
        }
        String value = text.strip();
        Duration wait;
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            // Ten digits of seconds are three centuries: what is longer is no less.
            wait = value.length() > 10 ? MAX_RETRY_AFTER : Duration.ofSeconds(Long.parseLong(value));
        } else {
            try {
                Instant date = DateTimeFormatter.RFC_1123_DATE_TIME.parse(value, Instant::from);
                wait = Duration.ofMillis(date.toEpochMilli() - nowMillis);
            } catch (DateTimeException e) {
                return null;
            }
        }
        if (wait.isNegative() || wait.isZero()) {
            return null;
        }
        return wait.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : wait;
    }
}
