package dev.fanfare.dispatcher.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseClassifierTest {
    private static final long NOW = Instant.parse("2026-11-21T08:00:00Z").toEpochMilli();

    @ParameterizedTest
    @CsvSource({
        "200, DELIVERED",
        "201, DELIVERED",
        "202, DELIVERED",
        "204, DELIVERED",
        "299, DELIVERED",
        "301, RETRY",
        "302, RETRY",
        "304, RETRY",
        "307, RETRY",
        "400, REJECTED",
        "413, REJECTED",
        "422, REJECTED",
        "410, GONE",
        "401, RETRY",
        "403, RETRY",
        "404, RETRY",
        "405, RETRY",
        "408, RETRY",
        "409, RETRY",
        "429, RETRY",
        "500, RETRY",
        "501, RETRY",
        "502, RETRY",
        "503, RETRY",
        "504, RETRY",
        "599, RETRY",
        "999, RETRY",
    })
    void aStatusHasItsVerdict(int status, Verdict verdict) {
        Ruling ruling = ResponseClassifier.classify(new Answer.Response(status, null, "text"), NOW);

        assertThat(ruling.verdict()).isEqualTo(verdict);
        assertThat(ruling.status()).isEqualTo(status);
        assertThat(ruling.excerpt()).isEqualTo("text");
        assertThat(ruling.error()).isEqualTo(verdict == Verdict.DELIVERED ? null : "answered " + status);
    }

    @Test
    void noAnswerIsRetried() {
        assertThat(ResponseClassifier.classify(new Answer.TimedOut(Duration.ofSeconds(15)), NOW))
                .isEqualTo(new Ruling(Verdict.RETRY, null, "no whole answer within 15s", null, null));
        assertThat(ResponseClassifier.classify(new Answer.Failed("connection refused"), NOW))
                .isEqualTo(new Ruling(Verdict.RETRY, null, "connection refused", null, null));
    }

    @Test
    void aForbiddenAddressIsNot() {
        assertThat(ResponseClassifier.classify(new Answer.Forbidden("loopback"), NOW))
                .isEqualTo(new Ruling(Verdict.FORBIDDEN, null, "loopback", null, null));
    }

    @ParameterizedTest
    @CsvSource({
        "120, 120",
        "' 7 ', 7",
        "86400, 86400",
        "86401, 86400",
        "99999999999999999999, 86400",
        "'Sat, 21 Nov 2026 08:00:30 GMT', 30",
        "'Sun, 22 Nov 2026 09:00:00 GMT', 86400",
        "'Fri, 31 Dec 9999 23:59:59 GMT', 86400",
    })
    void retryAfterIsReadAsSecondsOrDateAndCapped(String text, long seconds) {
        assertThat(retryAfter(text)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "0", "-5", "1.5", "soon", "10s", "٣", "Sat, 21 Nov 2026 07:59:59 GMT", "2026-11-21"})
    void retryAfterThatSaysNothingIsIgnored(String text) {
        assertThat(retryAfter(text)).isNull();
    }

    @Test
    void retryAfterDoesNotDelayWhatIsNotRetried() {
        Ruling ruling = ResponseClassifier.classify(new Answer.Response(410, "60", null), NOW);

        assertThat(ruling.retryAfter()).isNull();
    }

    private static @Nullable Duration retryAfter(String text) {
        return ResponseClassifier.classify(new Answer.Response(503, text, null), NOW)
                .retryAfter();
    }
}
