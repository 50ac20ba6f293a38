package dev.fanfare.dispatcher.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A lane's rate and its breaker, by a clock that the tests move. */
class LaneGateTest {
    private static final BreakerRules BREAKER =
            new BreakerRules(10, Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(10));
    private static final LaneRules WIDE = LaneRules.atMost(1_000);

    private long nowNanos = 123_456_789L;
    private final Lanes<String> lanes =
            new Lanes<>(new LaneLimits(10_000, 10_000, 100_000, 1L << 30), BREAKER, () -> nowNanos);

    @Test
    void aRateLimitGivesASecondsWorthAtOnceAndThenThatManyASecond() {
        offer("a", 1_000, new LaneRules(1_000, 20));

        assertThat(runAll(Result.SUCCEEDED)).isEqualTo(20);
        assertThat(runAll(Result.SUCCEEDED)).isZero();
        pass(Duration.ofMillis(50));
        assertThat(runAll(Result.SUCCEEDED)).isEqualTo(1);
        pass(Duration.ofMillis(49));
        assertThat(runAll(Result.SUCCEEDED)).isZero();

        int started = 0;
        for (int i = 0; i < 1_000; i++) {
            pass(Duration.ofMillis(10));
            started += runAll(Result.SUCCEEDED);
        }
        assertThat(started).isBetween(200, 201);
    }

    @Test
    void whatIsNotUsedIsSavedForASecondAndNoLonger() {
        offer("a", 20, new LaneRules(1_000, 20));
        runAll(Result.SUCCEEDED);
        pass(Duration.ofHours(1));
        offer("a", 1_000, new LaneRules(1_000, 20));

        assertThat(runAll(Result.SUCCEEDED)).isEqualTo(20);
    }

    @Test
    void lessThanOneASecondIsARateToo() {
        offer("a", 10, new LaneRules(1_000, 0.1));

        assertThat(runAll(Result.SUCCEEDED)).isEqualTo(1);
        pass(Duration.ofMillis(9_999));
        assertThat(runAll(Result.SUCCEEDED)).isZero();
        pass(Duration.ofMillis(1));
        assertThat(runAll(Result.SUCCEEDED)).isEqualTo(1);
    }

    @Test
    void aLaneThatWaitsForItsRateHoldsUpNoOther() {
        offer("limited", 100, new LaneRules(1_000, 1));
        offer("free", 100, WIDE);

        assertThat(runAll(Result.SUCCEEDED)).isEqualTo(101);
    }

    @Test
    void aLimitThatIsTakenAwayCountsNoMoreFromTheNextDeliveryOn() {
        offer("a", 10, new LaneRules(1_000, 1));
        runAll(Result.SUCCEEDED);
        offer("a", 1, WIDE);
        lanes.tick();

        assertThat(runAll(Result.SUCCEEDED)).isEqualTo(10);
    }

    @Test
    void tenFailuresInARowOpenTheBreakerAndOneDeliveryProbesAfterTheRest() {
        offer("a", 100, WIDE);

        assertThat(runAll(Result.FAILED)).isEqualTo(10);
        assertThat(lanes.broken()).isEqualTo(1);
        pass(Duration.ofMillis(4_999));
        assertThat(runAll(Result.SUCCEEDED)).isZero();

        pass(Duration.ofMillis(1));
        Deque<Turn<String>> probe = startAll();
        assertThat(probe).hasSize(1);
        assertThat(probe.remove().end(Result.SUCCEEDED)).isEqualTo(Ending.RECOVERED);
        assertThat(lanes.broken()).isZero();
        assertThat(runAll(Result.SUCCEEDED)).isEqualTo(89);
    }

    @Test
    void aSuccessInBetweenKeepsItClosed() {
        offer("a", 100, WIDE);
        for (int i = 0; i < 90; i++) {
            assertThat(startOne().end(i % 10 == 9 ? Result.SUCCEEDED : Result.FAILED))
                    .isEqualTo(Ending.ENDED);
        }
        assertThat(lanes.broken()).isZero();
    }

    @Test
    void anEndpointThatRefusesDeliveriesWorks() {
        offer("a", 100, WIDE);

        assertThat(runAll(Result.ANSWERED)).isEqualTo(100);
        assertThat(lanes.broken()).isZero();
    }

