package dev.fanfare.dispatcher.lane;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One subscription's deliveries, first in, first out, behind a {@link Gate}. Any thread; its monitor is held for a few
 * instructions and nothing is called in it but the lock-free queue of ready lanes.
 */
final class Lane<T> {
    private final Lanes<T> lanes;
    private final String key;
    private final ArrayDeque<Turn<T>> queue = new ArrayDeque<>();
    private final Gate gate;

    /** Queued or in flight. */
    private int heldRecords;

    private long heldBytes;
    private long endedTurns;
    private long delivered;
    private long failed;
    /** Whether the lane stands in the queue of ready lanes: at most once. */
    private boolean listed;
    /** Whether it waits for the clock, among the sleeping lanes: at most once. */
    private boolean asleep;
    /** Nothing was offered since the last sweep. */
    private boolean quiet;
    /** The lane is no longer in the map; whoever still holds it must look again. */
    private boolean evicted;

    Lane(Lanes<T> lanes, String key) {
        this.lanes = lanes;
        this.key = key;
        this.gate = new Gate(lanes.breakerRules());
    }

    String key() {
        return key;
    }

    /** Null if the lane was evicted meanwhile. */
    synchronized @Nullable Admission offer(T item, int bytes, LaneRules rules) {
        if (evicted) {
            return null;
        }
        quiet = false;
        long nowNanos = lanes.nowNanos();
        gate.rules(rules, nowNanos);
        if (gate.breaker().isRestLong(nowNanos)) {
            return Admission.LANE_RESTS;
        }
        Admission admission = lanes.holdings().admit(bytes, queue.size(), heldRecords, heldBytes);
        if (admission == Admission.ADMITTED) {
            heldRecords++;
            heldBytes += bytes;
            queue.add(new Turn<>(this, item, bytes));
            listIfReady();
        }
        return admission;
    }

    /** Called by whoever took the lane out of the ready queue. Null if there is nothing to start after all. */
    synchronized @Nullable Turn<T> take() {
        listed = false;
        long nowNanos = gate.isTimed() ? lanes.nowNanos() : 0;
        if (gate.isAtCap() || (gate.isTimed() && gate.waitNanos(nowNanos) > 0)) {
            listIfReady();
            return null;
        }
        Turn<T> turn = queue.poll();
        if (turn != null) {
            gate.started(nowNanos);
            listIfReady();
        }
        return turn;
    }

    Ending end(Turn<T> turn, Result result) {
        Ending ending;
        synchronized (this) {
            if (!turn.markEnded()) {
                return Ending.REPEATED;
            }
            long nowNanos = lanes.nowNanos();
            ending = gate.ended(result, nowNanos);
            endedTurns++;
            count(result);
            release(turn);
            listIfReady();
        }
        // Only now: whoever gets this permit must find the lane listed.
        lanes.releasePermit();
        lanes.ended(ending);
        return ending;
    }

    /** The clock may have let it go on. */
    synchronized void wake() {
        asleep = false;
        listIfReady();
    }

    /** Takes out what waits, if the lane rests for long. */
    synchronized void empty(Consumer<? super T> taken) {
        if (gate.breaker().isRestLong(lanes.nowNanos())) {
            drop(item -> {
                taken.accept(item);
                return true;
            });
        }
    }

    synchronized int drop(Predicate<? super T> condition) {
        int before = queue.size();
        queue.removeIf(turn -> {
            boolean dropped = condition.test(turn.item());
            if (dropped) {
                turn.markEnded();
                release(turn);
            }
            return dropped;
        });
        return before - queue.size();
    }

    /** Evicts the lane if it is empty and nothing was offered since the last call. */
    synchronized boolean evictIfQuiet() {
        evicted = quiet && heldRecords == 0 && gate.breaker().restLeftNanos(lanes.nowNanos()) <= 0;
        if (evicted && gate.breaker().isOpen()) {
            lanes.ended(Ending.RECOVERED);
        }
        quiet = true;
        return evicted;
    }

    synchronized LaneView view() {
        return new LaneView(
                queue.size(),
                gate.inFlight(),
                gate.cap(),
                endedTurns,
                gate.breaker().isOpen(),
                gate.breaker().restLeftNanos(lanes.nowNanos()));
    }

    synchronized int queued() {
        return queue.size();
    }

    synchronized LaneTally tally() {
        return new LaneTally(key, queue.size(), delivered, failed);
    }

    private void count(Result result) {
        switch (result) {
            case SUCCEEDED -> delivered++;
            case ANSWERED, FAILED, TIMED_OUT -> failed++;
            case CANCELLED -> {}
        }
    }

    private void release(Turn<T> turn) {
        heldRecords--;
        heldBytes -= turn.bytes();
        lanes.holdings().release(turn.bytes());
    }

    private void listIfReady() {
        if (listed || asleep || queue.isEmpty() || gate.isAtCap()) {
            return;
        }
        if (gate.isTimed() && gate.waitNanos(lanes.nowNanos()) > 0) {
            asleep = true;
            lanes.sleep(this);
        } else {
            listed = true;
            lanes.list(this);
        }
    }
}
