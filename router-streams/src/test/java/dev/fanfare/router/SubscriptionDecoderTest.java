package dev.fanfare.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Json;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.router.matching.RoutedSubscription;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubscriptionDecoderTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SubscriptionDecoder decoder = new SubscriptionDecoder(new RouterMetrics(meters));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                              | true  | 0",
                "[{\"exact\":{\"a\":\"b\"}}]     | true  | 0",
                "[{\"of2031\":{\"a\":\"b\"}}]    | false | 1",
                "{\"exact\":{\"a\":\"b\"}}       | false | 1",
                "\"a = 'b'\"                     | false | 1",
                "[{\"sql\":\"a =\"}]             | false | 1",
                "[[[[[[[[[[1]]]]]]]]]]           | false | 1",
            })
    void whatWantsNobodyKnowsWhatGetsNothingAndIsCounted(String filters, boolean active, int unreadable)
            throws Exception {
        Subscription subscription = TestRouter.subscription("default", "s", "a").toBuilder()
                .filters(Json.STRICT.readTree(filters))
                .build();
        RoutedSubscription routed = decoder.decode(subscription.toJson());
        assertThat(routed.active()).isEqualTo(active);
        assertThat(meters.get("fanfare.router.filters.unreadable").counter().count())
                .isEqualTo(unreadable);
    }
}
