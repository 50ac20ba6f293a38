package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.disabled;
import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static dev.fanfare.router.TestRouter.tombstone;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Whoever creates a subscription, is told so, and then sends an event, gets that event: whichever router sees it. */
@WithBroker
class CausalityIT {

    private static final int PARTITIONS = 3;
    private static final int WRITERS = 4;
    private static final int ROUNDS_EACH = 300;

    /**
     * Four writers create, move, disable and delete subscriptions and send an event after each, some thousands together;
     * each of three routers reads each change late, by a different while.
     */
    @Test
    void anEventIsRoutedWithEveryChangeAcknowledgedBeforeItOnThreeInstancesThatReadLate(@Fresh TestBroker broker)
            throws Exception {
        broker.createFanfareTopics(new TopicLayout(PARTITIONS, 2, (short) 1, Tier.parseList("1s")));
        long seed = System.nanoTime();
        Map<String, String> patient = Map.of("router.read-index-timeout", "30s");
        try (TestRouter one = TestRouter.start(broker.bootstrapServers(), "one", patient, lateBy(seed));
                TestRouter two = TestRouter.start(broker.bootstrapServers(), "two", patient, lateBy(seed + 1));
                TestRouter three = TestRouter.start(broker.bootstrapServers(), "three", patient, lateBy(seed + 2))) {
            List<TestRouter> routers = List.of(one, two, three);
            AtomicInteger sent = new AtomicInteger();
            await("all have partitions").atMost(Duration.ofMinutes(2)).until(() -> {
                broker.send(event("warm-up-" + sent.incrementAndGet(), "warm.up", new byte[0]));
                return routers.stream().allMatch(router -> router.events("unmatched") > 0);
            });
            Set<String> expected = ConcurrentHashMap.newKeySet();
            ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
            try {
                List<Future<?>> written = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    String name = "w" + writer;
                    Random random = new Random(seed + writer);
                    written.add(writers.submit(() -> interleave(broker, name, random, expected)));
                }
                for (Future<?> each : written) {
                    each.get();
                }
            } finally {
                writers.shutdownNow();
            }
            settle(broker);
            await("seed " + seed).atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(deliveries(broker))
                    .filteredOn(delivery -> !delivery.startsWith("default/last "))
                    .containsExactlyInAnyOrderElementsOf(expected));
            assertThat(routers).allSatisfy(router -> assertThat(router.count("fanfare.router.read.index.given.up"))
                    .isZero());
        }
    }

    /**
     * What is expected goes into a set. It is of events that were sent after a subscription's last change: what comes
     * before a change may be routed with it.
     */
    private static void interleave(TestBroker broker, String writer, Random random, Set<String> expected) {
        for (int round = 0; round < ROUNDS_EACH; round++) {
            String type = writer + ".round" + round;
            Subscription subscription = subscription("default", type + "-s", type + ".first");
            broker.send(row(subscription));
            switch (random.nextInt(4)) {
                case 0 -> sendWanted(broker, type + ".first", "created", subscription, expected);
                case 1 -> {
                    broker.send(row(subscription.toBuilder()
                            .eventTypes(List.of(type + ".second"))
                            .build()));
                    send(broker, type + ".first", "moved-away");
                    sendWanted(broker, type + ".second", "moved-here", subscription, expected);
                }
                case 2 -> {
                    broker.send(row(disabled(subscription)));
                    send(broker, type + ".first", "disabled");
                }
                default -> {
                    broker.send(tombstone(subscription));
                    send(broker, type + ".first", "deleted");
                }
            }
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

    /** A table that applies each change late, by another while each time. */
    private static UnaryOperator<CompactedTable.Decoder<RoutedSubscription>> lateBy(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return decoder -> json -> {
            int micros = random.nextInt(50) == 0 ? 20_000 : random.nextInt(1_000);
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
            return decoder.decode(json);
        };
    }

    private static void sendWanted(TestBroker broker, String type, String what, Subscription by, Set<String> expected) {
        expected.add(by.key() + " " + send(broker, type, what));
    }

    /** The event's id. */
    private static String send(TestBroker broker, String type, String what) {
        String id = type + "-" + what;
        broker.send(event(id, type, new byte[] {1}));
        return id;
    }

    /** Waits until the events before now are routed, in each partition. */
    private static void settle(TestBroker broker) {
        Subscription last = subscription("default", "last", "last");
        broker.send(row(last));
        Set<String> wanted = new HashSet<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            ProducerRecord<byte[], byte[]> event = event("last" + partition, "last", new byte[0]);
            broker.send(new ProducerRecord<>(event.topic(), partition, event.key(), event.value(), event.headers()));
            wanted.add(last.key() + " last" + partition);
        }
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(deliveries(broker)).containsAll(wanted));
    }

    /** Who got what. */
    private static Set<String> deliveries(TestBroker broker) {
        return broker.records(Topics.DELIVERIES).stream()
                .map(delivery ->
                        new String(delivery.key(), UTF_8) + " " + RecordHeaders.text(delivery.headers(), "ce_id"))
                .collect(Collectors.toSet());
    }
}
