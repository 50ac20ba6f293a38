package dev.fanfare.retry.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithSeeds;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Relays as processes that die without a word, at the two moments that matter and at any other. */
@WithSeeds
class KilledRelayIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Its groups notice a death soon. */
    private final TestBroker broker = TestBroker.fresh(Map.of("group.consumer.session.timeout.ms", "2000"));

    @AfterEach
    void closeBroker() {
        broker.close();
    }

    @Test
    void oneThatDiesBetweenAppendAndCommitLosesAndDoublesNothing(Seeds seeds) throws IOException, InterruptedException {
        diesThenAnotherGoesOn(seeds, "before", "one");
    }

    @Test
    void oneThatDiesRightAfterItsCommitLosesAndDoublesNothing(Seeds seeds) throws IOException, InterruptedException {
        diesThenAnotherGoesOn(seeds, "after", "one");
    }

    @Test
    void aPeerUnderAnotherNameTakesOverFromTheDead(Seeds seeds) throws IOException, InterruptedException {
        diesThenAnotherGoesOn(seeds, "before", "two");
    }

    @Test
    void killedAgainAndAgainNothingIsLostOrDoubledOrEarly(Seeds seeds) throws IOException, InterruptedException {
        RelayWorld world = new RelayWorld(broker);
        Random random = seeds.random("kills");
        for (int round = 0; round < 3; round++) {
            Process relay = RelayProcess.start(broker.bootstrapServers(), "one", "before", Integer.MAX_VALUE);
            try {
                int before = broker.records(Topics.DELIVERIES).size();
                put(world, random, "first-of-" + round);
                await().atMost(PATIENCE)
                        .until(() -> broker.records(Topics.DELIVERIES).size() > before);
                // it is at work: now at any moment
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_500));
                for (int i = 0; System.nanoTime() < until; i++) {
                    put(world, random, round + "-" + i);
                }
            } finally {
                relay.destroyForcibly().waitFor();
            }
        }
        try (TierRelay last = world.relay("one")) {
            TierRelayIT.assertAllBackOnceAndNeverEarly(world, world.awaitAll(PATIENCE));
            assertThat(last.readiness().isReady()).isTrue();
        }
    }

    private void diesThenAnotherGoesOn(Seeds seeds, String moment, String heir)
            throws IOException, InterruptedException {
        RelayWorld world = new RelayWorld(broker);
        Random random = seeds.random("deliveries");
        for (int i = 0; i < 200; i++) {
            put(world, random, "d" + i);
        }
        Process relay = RelayProcess.start(broker.bootstrapServers(), "one", moment, 2);
        try {
            // its second commit needs something to commit
            for (int i = 0; !relay.waitFor(100, TimeUnit.MILLISECONDS); i++) {
                put(world, random, "e" + i);
            }
        } finally {
            relay.destroyForcibly().waitFor();
        }
        assertThat(relay.exitValue()).as("it died by itself").isEqualTo(1);

        try (TierRelay next = world.relay(heir)) {
            TierRelayIT.assertAllBackOnceAndNeverEarly(world, world.awaitAll(PATIENCE));
            assertThat(next.readiness().isReady()).isTrue();
        }
    }

    private static void put(RelayWorld world, Random random, String id) {
        world.wait(
                RelayWorld.TIERS.get(random.nextInt(2)).topic(),
                id,
                random.nextInt(RelayWorld.PARTITIONS),
                Duration.ofMillis(random.nextInt(600)));
    }
}
