package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.dispatcher.lane.Admission;
import dev.fanfare.dispatcher.lane.BreakerRules;
import dev.fanfare.dispatcher.lane.LaneLimits;
import dev.fanfare.dispatcher.lane.LaneRules;
import dev.fanfare.dispatcher.lane.LaneView;
import dev.fanfare.dispatcher.lane.Lanes;
import dev.fanfare.dispatcher.lane.Result;
import dev.fanfare.dispatcher.lane.Turn;
import dev.fanfare.dispatcher.ledger.CommitPoint;
import dev.fanfare.dispatcher.ledger.OffsetLedger;
import dev.fanfare.dispatcher.ledger.Opening;
import dev.fanfare.retry.plan.NextStep;
import dev.fanfare.retry.plan.RetryPlanner;
import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.WithSeeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two months of one partition in seconds: the ledger, the lanes and the planner are the real ones; the clock, Kafka and the
 * endpoints are made up.
 *
 * <pre>
 * events ─▶ log ─▶ ledger.open ─▶ lanes ─▶ an attempt of some milliseconds ─▶ planner ─▶ ledger.complete
 *            ▲                      └─ full or resting ─▶ deferred                          │ commit: all or nothing,
 *            └──────────── tiers ◀──────────────────────────────────────────────────────────┘ unless it dies before
 * </pre>
 *
 * Endpoints fail and hang for minutes to days, answers get lost, commits abort, and the process dies now and then.
 */
