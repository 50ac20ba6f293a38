package dev.fanfare.dispatcher.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LanesWakeUpTest {
    private static final int THREADS = 3;
    private static final int ROUNDS = 20_000;

    /** One permit for all: most callers find it taken, and rely on its holder to see what they offered. */
    @Test
    void whenAllCallersHaveFoundNothingMoreNothingIsLeftWaiting() throws Exception {
        Lanes<Integer> lanes =
                new Lanes<>(new LaneLimits(100, 1, 1_000, 1_000), BreakerRules.DEFAULT, System::nanoTime);
        AtomicInteger handedOut = new AtomicInteger();
        CyclicBarrier round = new CyclicBarrier(THREADS, () -> {
            assertThat(lanes.heldRecords()).as("left waiting").isZero();
            assertThat(lanes.inFlight()).isZero();
        });
        ExecutorService callers = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                String lane = "lane-" + i;
                done.add(callers.submit(() -> {
                    for (int number = 0; number < ROUNDS; number++) {
                        lanes.offer(lane, number, 1, LaneRules.atMost(16));
                        for (Turn<Integer> turn = lanes.next(); turn != null; turn = lanes.next()) {
                            handedOut.incrementAndGet();
                            turn.end(Result.SUCCEEDED);
                        }
                        round.await(10, TimeUnit.SECONDS);
                    }
                    return null;
                }));
            }
            for (Future<?> each : done) {
                each.get(60, TimeUnit.SECONDS);
            }
            assertThat(handedOut).hasValue(THREADS * ROUNDS);
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void aCallerThatHeldThePermitInVainFindsWhatWasOfferedMeanwhile() throws Exception {
        Lanes<String> lanes = new Lanes<>(new LaneLimits(100, 1, 1_000, 1_000), BreakerRules.DEFAULT, System::nanoTime);
        lanes.offer("emptied", "first", 1, LaneRules.atMost(16));
        lanes.offer("emptied", "second", 1, LaneRules.atMost(16));
        Turn<String> first = lanes.next();
        first.end(Result.CANCELLED);
        lanes.dropQueued(item -> true);
        AtomicReference<Turn<String>> found = new AtomicReference<>();
        Thread holder = new Thread(() -> found.set(lanes.next()));

        synchronized (first.lane()) {
            holder.start();
            await().until(() -> holder.getState() == Thread.State.BLOCKED);
            lanes.offer("other", "offered meanwhile", 1, LaneRules.atMost(16));
            assertThat(lanes.next()).isNull();
        }
        holder.join(10_000);

        assertThat(found.get().item()).isEqualTo("offered meanwhile");
    }
}
