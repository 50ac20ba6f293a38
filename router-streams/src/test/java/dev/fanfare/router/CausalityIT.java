package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whoever creates a subscription, is told so, and then sends an event, gets that event: whichever router sees it. */
@WithBroker
class CausalityIT {

    @Test
    void anEventIsRoutedWithEverySubscriptionAcknowledgedBeforeItOnTwoInstances(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        try (TestRouter one = TestRouter.start(broker.bootstrapServers(), "one", Map.of());
                TestRouter two = TestRouter.start(broker.bootstrapServers(), "two", Map.of())) {
            AtomicInteger sent = new AtomicInteger();
            await("both have partitions").atMost(Duration.ofSeconds(30)).until(() -> {
                broker.send(event("warm-up-" + sent.incrementAndGet(), "warm.up", new byte[0]));
                return one.events("unmatched") > 0 && two.events("unmatched") > 0;
            });
            int rounds = 300;
            createAndSend(broker, rounds);
            assertNoneIsMissing(broker, rounds);
            assertThat(one.events("routed")).isPositive();
            assertThat(two.events("routed")).isPositive();
            assertThat(one.count("fanfare.router.read.index.given.up")
                            + two.count("fanfare.router.read.index.given.up"))
                    .isZero();
        }
    }

    @Test
    void aTableThatLagsBehindHoldsEventsBack(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        try (TestRouter slow = TestRouter.start(broker.bootstrapServers(), "slow", Map.of(), decoder -> json -> {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            return decoder.decode(json);
        })) {
            int rounds = 40;
            createAndSend(broker, rounds);
            assertNoneIsMissing(broker, rounds);
            assertThat(slow.events("unmatched")).isZero();
        }
    }

    @Test
    void aTableThatStandsStillHoldsEventsBackOnlySoLong(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        broker.send(row(subscription("default", "known", "still.*")));
        try (TestRouter stuck = TestRouter.start(
                broker.bootstrapServers(), "stuck", Map.of("router.read-index-timeout", "300ms"), decoder -> json -> {
                    RoutedSubscription read = decoder.decode(json);
                    if (read.id().equals("stuck")) {
                        LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
                    }
                    return read;
                })) {
            broker.send(row(subscription("default", "stuck", "still.*")));
            broker.send(event("1", "still.one", new byte[0]));
            await().until(() -> stuck.events("routed") == 1);
            assertThat(stuck.count("fanfare.router.read.index.given.up")).isPositive();
            assertThat(stuck.role.readiness().isReady()).isTrue();
        }
    }

    /** Each round's event is wanted by its own subscription only, which was acknowledged just before. */
    private static void createAndSend(TestBroker broker, int rounds) {
        for (int i = 0; i < rounds; i++) {
            broker.send(row(subscription("default", "s" + i, "round.number" + i)));
            broker.send(event("e" + i, "round.number" + i, new byte[] {1}));
        }
    }

    private static void assertNoneIsMissing(TestBroker broker, int rounds) {
        Set<String> expected = IntStream.range(0, rounds)
                .mapToObj(i -> "default/s" + i + " e" + i)
                .collect(Collectors.toSet());
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(broker.records(Topics.DELIVERIES))
                .extracting(delivery ->
                        new String(delivery.key(), UTF_8) + " " + RecordHeaders.text(delivery.headers(), "ce_id"))
                .containsExactlyInAnyOrderElementsOf(expected));
    }
}
