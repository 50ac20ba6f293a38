package dev.fanfare.dispatcher.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static final int MANY = 1_000_000;

    private final Lanes<String> lanes =
            warm(new Lanes<>(new LaneLimits(20_000, 64, MANY, MANY * 1_000L), BreakerRules.DEFAULT, System::nanoTime));

    /** As many may be under way as the limit says. */
    private static Lanes<String> warm(Lanes<String> cold) {
        for (int i = 0; i < 64; i++) {
            cold.tick();
        }
        return cold;
    }

    @Test
    void aNewLaneStartsWithTwoInFlightAndHandsOutInOrder() {
        offer("a", 5);

        assertThat(items(startAll())).containsExactly("a0", "a1");
        assertThat(lanes.inFlight()).isEqualTo(2);
    }

    @Test
    void aLaneThatSucceedsGrowsUpToItsSubscriptionsLimit() {
        offer("a", 2_000);

        Deque<Turn<String>> running = startAll();
        for (int i = 0; i < 500; i++) {
            running.remove().end(Result.SUCCEEDED);
            running.addAll(startAll());
        }

        assertThat(running).hasSize(16);
        assertThat(view("a").cap()).isEqualTo(16);
    }

    @Test
    void aLaneThatNeverFillsItsCapDoesNotGrow() {
        for (int i = 0; i < 500; i++) {
            offer("a", 1);
            startAll().remove().end(Result.SUCCEEDED);
        }

        assertThat(view("a").cap()).isEqualTo(2);
    }

    @Test
    void aTimeOutBringsALaneDownToOneAtATime() {
        offer("a", 100);
        Deque<Turn<String>> running = startAll();

        running.remove().end(Result.TIMED_OUT);
        assertThat(startAll()).isEmpty();
        running.remove().end(Result.FAILED);

        assertThat(startAll()).hasSize(1);
    }

    @Test
    void aSubscriptionThatAllowsOneAtATimeGetsOneAtATime() {
        lanes.offer("a", "a0", 1, LaneRules.atMost(1));
        lanes.offer("a", "a1", 1, LaneRules.atMost(1));

        Deque<Turn<String>> running = startAll();
        assertThat(items(running)).containsExactly("a0");
        running.remove().end(Result.SUCCEEDED);

        assertThat(items(startAll())).containsExactly("a1");
    }

    @Test
    void aLaneWithTenThousandQueuedDoesNotDelayAnothersTen() {
        offer("crowded", 10_000);
        offer("small", 10);

        List<String> order = new ArrayList<>();
        Deque<Turn<String>> running = startAll();
        while (lanes.view("small").ended() < 10) {
            Turn<String> turn = running.remove();
            order.add(turn.item());
            turn.end(Result.SUCCEEDED);
            running.addAll(startAll());
        }

        assertThat(order).hasSizeLessThan(40);
    }

    @Test
    void aLaneThatHangsHoldsOnlyItsOwnCap() {
        offer("hanging", 1_000);
        offer("healthy", 200);

        Deque<Turn<String>> running = startAll();
        List<Turn<String>> hanging = new ArrayList<>();
        int delivered = 0;
        while (!running.isEmpty()) {
            Turn<String> turn = running.remove();
            if (turn.laneKey().equals("hanging")) {
                hanging.add(turn);
            } else {
                turn.end(Result.SUCCEEDED);
                delivered++;
                running.addAll(startAll());
            }
        }

        assertThat(delivered).isEqualTo(200);
        assertThat(hanging).hasSize(2);
    }

    @Test
    void noMoreStartThanTheCapOfAllLanesAllows() {
        for (int lane = 0; lane < 100; lane++) {
            offer("lane-" + lane, 2);
        }

        Deque<Turn<String>> running = startAll();
        assertThat(running).hasSize(64);
        running.remove().end(Result.FAILED);

        assertThat(startAll()).hasSize(1);
        assertThat(lanes.inFlight()).isEqualTo(64);
    }

    @Test
    void whoHasJustBegunStartsFewAndOneMoreWithEachThatEndsAndEachTick() {
        Lanes<String> wide =
                new Lanes<>(new LaneLimits(10, 100, MANY, MANY * 1_000L), BreakerRules.DEFAULT, System::nanoTime);
        for (int lane = 0; lane < 500; lane++) {
            wide.offer("lane-" + lane, "item", 1, LaneRules.atMost(1));
        }

        Deque<Turn<String>> running = startAll(wide);
        assertThat(running).hasSize(4);
        running.remove().end(Result.TIMED_OUT);
        running.addAll(startAll(wide));
        assertThat(running).hasSize(5);
        wide.tick();
        running.addAll(startAll(wide));
        assertThat(running).hasSize(6);

        for (int i = 0; i < 200; i++) {
            running.remove().end(Result.SUCCEEDED);
            running.addAll(startAll(wide));
        }
        assertThat(running).as("the limit").hasSize(100);
    }

    @Test
    void whoHasJustBegunHasTwiceAsManyUnderWayAfterEachRoundInWhichAllEnd() {
        Lanes<String> wide =
                new Lanes<>(new LaneLimits(10, 1_000, MANY, MANY * 1_000L), BreakerRules.DEFAULT, System::nanoTime);
        for (int lane = 0; lane < 3_000; lane++) {
            wide.offer("lane-" + lane, "item", 1, LaneRules.atMost(1));
        }

        List<Integer> rounds = new ArrayList<>();
        for (Deque<Turn<String>> running = startAll(wide); rounds.size() < 10; running = startAll(wide)) {
            rounds.add(running.size());
            running.forEach(turn -> turn.end(Result.SUCCEEDED));
        }

        assertThat(rounds).containsExactly(4, 8, 16, 32, 64, 128, 256, 512, 1_000, 980);
    }

    @Test
    void aFullLaneRefusesWhileOthersAreAdmitted() {
        Lanes<String> small = new Lanes<>(new LaneLimits(3, 64, MANY, MANY), BreakerRules.DEFAULT, System::nanoTime);
        for (int i = 0; i < 3; i++) {
            assertThat(small.offer("a", "a" + i, 1, LaneRules.atMost(16))).isEqualTo(Admission.ADMITTED);
        }

        assertThat(small.offer("a", "a3", 1, LaneRules.atMost(16))).isEqualTo(Admission.LANE_FULL);
        assertThat(small.offer("b", "b0", 1, LaneRules.atMost(16))).isEqualTo(Admission.ADMITTED);
        small.next();
        assertThat(small.offer("a", "a3", 1, LaneRules.atMost(16))).isEqualTo(Admission.ADMITTED);
    }

    @Test
    void stuckLanesLeaveMemoryForTheOthers() {
        Lanes<String> tight =
                new Lanes<>(new LaneLimits(MANY, 64, MANY, 10_000_000), BreakerRules.DEFAULT, System::nanoTime);
        for (int lane = 0; lane < 50; lane++) {
            while (tight.offer("stuck-" + lane, "x", 1_000, LaneRules.atMost(16)) == Admission.ADMITTED) {
                assertThat(tight.heldBytes()).isLessThanOrEqualTo(10_000_000);
            }
        }

        for (int i = 0; i < 10; i++) {
            assertThat(tight.offer("healthy", "y", 1_000, LaneRules.atMost(16))).isEqualTo(Admission.ADMITTED);
        }
    }

    @Test
    void whenAllLanesTogetherAreFullNoLaneIsBlamed() {
        Lanes<String> tiny = new Lanes<>(new LaneLimits(10, 64, 3, 1_000), BreakerRules.DEFAULT, System::nanoTime);
        for (int lane = 0; lane < 3; lane++) {
            assertThat(tiny.offer("lane-" + lane, "x", 1, LaneRules.atMost(16))).isEqualTo(Admission.ADMITTED);
        }

        assertThat(tiny.offer("another", "x", 1, LaneRules.atMost(16))).isEqualTo(Admission.ALL_FULL);
        tiny.next().end(Result.SUCCEEDED);
        assertThat(tiny.offer("another", "x", 999, LaneRules.atMost(16))).isEqualTo(Admission.ALL_FULL);
        assertThat(tiny.offer("another", "x", 998, LaneRules.atMost(16))).isEqualTo(Admission.ADMITTED);
    }

    @Test
    void whatIsLargerThanAllMemoryStillPassesAlone() {
        Lanes<String> tiny = new Lanes<>(new LaneLimits(10, 64, 10, 100), BreakerRules.DEFAULT, System::nanoTime);

        assertThat(tiny.offer("a", "huge", 5_000, LaneRules.atMost(16))).isEqualTo(Admission.ADMITTED);
        assertThat(tiny.offer("b", "x", 1, LaneRules.atMost(16))).isEqualTo(Admission.ALL_FULL);
        tiny.next().end(Result.SUCCEEDED);
        assertThat(tiny.heldBytes()).isZero();
        assertThat(tiny.offer("b", "x", 1, LaneRules.atMost(16))).isEqualTo(Admission.ADMITTED);
    }

    @Test
    void aTurnEndsOnceWhoeverComesFirst() {
        offer("a", 5);
        Turn<String> turn = startAll().remove();

        assertThat(turn.end(Result.TIMED_OUT)).isEqualTo(Ending.ENDED);
        assertThat(turn.end(Result.SUCCEEDED)).isEqualTo(Ending.REPEATED);

        assertThat(lanes.inFlight()).isEqualTo(1);
        assertThat(view("a").ended()).isEqualTo(1);
    }

    @Test
    void droppedDeliveriesAreNeverHandedOutAndThoseInFlightStay() {
        offer("a", 6);
        offer("b", 6);
        Deque<Turn<String>> running = startAll();

        assertThat(lanes.dropQueued(item -> item.endsWith("3") || item.endsWith("0")))
                .isEqualTo(2);
        assertThat(lanes.dropQueued("b", item -> item.equals("b4"))).isEqualTo(1);
        List<String> handedOut = new ArrayList<>();
        while (!running.isEmpty()) {
            handedOut.add(running.peek().item());
            running.remove().end(Result.SUCCEEDED);
            running.addAll(startAll());
        }

        assertThat(handedOut).containsExactlyInAnyOrder("a0", "a1", "a2", "a4", "a5", "b0", "b1", "b2", "b5");
        assertThat(lanes.heldRecords()).isZero();
        assertThat(lanes.heldBytes()).isZero();
    }

    @Test
    void anIdleLaneIsForgottenAtTheSecondLookAndABusyOneIsNot() {
        offer("idle", 1);
        offer("busy", 1);
        startAll().stream().filter(turn -> turn.laneKey().equals("idle")).forEach(turn -> turn.end(Result.SUCCEEDED));

        assertThat(lanes.evictIdle()).isZero();
        assertThat(lanes.evictIdle()).isEqualTo(1);

        assertThat(lanes.view("idle")).isNull();
        assertThat(lanes.view("busy")).isNotNull();
        offer("idle", 1);
        assertThat(startAll()).hasSize(1);
    }

    @Test
    void anEvictedLaneTakesNothingMoreSoThatNoSubscriptionEverHasTwo() {
        Lane<String> lane = new Lane<>(lanes, "a");
        assertThat(lane.evictIfQuiet()).isFalse();
        assertThat(lane.evictIfQuiet()).isTrue();

        assertThat(lane.offer("a0", 1, LaneRules.atMost(16))).isNull();

        assertThat(startAll()).isEmpty();
        assertThat(lanes.heldRecords()).isZero();
    }

    @Test
    void impossibleLimitsAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LaneLimits(1, 0, 1, 1))
                .withMessage("inFlight=0: must be at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> lanes.offer("t/s", "x", -1, LaneRules.atMost(1)))
                .withMessageContaining("lane t/s");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LaneRules.atMost(0))
                .withMessageContaining("maxInFlight=0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LaneRules(1, -1))
                .withMessageContaining("perSecond=-1");
    }

    @Test
    void theDeepestLaneAndWhatEachHasDoneAreKnown() {
        offer("a", 5);
        offer("b", 20);
        Deque<Turn<String>> running = startAll();
        assertThat(lanes.deepest()).isEqualTo(18);
        Map<String, Deque<Result>> results = Map.of(
                "a", new ArrayDeque<>(List.of(Result.SUCCEEDED, Result.CANCELLED)),
                "b", new ArrayDeque<>(List.of(Result.TIMED_OUT, Result.ANSWERED)));
        running.forEach(turn -> turn.end(results.get(turn.laneKey()).remove()));
        List<LaneTally> tallies = new ArrayList<>();
        lanes.tallies(tallies::add);
        assertThat(tallies).containsExactlyInAnyOrder(new LaneTally("a", 3, 1, 0), new LaneTally("b", 18, 0, 2));
    }

    private void offer(String key, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(lanes.offer(key, key + i, 100, LaneRules.atMost(16))).isEqualTo(Admission.ADMITTED);
        }
    }

    private Deque<Turn<String>> startAll() {
        return startAll(lanes);
    }

    private static Deque<Turn<String>> startAll(Lanes<String> of) {
        Deque<Turn<String>> started = new ArrayDeque<>();
        for (Turn<String> turn = of.next(); turn != null; turn = of.next()) {
            started.add(turn);
        }
        return started;
    }

    private LaneView view(String key) {
        return lanes.view(key);
    }

    private static List<String> items(Deque<Turn<String>> turns) {
        return turns.stream().map(Turn::item).toList();
    }
}
