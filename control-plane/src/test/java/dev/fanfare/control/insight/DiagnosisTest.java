package dev.fanfare.control.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.control.attempt.Tally;
import dev.fanfare.control.insight.Health.Level;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiagnosisTest {
    private static final long TWO = Instant.parse("2026-11-03T14:02:00Z").toEpochMilli();

    private final Subscription subscription = Subscription.builder(
                    "t", "s", new UUID(1, 2), URI.create("https://shop.example/hook"))
            .build();
    private final Tally hour = new Tally();
    private final Tally before = new Tally();
    private final List<Attempt> latest = new ArrayList<>();

    @Test
    void anEndpointThatTimesOutIsToldSinceWhenAndWhatToDo() {
        for (int i = 0; i < 50; i++) {
            before.add(attempt(Verdict.DELIVERED, 204, 12_000, null, TWO - 3_600_000));
        }
        latest.add(attempt(Verdict.RETRY, null, 15_000, "no whole answer within 15s", TWO + 120_000));
        latest.add(attempt(Verdict.RETRY, null, 15_000, "no whole answer within 15s", TWO + 60_000));
        latest.add(attempt(Verdict.RETRY, null, 15_000, "no whole answer within 15s", TWO));
        latest.add(attempt(Verdict.DELIVERED, 204, 12_000, null, TWO - 60_000));
        Health health = health();
        assertThat(health.level()).isEqualTo(Level.FAILING);
        assertThat(health.findings().get(0))
                .startsWith("The last 3 requests failed, since 3 Nov 14:02 UTC: no whole answer within 15s.")
                .contains("half of its answers took 1")
                .contains("answer first and work later, or raise 'timeout'");
    }

    @Test
    void eachKindOfFailureHasItsAdvice() {
        assertThat(adviceFor(401, null)).contains("auth").contains("signing secret");
        assertThat(adviceFor(404, null)).contains("path");
        assertThat(adviceFor(422, null)).contains("Replay them");
        assertThat(adviceFor(429, null)).contains("rateLimit");
        assertThat(adviceFor(302, null)).contains("Redirects are not followed");
        assertThat(adviceFor(503, null)).contains("The endpoint itself fails");
        assertThat(adviceFor(null, "connection refused")).contains("Nothing listens at shop.example");
        assertThat(adviceFor(null, "TLS failed: certificate expired")).contains("certificate");
        assertThat(adviceFor(null, "no connection in time")).contains("firewall");
    }

    @Test
    void anEndpointThatAsksToSlowDownIsSuggestedTheRateThatItTook() {
        for (int i = 0; i < 36_000; i++) {
            hour.add(attempt(Verdict.DELIVERED, 200, 10, null, TWO));
        }
        latest.add(attempt(Verdict.RETRY, 429, 10, "answered 429", TWO));
        latest.add(attempt(Verdict.DELIVERED, 200, 10, null, TWO - 1));
        assertThat(health().findings().get(0)).contains("it took 10 a second in the last hour");
    }

    @Test
    void someFailuresAmongSuccessesAreAShareAndWarn() {
        for (int i = 0; i < 97; i++) {
            hour.add(attempt(Verdict.DELIVERED, 200, 10, null, TWO));
        }
        for (int i = 0; i < 3; i++) {
            hour.add(attempt(Verdict.RETRY, 500, 10, "answered 500", TWO));
        }
        latest.add(attempt(Verdict.DELIVERED, 200, 10, null, TWO));
        Health health = health();
        assertThat(health.level()).isEqualTo(Level.WARNING);
        assertThat(health.findings().get(0))
                .startsWith("3.0 % of the last hour's 100 requests failed, all of them with 500.");
        assertThat(health.lastHour().successPercent()).isEqualTo(97);
    }

    @Test
    void whatWasMendedIsToldAsThatAndNotWhatToMend() {
        for (int i = 0; i < 8; i++) {
            hour.add(attempt(Verdict.RETRY, 503, 10, "answered 503", TWO));
        }
        for (int i = 0; i < 2; i++) {
            hour.add(attempt(Verdict.DELIVERED, 204, 10, null, TWO));
            latest.add(attempt(Verdict.DELIVERED, 204, 10, null, TWO));
        }
        latest.add(attempt(Verdict.RETRY, 503, 10, "answered 503", TWO - 1));
        assertThat(health().findings().get(0))
                .contains("The endpoint itself fails")
                .doesNotContain("mended");

        hour.add(attempt(Verdict.DELIVERED, 204, 10, null, TWO));
        latest.add(0, attempt(Verdict.DELIVERED, 204, 10, null, TWO + 1));
        assertThat(health().findings().get(0))
                .isEqualTo("72.7 % of the last hour's 11 requests failed, all of them with 503."
                        + " The last 3 were delivered: it seems mended.");
    }

    @Test
    void slownessANewFailureAndSuddenVolumeAreTold() {
        for (int i = 0; i < 230; i++) {
            before.add(attempt(Verdict.DELIVERED, 200, 20, null, TWO));
        }
        for (int i = 0; i < 400; i++) {
            hour.add(attempt(Verdict.DELIVERED, 200, 2_000, null, TWO));
        }
        for (int i = 0; i < 5; i++) {
            hour.add(attempt(Verdict.RETRY, 502, 2_000, "answered 502", TWO));
        }
        latest.add(attempt(Verdict.DELIVERED, 200, 2_000, null, TWO));
        assertThat(String.join("\n", health().findings()))
                .contains("Answers became slow")
                .contains("New in the last hour: 5 requests answered 502")
                .contains("Unusually many: 405 requests in the last hour, 10 an hour");
    }

    @Test
    void whatIsWellQuietPausedOrNewIsSaidToBe() {
        assertThat(health().level()).isEqualTo(Level.IDLE);
        latest.add(attempt(Verdict.DELIVERED, 200, 10, null, TWO));
        assertThat(health().findings()).singleElement().asString().contains("Nothing was sent in the last hour");
        hour.add(attempt(Verdict.DELIVERED, 200, 10, null, TWO));
        assertThat(health().level()).isEqualTo(Level.GOOD);
        assertThat(health().findings()).singleElement().asString().startsWith("All is well");
        Health paused = Diagnosis.of(
                subscription.toBuilder().state(State.PAUSED, "by request").build(), hour, before, latest);
        assertThat(paused.level()).isEqualTo(Level.STOPPED);
        assertThat(paused.findings().get(0)).startsWith("Paused: its deliveries are kept");
    }

    @Test
    void deliveriesThatWereOnlyParkedOrCancelledAreNoFailures() {
        latest.add(attempt(Verdict.CANCELLED, null, 0, "the subscription was deleted", TWO));
        latest.add(attempt(Verdict.PARKED, null, 0, "paused", TWO));
        assertThat(health().level()).isEqualTo(Level.IDLE);
    }

    private String adviceFor(@Nullable Integer status, @Nullable String error) {
        latest.clear();
        latest.add(attempt(Verdict.RETRY, status, 10, error == null ? "answered " + status : error, TWO));
        return health().findings().get(0);
    }

    private Health health() {
        return Diagnosis.of(subscription, hour, before, latest);
    }

    private static Attempt attempt(
            Verdict verdict, @Nullable Integer status, long durationMillis, @Nullable String error, long atMillis) {
        return new Attempt(
                "d",
                "t",
                "s",
                "e",
                "type",
                1,
                verdict.text(),
                atMillis,
                durationMillis,
                status,
                error,
                null,
                null,
                null);
    }
}
