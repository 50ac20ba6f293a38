package dev.fanfare.control.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.contract.subscription.Subscription.Retry;
import dev.fanfare.control.attempt.Tally;
import dev.fanfare.control.insight.Health.Suggested;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SuggestingTest {
    private static final long SLOT = Duration.ofMinutes(5).toMillis();

    private final NavigableMap<Long, Tally> slots = new TreeMap<>();
    private Subscription subscription = Subscription.builder(
                    "t", "s", new UUID(1, 2), URI.create("https://shop.example/hook"))
            .retry(new Retry(List.of("1m", "10m", "1h")))
            .build();

    @Test
    void aScheduleThatAnOutageOutlastedIsMadeLonger() {
        slot(0, 200, 10);
        for (int i = 1; i <= 26; i++) {
            slot(i, 503, 3);
        }
        slot(27, 200, 10);
        slot(40, 0, 1);
        slot(41, 200, 10);
        Suggested suggested = Suggesting.of(subscription, slots);
        assertThat(suggested.retrySchedule()).containsExactly("1m", "5m", "15m", "30m", "1h", "2h");
        assertThat(suggested.perSecond()).isNull();
        assertThat(suggested.because()).hasSize(1);
        assertThat(suggested.because().get(0))
                .startsWith(
                        "In the last days it was away 2 times, for 130m at the longest. Its schedule is over after 71m");
    }

    @Test
    void aScheduleThatOutlastsWhatHappenedIsLeft() {
        slot(0, 503, 3);
        slot(1, 200, 10);
        assertThat(Suggesting.of(subscription, slots)).isNull();
    }

    @Test
    void anOutageThatNoScheduleOutlastsIsNotSaidToBe() {
        for (int i = 0; i <= 12 * 48; i++) {
            slot(i, 503, 1);
        }
        assertThat(Suggesting.of(subscription, slots).because().get(0))
                .doesNotContain("outlasts")
                .endsWith("goes on for 1431m, nearly the day after which a delivery is given up by default.");
        subscription =
                subscription.toBuilder().retry(new Retry(List.of("8h", "958m"))).build();
        assertThat(Suggesting.of(subscription, slots)).isNull();
    }

    @Test
    void anEndpointThatRefusesBodiesIsNotAway() {
        for (int i = 0; i < 100; i++) {
            slot(i, 422, 3);
        }
        assertThat(Suggesting.of(subscription, slots)).isNull();
    }

    @Test
    void anEndpointThatAsksToSlowDownGetsTheRateThatItTook() {
        for (int i = 0; i < 5; i++) {
            slot(i, 200, 600);
            slot(i, 429, 50);
        }
        Suggested suggested = Suggesting.of(subscription, slots);
        assertThat(suggested.perSecond()).isEqualTo(1.8);
        assertThat(suggested.retrySchedule()).isNull();
        subscription = subscription.toBuilder().rateLimit(new RateLimit(1.5)).build();
        assertThat(Suggesting.of(subscription, slots)).isNull();
    }

    private void slot(int index, int status, int count) {
        Tally tally = slots.computeIfAbsent(index * SLOT, at -> new Tally());
        for (int i = 0; i < count; i++) {
            tally.add(new Attempt(
                    "d",
                    "t",
                    "s",
                    "e",
                    "type",
                    1,
                    status == 200 ? "delivered" : status == 422 ? "rejected" : "retry",
                    index * SLOT,
                    12,
                    status == 0 ? null : status,
                    null,
                    null,
                    null,
                    null));
        }
    }
}
