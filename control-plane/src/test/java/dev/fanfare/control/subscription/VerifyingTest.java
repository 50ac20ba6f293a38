package dev.fanfare.control.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification;
import dev.fanfare.contract.subscription.Verification.Status;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerifyingTest {
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final long ASKED = 1_000_000;

    private final Subscription waiting = Subscription.builder(
                    "t", "sub", new UUID(1, 2), URI.create("https://example.com/"))
            .state(State.PAUSED, Verifying.REASON)
            .verification(Verification.pending("c0ffee", ASKED))
            .build();

    @Test
    void anAnswerWithTheChallengeActivates() {
        Subscription settled =
                settle(ASKED + 5, attempt("delivered", 200, null, "{\"challenge\":\"c0ffee\"}"), retried(503));
        assertThat(settled.state()).isEqualTo(State.ACTIVE);
        assertThat(settled.stateReason()).isNull();
        assertThat(settled.verification()).isEqualTo(new Verification(Status.VERIFIED, "c0ffee", ASKED + 5));
    }

    @Test
    void anAnswerWithoutItFailsAndSaysSo() {
        assertFailed(
                settle(ASKED + 5, attempt("delivered", 204, null, null)),
                "its endpoint answered 204 to the challenge, but without it");
    }

    @Test
    void whatFailsGoesOnWaitingUntilTheTimeIsOverAndThenSaysWhatFailed() {
        assertThat(settle(ASKED + TEN_MINUTES.toMillis() - 1, retried(503))).isEqualTo(waiting);
        assertFailed(
                settle(ASKED + TEN_MINUTES.toMillis(), retried(503)),
                "its endpoint did not answer the challenge within 10m: answered 503");
    }

    @Test
    void theTimeCountsFromTheFirstAttemptForTheLaneMayHaveRestedUntilThen() {
        Attempt late = new Attempt(
                "d",
                "t",
                "sub",
                "e",
                "fanfare.verification",
                1,
                "retry",
                ASKED + TEN_MINUTES.toMillis(),
                12,
                503,
                "answered 503",
                null,
                null,
                null);
        assertThat(settle(ASKED + 2 * TEN_MINUTES.toMillis() - 1, late)).isEqualTo(waiting);
        assertFailed(
                settle(ASKED + 2 * TEN_MINUTES.toMillis(), late),
                "its endpoint did not answer the challenge within 10m: answered 503");
    }

    @Test
    void whatWasNeverSentIsNotBlamedOnTheEndpointNorWaitedForForever() {
        assertThat(settle(ASKED + 2 * TEN_MINUTES.toMillis() - 1)).isEqualTo(waiting);
        assertFailed(
                settle(ASKED + 2 * TEN_MINUTES.toMillis()),
                "the challenge was not sent within 20m: to have its endpoint asked again, POST to …/verify");
    }

    @Test
    void whoPausesOneThatWaitsFindsItPausedWhenItIsVerified() {
        Subscription paused = ((Change.Put) Pausing.pause(waiting, ASKED + 1)).subscription();
        assertThat(paused.stateReason()).isEqualTo(Pausing.BY_REQUEST);
        assertThat(paused.verification()).isEqualTo(waiting.verification());
        assertThat(Pausing.pause(paused, ASKED + 2)).isEqualTo(new Change.Keep());
        assertThat(Verifying.isAsked(waiting, paused)).isFalse();
        Subscription again = ((Change.Put) Verifying.again(paused, "c0c0a", ASKED + 3)).subscription();
        assertThat(again.stateReason()).isEqualTo(Pausing.BY_REQUEST);
        assertThat(Verifying.isAsked(paused, again)).isTrue();
    }

    @Test
    void anAddressThatWebhooksMayNotGoToFailsAtOnce() {
        assertFailed(
                settle(ASKED + 5, attempt("forbidden", null, "10.0.0.1 is in a private network", null)),
                "the challenge was not delivered: 10.0.0.1 is in a private network");
    }

    @Test
    void oneThatSomebodyPausedStaysSoWhenItIsVerified() {
        Subscription paused =
                waiting.toBuilder().state(State.PAUSED, Pausing.BY_REQUEST).build();
        Subscription settled =
                Verifying.settle(paused, List.of(attempt("delivered", 200, null, "c0ffee")), TEN_MINUTES, ASKED + 5);
        assertThat(settled.state()).isEqualTo(State.PAUSED);
        assertThat(settled.verification().status()).isEqualTo(Status.VERIFIED);
    }

    private static void assertFailed(Subscription settled, String why) {
        assertThat(settled.state()).isEqualTo(State.DISABLED);
        assertThat(settled.stateReason()).isEqualTo(why);
        assertThat(settled.verification().status()).isEqualTo(Status.FAILED);
    }

    private Subscription settle(long nowMillis, Attempt... attempts) {
        return Verifying.settle(waiting, List.of(attempts), TEN_MINUTES, nowMillis);
    }

    private static Attempt retried(int status) {
        return attempt("retry", status, "answered " + status, null);
    }

    private static Attempt attempt(
            String verdict, @Nullable Integer status, @Nullable String error, @Nullable String excerpt) {
        return new Attempt(
                "d",
                "t",
                "sub",
                "e",
                "fanfare.verification",
                1,
                verdict,
                ASKED,
                12,
                status,
                error,
                null,
                excerpt,
                null);
    }
}
