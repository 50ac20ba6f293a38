package dev.fanfare.dispatcher.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.dispatcher.lane.LaneTally;
import dev.fanfare.dispatcher.outcome.DispatcherMetric;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BusiestSubscriptionsTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final BusiestSubscriptions busiest = new BusiestSubscriptions(2, meters);
    private final Map<String, LaneTally> lanes = new LinkedHashMap<>();

    @Test
    void onlyTheBusiestAreShownHoweverManyThereAre() {
        for (int i = 0; i < 100; i++) {
            lane("acme/s" + i, 0, i, 0);
        }
        lane("acme/queues", 500, 0, 0);
        look();
        assertThat(shown()).containsExactlyInAnyOrder("acme/queues", "acme/s99");
        assertThat(meters.getMeters()).hasSize(2 * 3);
        assertThat(queued("acme/queues")).isEqualTo(500);
        assertThat(attempts("acme/s99", "delivered")).isEqualTo(99);
    }

    @Test
    void businessIsWhatWasDoneSinceTheLastLook() {
        lane("acme/was", 0, 1_000, 0);
        lane("acme/is", 0, 10, 0);
        lane("acme/fails", 0, 0, 5);
        look();
        lane("acme/is", 0, 30, 0);
        lane("acme/fails", 3, 0, 25);
        look();
        assertThat(shown()).containsExactlyInAnyOrder("acme/is", "acme/fails");
        assertThat(attempts("acme/is", "delivered")).isEqualTo(30);
        assertThat(attempts("acme/fails", "failed"))
                .as("it was not among them before")
                .isEqualTo(20);
        lane("acme/fails", 0, 1, 26);
        look();
        assertThat(attempts("acme/fails", "failed")).isEqualTo(21);
        assertThat(attempts("acme/fails", "delivered")).isEqualTo(1);
        assertThat(queued("acme/fails")).isZero();
        assertThat(shown()).as("who does nothing is not shown").containsExactly("acme/fails");
    }

    @Test
    void aLaneThatWasForgottenAndBeginsAnewGoesOnCounting() {
        lane("acme/a", 0, 50, 7);
        look();
        lane("acme/a", 0, 3, 0);
        look();
        assertThat(attempts("acme/a", "delivered")).isEqualTo(53);
        assertThat(attempts("acme/a", "failed")).isEqualTo(7);
    }

    private void lane(String key, int queued, long delivered, long failed) {
        lanes.put(key, new LaneTally(key, queued, delivered, failed));
    }

    private void look() {
        busiest.look(each -> lanes.values().forEach(each));
    }

    private Set<String> shown() {
        return meters.getMeters().stream()
                .map(meter -> meter.getId().getTag("subscription"))
                .collect(Collectors.toSet());
    }

    private double attempts(String key, String result) {
        return DispatcherMetric.SUBSCRIPTION_ATTEMPTS
                .counter(meters, key, result)
                .count();
    }

    private double queued(String key) {
        return meters.get(DispatcherMetric.SUBSCRIPTION_QUEUED.definition().meterName())
                .tag("subscription", key)
                .gauge()
                .value();
    }
}
