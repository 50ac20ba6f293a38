package dev.fanfare.retry.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Tier;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryPlannerTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final List<Duration> SCHEDULE =
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofHours(1));

    private final RetryPlanner planner = new RetryPlanner(Tier.DEFAULTS, RetryPlanner.DEFAULT_MAX_AGE);

    @Test
    void theScheduleIsWalkedOneDelayPerFailedAttempt() {
        assertThat(planner.afterFailure(failed(1), SCHEDULE, null, NOW)).isEqualTo(wait("1m", Duration.ofMinutes(1)));
        assertThat(planner.afterFailure(failed(2), SCHEDULE, null, NOW)).isEqualTo(wait("10m", Duration.ofMinutes(10)));
        assertThat(planner.afterFailure(failed(3), SCHEDULE, null, NOW)).isEqualTo(wait("1h", Duration.ofHours(1)));
    }

    @Test
    void afterTheLastDelayItIsExhausted() {
        assertThat(planner.afterFailure(failed(4), SCHEDULE, null, NOW))
                .isEqualTo(new NextStep.Dead(Verdict.EXHAUSTED));
        assertThat(planner.afterFailure(failed(1), List.of(), null, NOW))
                .isEqualTo(new NextStep.Dead(Verdict.EXHAUSTED));
    }

    @Test
    void aSpentScheduleIsExhaustedHoweverOldItIs() {
        assertThat(planner.afterFailure(
                        failed(4), SCHEDULE, null, NOW + Duration.ofDays(2).toMillis()))
                .isEqualTo(new NextStep.Dead(Verdict.EXHAUSTED));
    }

    @Test
    void aDelayThatNoTierHasBeginsInTheLargestThatFits() {
        assertThat(planner.afterFailure(failed(1), List.of(Duration.ofHours(5)), null, NOW))
                .isEqualTo(wait("1h", Duration.ofHours(5)));
    }

    @Test
    void retryAfterRaisesTheDelayAndNeverLowersIt() {
        assertThat(planner.afterFailure(failed(1), SCHEDULE, Duration.ofSeconds(5400), NOW))
                .isEqualTo(wait("1h", Duration.ofSeconds(5400)));
        assertThat(planner.afterFailure(failed(2), SCHEDULE, Duration.ofSeconds(1), NOW))
                .isEqualTo(wait("10m", Duration.ofMinutes(10)));
    }

    @Test
    void retryAfterCountsForADayAtMost() {
        assertThat(planner.afterFailure(failed(1), SCHEDULE, Duration.ofDays(400), NOW))
                .isEqualTo(wait("1h", Duration.ofHours(24)));
    }

    @Test
    void aScheduleMayHaveDelaysLongerThanADay() {
        assertThat(planner.afterFailure(failed(1), List.of(Duration.ofDays(2)), Duration.ofDays(400), NOW))
                .isEqualTo(wait("1h", Duration.ofDays(2)));
    }

    @Test
    void whatFailsAtItsMaximumAgeIsExpired() {
        long justYoungEnough = NOW + Duration.ofHours(24).toMillis() - 1;

        assertThat(planner.afterFailure(failed(1), SCHEDULE, null, justYoungEnough))
                .isEqualTo(wait("1m", Duration.ofMinutes(1)));
        assertThat(planner.afterFailure(failed(1), SCHEDULE, null, justYoungEnough + 1))
                .isEqualTo(new NextStep.Dead(Verdict.EXPIRED));
    }

    @Test
    void deferralsEndByAgeAloneAndNeverByCount() {
        Progress deferredOften = new Progress(0, 0, 1_000_000, NOW, 0, 0);

        assertThat(planner.afterDeferral(deferredOften, Duration.ofSeconds(90), NOW + 1))
                .isEqualTo(wait("1m", Duration.ofSeconds(90)));
        assertThat(planner.afterDeferral(
                        deferredOften,
                        Duration.ofSeconds(90),
                        NOW + Duration.ofHours(24).toMillis()))
                .isEqualTo(new NextStep.Dead(Verdict.EXPIRED));
    }

    @Test
    void whatHasNotBegunItsScheduleHasNoAge() {
        assertThat(planner.afterDeferral(Progress.NONE, Duration.ofSeconds(3), NOW))
                .isEqualTo(wait("1m", Duration.ofSeconds(3)));
    }

    @Test
    void aNegativeWaitIsNone() {
        assertThat(planner.afterDeferral(Progress.NONE, Duration.ofSeconds(-3), NOW))
                .isEqualTo(wait("1m", Duration.ZERO));
    }

    @Test
    void noTiersOrNoAgeAreRefusedInWords() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPlanner(List.of(), RetryPlanner.DEFAULT_MAX_AGE))
                .withMessageContaining("at least one retry tier");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPlanner(Tier.DEFAULTS, Duration.ZERO))
                .withMessageContaining("maximum age");
    }

    private static Progress failed(int attempts) {
        return new Progress(attempts, attempts, 0, NOW, NOW, NOW);
    }

    private static NextStep wait(String tier, Duration delay) {
        return new NextStep.Wait("fanfare.retry." + tier, delay);
    }
}