@WithSeeds
class DispatcherSimulationTest {
    private static final Logger LOG = LoggerFactory.getLogger(DispatcherSimulationTest.class);
    private static final int SUBSCRIPTIONS = 10;
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long END = 60 * 24 * HOUR;
    private static final long COMMIT_MILLIS = 500;
    private static final UUID TOPIC = new UUID(1, 2);
    private static final List<Duration> SCHEDULE =
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofHours(5));

    private enum Mood {
        WELL(12 * HOUR),
        FAILING(HOUR),
        HANGING(HOUR / 2);

        private final long meanMillis;

        Mood(long meanMillis) {
            this.meanMillis = meanMillis;
        }
    }

    private record Happening(long atMillis, long number, Runnable what) {}

    private record Message(int delivery, Progress progress) {}

    /** What nobody will read again. */
    private static final Message GONE = new Message(-1, Progress.NONE);

    private record Open(int life, long offset, Message message) {}

    /** What becomes of a delivery when its outcome is committed: it waits, or it has ended. */
    private record Outcome(
            int delivery, Progress progress, @Nullable NextStep next) {}

    private final PriorityQueue<Happening> happenings =
            new PriorityQueue<>(Comparator.comparingLong(Happening::atMillis).thenComparingLong(Happening::number));
    private final RetryPlanner planner = new RetryPlanner(Tier.DEFAULTS, RetryPlanner.DEFAULT_MAX_AGE);
    private final Map<Integer, Mood> moods = new HashMap<>();

    // what Kafka keeps
    private final List<Message> log = new ArrayList<>();
    private CommitPoint committed = new CommitPoint(0, "");

    // one life of the process
    private int life;
    private OffsetLedger ledger = OffsetLedger.startingAt(0, TOPIC, 0);
    private Lanes<Open> lanes = newLanes();
    private List<Outcome> uncommitted = new ArrayList<>();
    private final Map<String, Long> slots = new HashMap<>();
    private boolean ticking;

    // what is checked
    private final List<Integer> subscriptionOf = new ArrayList<>();
    private final List<Long> acceptedAt = new ArrayList<>();
    private final List<Long> notBefore = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();
    private final List<Integer> received = new ArrayList<>();
    private final List<Boolean> delivered = new ArrayList<>();
    private long longestLife;
    private long repeatsExcused;
    private long lives;
    private long deferrals;

    private Random random = new Random();
    private long nowMillis;
    private long number;

    private Lanes<Open> newLanes() {
        return new Lanes<>(
                new LaneLimits(50, 64, 100_000, Long.MAX_VALUE), BreakerRules.DEFAULT, () -> nowMillis * 1_000_000);
    }

    @Test
    void inMonthsOfTroubleEveryDeliveryEndsOnceAndNoneComesEarly(Seeds seeds) {
        random = seeds.random("simulation");
        for (int s = 0; s < SUBSCRIPTIONS; s++) {
            int subscription = s;
            moods.put(s, Mood.WELL);
            at(0, () -> changeMood(subscription));
            at(0, () -> accept(subscription));
        }
        at(chance(8 * HOUR), this::die);
        while (!happenings.isEmpty()) {
            Happening next = happenings.poll();
            nowMillis = next.atMillis();
            next.what().run();
        }

        LOG.info(
                "{} deliveries={} log={} lives={} deferrals={} days={}",
                seeds.howToRepeat(),
                ends.size(),
                log.size(),
                lives,
                deferrals,
                nowMillis / 24 / HOUR);
        assertThat(ends).as("deliveries").hasSizeGreaterThan(50_000).allMatch(count -> count == 1);
        long repeats = 0;
        for (int d = 0; d < ends.size(); d++) {
            assertThat(!delivered.get(d) || received.get(d) > 0)
                    .as("delivery %d is on record, and was received", d)
                    .isTrue();
            repeats += Math.max(0, received.get(d) - 1);
        }
        assertThat(repeats).as("repeats").isLessThanOrEqualTo(repeatsExcused);
        assertThat(delivered.stream().filter(all -> all).count()).isGreaterThan(ends.size() * 8L / 10);
        assertThat(delivered).as("some gave up").contains(false);
        assertThat(longestLife)
                .as("ms that a delivery took at most: its age, and what it waited for last")
                .isLessThan(Duration.ofHours(24 + 6).toMillis());
        assertThat(lives).isGreaterThan(50);
        assertThat(deferrals).isPositive();
        assertThat(ledger.openCount()).isZero();
        assertThat(lanes.heldRecords()).isZero();
    }

    private void at(long inMillis, Runnable what) {
        happenings.add(new Happening(nowMillis + inMillis, number++, what));
    }

    /** Exponential: most are short, some are very long. */
    private long chance(long meanMillis) {
        return 1 + (long) (-Math.log(1 - random.nextDouble()) * meanMillis);
    }

    private void changeMood(int subscription) {
        if (nowMillis >= END) {
            moods.put(subscription, Mood.WELL);
            return;
        }
        Mood[] all = Mood.values();
        Mood mood = moods.get(subscription) == Mood.WELL ? all[1 + random.nextInt(all.length - 1)] : Mood.WELL;
        moods.put(subscription, mood);
        long duration = random.nextInt(40) == 0 && mood != Mood.WELL ? 30 * HOUR : chance(mood.meanMillis);
        at(Math.min(duration, Math.max(1, END - nowMillis)), () -> changeMood(subscription));
    }

    private void accept(int subscription) {
        if (nowMillis >= END) {
            return;
        }
        int burst = random.nextInt(500) == 0 ? 200 : 1;
        for (int i = 0; i < burst; i++) {
            subscriptionOf.add(subscription);
            acceptedAt.add(nowMillis);
            notBefore.add(nowMillis);
            ends.add(0);
            received.add(0);
            delivered.add(false);
            log.add(new Message(ends.size() - 1, Progress.NONE));
        }
        poll();
        at(chance(10 * MINUTE), () -> accept(subscription));
    }

    private void poll() {
        while (ledger.position() < log.size() && ledger.hasRoom()) {
            assertThat(ledger.isCrowded()).isFalse();
            long offset = ledger.position();
            Message message = log.get((int) offset);
            if (ledger.open(offset) == Opening.OPENED) {
                offer(new Open(life, offset, message));
            }
        }
        start();
    }

    private String key(Open open) {
        return "default/" + subscriptionOf.get(open.message().delivery());
    }

    private void offer(Open open) {
        Admission admission = lanes.offer(key(open), open, 1_000, LaneRules.atMost(16));
        switch (admission) {
            case ADMITTED -> tick();
            case LANE_FULL, LANE_RESTS -> defer(open);
            case ALL_FULL -> throw new AssertionError("there is room for all");
        }
    }

    private void defer(Open open) {
        deferrals++;
        LaneView lane = lanes.view(key(open));
        long least = nowMillis + Math.max(1_000, lane == null ? 0 : lane.restLeftNanos() / 1_000_000);
        long slot = slots.merge(key(open), least, (last, first) -> Math.max(last + 1_000, first));
        Duration wait = Duration.ofMillis(slot - nowMillis);
        Progress after = open.message().progress().deferred(nowMillis);
        conclude(open, after, planner.afterDeferral(after, wait, nowMillis));
    }

    /** Wakes lanes, and takes out what rests for long, for as long as they hold anything. */
    private void tick() {
        if (!ticking) {
            ticking = true;
            int mine = life;
            at(1_000, () -> {
                if (mine != life) {
                    return;
                }
                ticking = false;
                lanes.tick();
                List<Open> resting = new ArrayList<>();
                lanes.emptyResting(resting::add);
                resting.forEach(this::defer);
                start();
                if (lanes.heldRecords() > 0) {
                    tick();
                }
            });
        }
    }

    private void start() {
        for (Turn<Open> turn = lanes.next(); turn != null; turn = lanes.next()) {
            begin(turn);
        }
    }

    private void begin(Turn<Open> turn) {
        int delivery = turn.item().message().delivery();
        assertThat(nowMillis).as("delivery %d is early", delivery).isGreaterThanOrEqualTo(notBefore.get(delivery));
        int mine = life;
        long startedAt = nowMillis;
        switch (moods.get(subscriptionOf.get(delivery))) {
            case WELL -> {
                boolean answerLost = random.nextInt(2_000) == 0;
                at(5 + random.nextInt(200), () -> {
                    received.set(delivery, received.get(delivery) + 1);
                    if (mine == life) {
                        repeatsExcused += answerLost ? 1 : 0;
                        end(turn, answerLost ? Result.FAILED : Result.SUCCEEDED, startedAt);
                    } else {
                        repeatsExcused++; // it came, but nobody was there for the answer
                    }
                });
            }
            case FAILING -> at(5 + random.nextInt(50), () -> endIfAlive(mine, turn, Result.FAILED, startedAt));
            case HANGING -> at(15_000, () -> endIfAlive(mine, turn, Result.TIMED_OUT, startedAt));
        }
    }

    private void endIfAlive(int mine, Turn<Open> turn, Result result, long startedAt) {
        if (mine == life) {
            end(turn, result, startedAt);
        }
    }

    private void end(Turn<Open> turn, Result result, long startedAt) {
        turn.end(result);
        Open open = turn.item();
        Progress after = open.message().progress().attempted(startedAt);
        conclude(
                open,
                after,
                result == Result.SUCCEEDED ? null : planner.afterFailure(after, SCHEDULE, null, nowMillis));
        start();
    }

    /** Its outcome is in the open transaction; without a next step it is delivered. */
    private void conclude(Open open, Progress after, @Nullable NextStep next) {
        assertThat(ledger.complete(ledger.epoch(), open.offset())).isTrue();
        uncommitted.add(new Outcome(open.message().delivery(), after, next));
        if (uncommitted.size() == 1) {
            int mine = life;
            at(COMMIT_MILLIS, () -> commit(mine));
        }
    }

    private void commit(int mine) {
        if (mine != life) {
            return;
        }
        if (random.nextInt(50) == 0) {
            at(COMMIT_MILLIS, () -> commit(mine)); // aborted: the same outcomes go into the next one
            return;
        }
        long before = committed.offset();
        committed = ledger.commitPoint();
        for (long offset = before; offset < committed.offset(); offset++) {
            log.set((int) offset, GONE);
        }
        List<Outcome> outcomes = uncommitted;
        uncommitted = new ArrayList<>();
        outcomes.forEach(this::take);
    }

    private void take(Outcome outcome) {
        int delivery = outcome.delivery();
        if (outcome.next() instanceof NextStep.Wait wait) {
            long dueAt = nowMillis + wait.delay().toMillis();
            notBefore.set(delivery, dueAt);
            at(wait.delay().toMillis() + random.nextInt(2_000), () -> {
                log.add(new Message(delivery, outcome.progress()));
                poll();
            });
            return;
        }
        ends.set(delivery, ends.get(delivery) + 1);
        delivered.set(delivery, outcome.next() == null);
        longestLife = Math.max(longestLife, nowMillis - acceptedAt.get(delivery));
    }

    /** All that was not committed is gone; another process goes on from what was. */
    private void die() {
        lives++;
        repeatsExcused += uncommitted.size();
        life++;
        ledger = OffsetLedger.restore(committed.offset(), committed.metadata(), TOPIC, life)
                .ledger();
        lanes = newLanes();
        slots.clear();
        uncommitted = new ArrayList<>();
        ticking = false;
        poll();
        if (nowMillis < END) {
            at(chance(8 * HOUR), this::die);
        }
    }
}
