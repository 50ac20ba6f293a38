package dev.fanfare.control.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification;
import dev.fanfare.contract.subscription.Verification.Status;
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
        assertFailed(settle(ASKED + TEN_MINUTES.toMillis()), "its endpoint did not answer the challenge within 10m");
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
