package dev.fanfare.dispatcher.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread offers, four end what runs in random order and pull what is next: as the poll thread and the client do. */
class LanesUnderLoadTest {
    /** Rests need a clock; they have tests of their own. */
    private static final BreakerRules NEVER_BROKEN =
            new BreakerRules(Integer.MAX_VALUE, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5));

    private static final Logger LOG = LoggerFactory.getLogger(LanesUnderLoadTest.class);
    private static final int CALLBACK_THREADS = 4;
    private static final int MAX_PER_LANE = 3;
    private static final int MAX_ALL = 23;
    private static final int DELIVERIES = 60_000;

    private record Delivery(String lane, int number, boolean revoked) {}

    private final Lanes<Delivery> lanes =
            new Lanes<>(new LaneLimits(40, MAX_ALL, 600, 40_000), NEVER_BROKEN, System::nanoTime);
    private final LinkedBlockingQueue<Turn<Delivery>> running = new LinkedBlockingQueue<>();
    private final Map<String, AtomicInteger> inFlight = new ConcurrentHashMap<>();
    private final AtomicInteger inFlightAll = new AtomicInteger();
    private final Set<Delivery> handedOut = ConcurrentHashMap.newKeySet();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicReference<String> broken = new AtomicReference<>();

    @RepeatedTest(4)
    void underContentionNothingIsLostOrHandedOutTwiceAndNoCapIsExceeded() throws InterruptedException {
        long seed = ThreadLocalRandom.current().nextLong();
        LOG.info("seed={}", seed);
        Random random = new Random(seed);
        ExecutorService callbacks = Executors.newFixedThreadPool(CALLBACK_THREADS);
        try {
            for (int i = 0; i < CALLBACK_THREADS; i++) {
                Random own = new Random(random.nextLong());
                callbacks.execute(() -> endAndPull(own));
            }
            int admitted = 0;
            int dropped = 0;
            int refused = 0;
            for (int i = 0; i < DELIVERIES; i++) {
                // A few hot lanes, many rare ones that come and go.
                String lane = random.nextInt(3) == 0 ? "rare-" + random.nextInt(500) : "hot-" + random.nextInt(4);
                Delivery delivery = new Delivery(lane, i, random.nextInt(50) == 0);
                Admission admission = lanes.offer(lane, delivery, random.nextInt(300), LaneRules.atMost(MAX_PER_LANE));
                switch (admission) {
                    case ADMITTED -> admitted++;
                    case LANE_FULL, LANE_RESTS, ALL_FULL -> refused++;
                }
                if (random.nextInt(20) == 0) {
                    startAll();
                }
                if (random.nextInt(2_000) == 0) {
                    dropped += lanes.dropQueued(Delivery::revoked);
                    lanes.evictIdle();
                }
            }
            startAll();
            int expected = admitted - dropped;
            await().atMost(Duration.ofSeconds(30)).until(() -> ended.get() == expected || broken.get() != null);

            assertThat(broken.get()).as("seed %d", seed).isNull();
            assertThat(handedOut).as("seed %d", seed).hasSize(expected);
            assertThat(refused).as("seed %d", seed).isPositive();
            assertThat(lanes.inFlight()).as("seed %d", seed).isZero();
            assertThat(lanes.heldRecords()).as("seed %d", seed).isZero();
            assertThat(lanes.heldBytes()).as("seed %d", seed).isZero();
            lanes.evictIdle();
            lanes.evictIdle();
            assertThat(lanes.size()).as("seed %d", seed).isZero();
        } finally {
            callbacks.shutdownNow();
            assertThat(callbacks.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void startAll() {
        for (Turn<Delivery> turn = lanes.next(); turn != null; turn = lanes.next()) {
            Delivery delivery = turn.item();
            expect(handedOut.add(delivery), "handed out twice: " + delivery);
            int lane = inFlight.computeIfAbsent(delivery.lane(), key -> new AtomicInteger())
                    .incrementAndGet();
            expect(lane <= MAX_PER_LANE, "in flight in " + delivery.lane() + ": " + lane);
            int all = inFlightAll.incrementAndGet();
            expect(all <= MAX_ALL, "in flight: " + all);
            running.add(turn);
        }
    }

    private void endAndPull(Random random) {
        Result[] results = Result.values();
        try {
            while (true) {
                Turn<Delivery> turn = running.take();
                if (random.nextInt(4) == 0) {
                    running.add(turn);
                    continue;
                }
                inFlight.get(turn.item().lane()).decrementAndGet();
                inFlightAll.decrementAndGet();
                expect(
                        turn.end(random.nextInt(8) > 0 ? Result.SUCCEEDED : results[random.nextInt(results.length)])
                                != Ending.REPEATED,
                        "ended before: " + turn.item());
                startAll();
                ended.incrementAndGet();
            }
        } catch (InterruptedException testIsOver) {
            Thread.currentThread().interrupt();
        }
    }

    private void expect(boolean condition, String otherwise) {
        if (!condition) {
            broken.compareAndSet(null, otherwise);
        }
    }
}
