package dev.fanfare.retry.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.topic.Tier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TierChoiceTest {
    @Test
    void fiveHoursAreFiveTimesAnHour() {
        assertThat(walk(Tier.DEFAULTS, Duration.ofHours(5))).containsExactly("1h", "1h", "1h", "1h", "1h");
    }

    @Test
    void ninetyMinutesAreAnHourAndThreeTimesTen() {
        assertThat(walk(Tier.DEFAULTS, Duration.ofSeconds(5400))).containsExactly("1h", "10m", "10m", "10m");
    }

    @Test
    void aResidueBelowTheSmallestTierRoundsUpToIt() {
        assertThat(walk(Tier.DEFAULTS, Duration.ofSeconds(75))).containsExactly("1m", "1m");
        assertThat(walk(Tier.DEFAULTS, Duration.ofMillis(1))).containsExactly("1m");
    }

    @Test
    void aTierThatIsTwoSecondsTooLongIsPreferredToSmallerOnes() {
        assertThat(walk(Tier.DEFAULTS, Duration.ofSeconds(598))).containsExactly("10m");
        assertThat(walk(Tier.DEFAULTS, Duration.ofMillis(597_999))).hasSize(10).containsOnly("1m");
    }

    @Property
    void theTiersWalkedAddUpToAtLeastTheDelayAndToLessThanOneTierMore(
            @ForAll @Size(min = 1, max = 5) Set<@LongRange(min = 100, max = 86_400_000) Long> delays,
            @ForAll @LongRange(max = 7 * 86_400_000L) long wantedMillis) {
        List<Tier> tiers = delays.stream()
                .map(millis -> new Tier(Duration.ofMillis(millis)))
                .sorted(Comparator.comparing(Tier::delay))
                .toList();
        // a 100 ms tier alone would walk millions of steps for a week
        long millis = Math.min(wantedMillis, tiers.get(tiers.size() - 1).delay().toMillis() * 1_000);

        long waited = 0;
        while (waited < millis) {
            waited += TierChoice.of(tiers, Duration.ofMillis(millis - waited))
                    .delay()
                    .toMillis();
        }

        long late = waited - millis;
        assertThat(late).isNotNegative();
        assertThat(late)
                .isLessThanOrEqualTo(Math.max(
                        TierChoice.SLACK.toMillis(), tiers.get(0).delay().toMillis()));
    }

    private static List<String> walk(List<Tier> tiers, Duration delay) {
        List<String> walked = new ArrayList<>();
        Duration remaining = delay;
        while (remaining.compareTo(Duration.ZERO) > 0) {
            Tier tier = TierChoice.of(tiers, remaining);
            walked.add(tier.topic().substring("fanfare.retry.".length()));
            remaining = remaining.minus(tier.delay());
        }
        return walked;
    }
}
