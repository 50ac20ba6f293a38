package dev.fanfare.router.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.run.Run.State;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.replay.ReplayRun.Turn;
import dev.fanfare.runtime.kafka.LogEnds;
import dev.fanfare.runtime.session.Session;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on the replays while the one partition of the runs is its own.
 *
 * <pre>
 * follow the runs ─▶ fence who did it before ─▶ follow to where the fence stood ─▶ one run's turn ─┐
 *        ▲                                                                                         │
 *        └─────────── one transaction: deliveries, the run's state ◀──────────────────────────────┘
 * </pre>
 *
 * <p>A transaction never spans a poll of the runs, so a rebalance, which happens inside poll, finds none open. Confined to
 * one thread.
 */
final class ReplaySession implements ConsumerRebalanceListener, Session {
    /** So many runs take turns; the others wait for one of these to end. */
    static final int AT_ONCE = 4;

    private static final Logger LOG = LoggerFactory.getLogger(ReplaySession.class);
    private static final TopicPartition RUNS = new TopicPartition(Topics.RUNS, 0);
    private static final Duration IDLE_POLL = Duration.ofMillis(200);
    /** Somebody's open transaction may stand between here and what must be reached. */
    private static final Duration CATCHING_UP_POLL = Duration.ofMillis(10);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final long PROVEN_NANOS = Duration.ofSeconds(10).toNanos();
    /** Turns a second, so that what is sent comes evenly and transactions stay short. */
    private static final int TURNS = 4;

    /** How long a state isn't written while nothing is sent: a crash then only reads again. */
    private static final long SILENCE_NANOS = Duration.ofSeconds(1).toNanos();

    /** A run that takes turns, and when its next is. */
    private static final class Active {
        private final ReplayRun run;
        private long dueAtNanos;
        private long writtenAtNanos;

        private Active(ReplayRun run, long dueAtNanos) {
            this.run = run;
            this.dueAtNanos = dueAtNanos;
            this.writtenAtNanos = dueAtNanos - SILENCE_NANOS;
        }
    }

    private final Consumer<byte[], byte[]> runs;
    private final Admin admin;
    private final Supplier<Consumer<byte[], byte[]>> events;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final Routing routing;
    private final Clock clock;
    private final int perSecond;
    private final Map<String, Active> active = new LinkedHashMap<>();
    private final long begunAtNanos = System.nanoTime();
    private ReplayBoard board = new ReplayBoard();
    private boolean owner;
    private @Nullable Producer<byte[], byte[]> producer;
    /** Nothing is done before all runs up to here were read. */
    private long mustReach;

    /**
     * Takes the clients over.
     *
     * @param events    opens a consumer of events without a group
     * @param producers opens the producer, with the transactional id that all sessions share
     * @param perSecond deliveries of one run
     */
    ReplaySession(
            Consumer<byte[], byte[]> runs,
            Admin admin,
            Supplier<Consumer<byte[], byte[]>> events,
            Supplier<Producer<byte[], byte[]>> producers,
            Routing routing,
            Clock clock,
            int perSecond) {
        this.runs = runs;
        this.admin = admin;
        this.events = events;
        this.producers = producers;
        this.routing = routing;
        this.clock = clock;
        this.perSecond = perSecond;
    }

    @Override
    public void begin() {
        runs.subscribe(List.of(Topics.RUNS), this);
    }

    @Override
    public boolean isProven() {
        return System.nanoTime() - begunAtNanos > PROVEN_NANOS;
    }

    @Override
    public @Nullable String waitsFor() {
        return Session.joining(runs);
    }

    @Override
    public void step() {
        runs.poll(untilNextTurn()).forEach(board::read);
        if (!owner || board.isIdle()) {
            return;
        }
        Producer<byte[], byte[]> open = producer;
        if (open == null) {
            fence();
        } else if (runs.position(RUNS) >= mustReach) {
            takeUpRuns(open);
            takeOffWish(open);
            Active next = nextDue();
            if (next != null) {
                turn(next, open);
            }
        }
    }

    private Duration untilNextTurn() {
        if (!owner || board.isIdle()) {
            return IDLE_POLL;
        }
        if (active.isEmpty()) {
            return CATCHING_UP_POLL;
        }
        long now = System.nanoTime();
        long nanos = active.values().stream()
                .mapToLong(each -> Math.max(0, each.dueAtNanos - now))
                .min()
                .orElse(0);
        return Duration.ofNanos(Math.min(nanos, IDLE_POLL.toNanos()));
    }