    @Test
    void twoTimeOutsOpenIt() {
        offer("a", 100, WIDE);

        assertThat(startOne().end(Result.TIMED_OUT)).isEqualTo(Ending.ENDED);
        assertThat(startOne().end(Result.TIMED_OUT)).isEqualTo(Ending.BROKE);
    }

    @Test
    void eachProbeThatFailsDoublesTheRestUpToTheLongest() {
        offer("a", 100, WIDE);
        runAll(Result.FAILED);
        List<Long> rests = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            long rest = lanes.view("a").restLeftNanos();
            rests.add(Duration.ofNanos(rest).toSeconds());
            pass(Duration.ofNanos(rest));
            startOne().end(Result.FAILED);
        }
        assertThat(rests).containsExactly(5L, 10L, 20L, 40L, 60L, 60L);
    }

    @Test
    void whatWasUnderWayWhenItOpenedProlongsNothing() {
        offer("a", 100, WIDE);
        for (int i = 0; i < 40; i++) {
            startOne().end(Result.SUCCEEDED);
        }
        Deque<Turn<String>> running = startAll();
        offer("a", 100, WIDE);
        running.forEach(turn -> turn.end(Result.TIMED_OUT));

        assertThat(running).hasSizeGreaterThan(1);
        assertThat(lanes.view("a").restLeftNanos())
                .isLessThanOrEqualTo(BREAKER.firstRest().toNanos());
    }

    @Test
    void whileItRestsForLongNothingIsTakenInAndWhatWaitsIsGivenBack() {
        offer("a", 100, WIDE);
        runAll(Result.FAILED);
        pass(BREAKER.firstRest());
        startOne().end(Result.FAILED);
        pass(Duration.ofSeconds(10));
        startOne().end(Result.FAILED);

        assertThat(lanes.offer("a", "late", 1, WIDE)).isEqualTo(Admission.LANE_RESTS);
        List<String> taken = new ArrayList<>();
        lanes.emptyResting(taken::add);
        assertThat(taken).hasSize(88);
        assertThat(lanes.heldRecords()).isZero();

        pass(Duration.ofSeconds(20));
        assertThat(lanes.offer("a", "probe", 1, WIDE)).isEqualTo(Admission.ADMITTED);
        assertThat(lanes.offer("a", "behind it", 1, WIDE)).isEqualTo(Admission.ADMITTED);
        Deque<Turn<String>> probe = startAll();
        assertThat(probe).hasSize(1);
        probe.remove().end(Result.SUCCEEDED);
        assertThat(runAll(Result.SUCCEEDED)).isEqualTo(1);
    }

    @Test
    void aProbeThatIsCancelledIsFollowedByAnother() {
        offer("a", 100, WIDE);
        runAll(Result.FAILED);
        pass(BREAKER.firstRest());
        startOne().end(Result.CANCELLED);

        assertThat(startAll()).hasSize(1);
    }

    @Test
    void aLaneThatRestsIsNotForgotten() {
        offer("a", 10, WIDE);
        runAll(Result.FAILED);
        lanes.evictIdle();
        assertThat(lanes.evictIdle()).isZero();
        pass(BREAKER.firstRest());

        assertThat(lanes.evictIdle()).isEqualTo(1);
        assertThat(lanes.broken()).isZero();
    }

    private void offer(String key, int count, LaneRules rules) {
        for (int i = 0; i < count; i++) {
            assertThat(lanes.offer(key, key + i, 1, rules)).isEqualTo(Admission.ADMITTED);
        }
    }

    private void pass(Duration time) {
        nowNanos += time.toNanos();
        lanes.tick();
    }

    private Turn<String> startOne() {
        Turn<String> turn = lanes.next();
        assertThat(turn).isNotNull();
        return turn;
    }

    private Deque<Turn<String>> startAll() {
        Deque<Turn<String>> started = new ArrayDeque<>();
        for (Turn<String> turn = lanes.next(); turn != null; turn = lanes.next()) {
            started.add(turn);
        }
        return started;
    }

    /** One after the other, until nothing may start. */
    private int runAll(Result result) {
        int count = 0;
        for (Turn<String> turn = lanes.next(); turn != null; turn = lanes.next()) {
            turn.end(result);
            count++;
        }
        return count;
    }
}
