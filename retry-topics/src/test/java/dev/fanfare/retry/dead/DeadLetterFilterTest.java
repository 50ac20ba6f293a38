package dev.fanfare.retry.dead;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeadLetterFilterTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final DeadLetter LETTER = new DeadLetter(
            "dlv_a",
            "acme",
            "orders",
            "e1",
            "order.created",
            "exhausted",
            503,
            4,
            NOON,
            NOON,
            "answered 503 Service Unavailable",
            NOON,
            "fanfare.deliveries/0/1",
            null,
            3,
            0,
            7);

    @Test
    void allThatIsGivenMustHold() {
        assertThat(DeadLetterFilter.ALL.matches(LETTER)).isTrue();
        assertThat(filter("acme", "exhausted", 503, "service UNAVAILABLE").matches(LETTER))
                .isTrue();
        assertThat(filter("other", "exhausted", 503, null).matches(LETTER)).isFalse();
        assertThat(filter("acme", "gone", 503, null).matches(LETTER)).isFalse();
        assertThat(filter("acme", null, 500, null).matches(LETTER)).isFalse();
        assertThat(filter("acme", null, null, "timed out").matches(LETTER)).isFalse();
    }

    @Test
    void idsAreAlternatives() {
        assertThat(DeadLetterFilter.ids(Set.of("dlv_a", "dlv_b")).matches(LETTER))
                .isTrue();
        assertThat(DeadLetterFilter.ids(Set.of("dlv_b")).matches(LETTER)).isFalse();
    }

    @Test
    void theSpanBeginsAtItsStartAndEndsBeforeItsEnd() {
        assertThat(span(NOON, NOON.plusSeconds(1)).matches(LETTER)).isTrue();
        assertThat(span(NOON.minusSeconds(1), NOON).matches(LETTER)).isFalse();
        assertThat(span(NOON.plusSeconds(1), null).matches(LETTER)).isFalse();
    }

    private static DeadLetterFilter filter(String tenant, String reason, Integer status, String error) {
        return new DeadLetterFilter(Set.of(), tenant, null, null, reason, status, null, null, error);
    }

    private static DeadLetterFilter span(Instant since, Instant until) {
        return new DeadLetterFilter(Set.of(), null, null, null, null, null, since, until, null);
    }
}