    /** Ends what a predecessor left open, and keeps it from committing any more. */
    private void fence() {
        Producer<byte[], byte[]> opened = producers.get();
        producer = opened;
        opened.initTransactions();
        mustReach = LogEnds.of(admin, List.of(RUNS), ANSWER_TIMEOUT).getOrDefault(RUNS, 0L);
    }

    private void takeUpRuns(Producer<byte[], byte[]> open) {
        for (Run run : board.running()) {
            if (active.containsKey(run.id()) || (active.size() >= AT_ONCE && !board.isUnwanted(run.id()))) {
                continue;
            }
            try {
                ReplayRun taken = new ReplayRun(run, EventReplay.of(run), routing, events);
                active.put(run.id(), new Active(taken, System.nanoTime()));
                LOG.info("replay under way run={} filter={} counts={}", run.id(), run.filter(), run.counts());
            } catch (UndecodableRecord e) {
                Run failed = run.at(State.FAILED, run.counts(), clock.millis(), e.getMessage());
                write(new Turn(List.of(), failed), open);
                tellEnd(failed);
            }
        }
    }

    /** What was wanted has happened, or can't happen any more: the topic needn't keep it. */
    private void takeOffWish(Producer<byte[], byte[]> open) {
        String wish = board.settledWish();
        if (wish != null) {
            open.beginTransaction();
            send(open, new ProducerRecord<>(Topics.RUNS, 0, wish.getBytes(UTF_8), null));
            open.commitTransaction();
            board.tookOff(wish);
        }
    }

    private @Nullable Active nextDue() {
        long now = System.nanoTime();
        Active next = null;
        for (Active each : active.values()) {
            if (each.dueAtNanos - now <= 0 && (next == null || each.dueAtNanos - next.dueAtNanos < 0)) {
                next = each;
            }
        }
        return next;
    }

    private void turn(Active one, Producer<byte[], byte[]> open) {
        long begunNanos = System.nanoTime();
        long nowMillis = clock.millis();
        ReplayRun run = one.run;
        Turn turn = board.isUnwanted(run.state().id())
                ? run.end(State.STOPPED, "by request", nowMillis)
                : run.turn(Math.max(1, perSecond / TURNS), nowMillis);
        int sent = turn == null ? 0 : turn.deliveries().size();
        if (turn != null && (sent > 0 || turn.isLast() || begunNanos - one.writtenAtNanos >= SILENCE_NANOS)) {
            write(turn, open);
            routing.replayed(sent);
            one.writtenAtNanos = begunNanos;
        }
        // New events come first: a replay rests for as long as it worked, whatever it may send.
        long tookNanos = System.nanoTime() - begunNanos;
        long earnedNanos = sent * TimeUnit.SECONDS.toNanos(1) / perSecond;
        one.dueAtNanos = begunNanos + Math.max(earnedNanos, 2 * tookNanos);
        if (turn != null && turn.isLast()) {
            active.remove(turn.state().id());
            run.close();
            tellEnd(turn.state());
        }
    }

    private void tellEnd(Run end) {
        board.ended(end);
        LOG.info(
                "replay ended run={} state={} counts={} error={}",
                end.id(),
                end.state().text(),
                end.counts(),
                end.error());
    }

    /** If this fails, it is open whether the broker committed: only who fences and follows anew knows. */
    private static void write(Turn turn, Producer<byte[], byte[]> open) {
        open.beginTransaction();
        turn.deliveries().forEach(delivery -> send(open, delivery));
        Run state = turn.state();
        send(open, new ProducerRecord<>(Topics.RUNS, 0, state.id().getBytes(UTF_8), state.toJson()));
        open.commitTransaction();
    }

    /** What the send comes to is told by the commit. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private static void send(Producer<byte[], byte[]> open, ProducerRecord<byte[], byte[]> message) {
        open.send(message);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
        if (assigned.contains(RUNS)) {
            runs.seekToBeginning(List.of(RUNS));
            owner = true;
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
        if (revoked.contains(RUNS)) {
            letGo();
        }
    }

    private void letGo() {
        owner = false;
        active.values().forEach(each -> each.run.close());
        active.clear();
        board = new ReplayBoard();
        Producer<byte[], byte[]> open = producer;
        producer = null;
        if (open != null) {
            open.close(CLOSE_TIMEOUT);
        }
    }

    @Override
    public void wakeUp() {
        runs.wakeup();
    }

    @Override
    public void close() {
        try {
            runs.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        } finally {
            letGo();
            admin.close(CLOSE_TIMEOUT);
        }
    }
}
