package dev.fanfare.control.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.control.attempt.Streak;
import dev.fanfare.testkit.SeededClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DisablingTest {
    private static final Duration FIVE_DAYS = Duration.ofDays(5);

    private final SeededClock clock = SeededClock.at(Instant.parse("2026-11-02T09:00:00Z"));
    private final Subscription subscription = Subscription.builder(
                    "t", "sub", new UUID(1, 2), URI.create("https://example.com/"))
            .updatedAtMillis(clock.millis())
            .build();

    @Test
    void nothingButFailureForLongEnoughDisablesAndSaysSinceWhen() {
        Streak streak = failing(Duration.ofHours(1), Duration.ofHours(1).plus(FIVE_DAYS), 40);
        assertThat(Disabling.isCalledFor(streak, FIVE_DAYS, subscription)).isTrue();
        clock.advance(Duration.ofDays(6));
        Subscription disabled = Disabling.failing(subscription, streak, clock.millis());
        assertThat(disabled.state()).isEqualTo(State.DISABLED);
        assertThat(disabled.stateReason())
                .isEqualTo("nothing but failures since 2026-11-02T10:00:00Z, 40 attempts without a 2xx");
        assertThat(disabled.updatedAtMillis()).isEqualTo(clock.millis());
        assertThat(Disabling.isCalledFor(streak, FIVE_DAYS, disabled)).isFalse();
    }

    @Test
    void failuresThatLastedAMillisecondLessDont() {
        Streak streak =
                failing(Duration.ofHours(1), Duration.ofHours(1).plus(FIVE_DAYS).minusMillis(1), 40);
        assertThat(Disabling.isCalledFor(streak, FIVE_DAYS, subscription)).isFalse();
    }

    @Test
    void aFewFailuresFarApartDont() {
        Streak streak = failing(Duration.ofHours(1), Duration.ofDays(7), Disabling.LEAST_FAILURES - 1);
        assertThat(Disabling.isCalledFor(streak, FIVE_DAYS, subscription)).isFalse();
    }

    @Test
    void oneThatSomebodyEnabledAgainHasAllOfTheTimeAnew() {
        Streak streak = failing(Duration.ofHours(1), Duration.ofDays(7), 40);
        clock.advance(Duration.ofDays(4));
        Subscription enabledAgain =
                subscription.toBuilder().updatedAtMillis(clock.millis()).build();
        assertThat(Disabling.isCalledFor(streak, FIVE_DAYS, enabledAgain)).isFalse();
        Streak longer = new Streak("t", "sub", streak.sinceMillis(), clock.millis() + FIVE_DAYS.toMillis(), 80);
        assertThat(Disabling.isCalledFor(longer, FIVE_DAYS, enabledAgain)).isTrue();
    }

    @Test
    void aSubscriptionMayAllowItsEndpointMoreOrLessThanIsUsualOrEverything() {
        Streak streak = failing(Duration.ofHours(1), Duration.ofHours(3), 40);
        Subscription.Builder own = subscription.toBuilder();
        assertThat(Disabling.isCalledFor(
                        streak, FIVE_DAYS, own.disableFailingAfter("2h").build()))
                .isTrue();
        assertThat(Disabling.isCalledFor(streak, Duration.ZERO, own.build())).isTrue();
        assertThat(Disabling.isCalledFor(
                        streak,
                        Duration.ofHours(2),
                        own.disableFailingAfter("3h").build()))
                .isFalse();
        assertThat(Disabling.isCalledFor(
                        streak,
                        Duration.ofHours(2),
                        own.disableFailingAfter("0s").build()))
                .isFalse();
    }

    @Test
    void onePausedMeanwhileIsLeftAlone() {
        Streak streak = failing(Duration.ofHours(1), Duration.ofDays(7), 40);
        Subscription paused =
                subscription.toBuilder().state(State.PAUSED, "by request").build();
        assertThat(Disabling.isCalledFor(streak, FIVE_DAYS, paused)).isFalse();
    }

    private Streak failing(Duration since, Duration last, long failures) {
        return new Streak("t", "sub", clock.millis() + since.toMillis(), clock.millis() + last.toMillis(), failures);
    }
}
