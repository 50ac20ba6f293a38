package dev.fanfare.retry.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import dev.fanfare.testkit.WithSeeds;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Relays as processes that die without a word, at the two moments that matter and at any other. */
@WithBroker
@WithSeeds
class KilledRelayIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void oneThatDiesBetweenAppendAndCommitLosesAndDoublesNothing(@Fresh TestBroker broker, Seeds seeds)
            throws IOException, InterruptedException {
        diesThenAnotherGoesOn(broker, seeds, "before", "one");
    }

    @Test
    void oneThatDiesRightAfterItsCommitLosesAndDoublesNothing(@Fresh TestBroker broker, Seeds seeds)
            throws IOException, InterruptedException {
        diesThenAnotherGoesOn(broker, seeds, "after", "one");
    }

    @Test
    void aPeerUnderAnotherNameTakesOverFromTheDead(@Fresh TestBroker broker, Seeds seeds)
            throws IOException, InterruptedException {
        diesThenAnotherGoesOn(broker, seeds, "before", "two");
    }

    @Test
    void killedAgainAndAgainNothingIsLostOrDoubledOrEarly(@Fresh TestBroker broker, Seeds seeds)
            throws IOException, InterruptedException {
        RelayWorld world = new RelayWorld(broker);
        Random random = seeds.random("kills");
        for (int round = 0; round < 3; round++) {
            Process relay = RelayProcess.start(broker.bootstrapServers(), "one", "before", Integer.MAX_VALUE);
            try {
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2_500 + random.nextInt(2_500));
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

    private static void diesThenAnotherGoesOn(TestBroker broker, Seeds seeds, String moment, String heir)
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
                Duration.ofMillis(random.nextInt(1_500)));
    }
}
