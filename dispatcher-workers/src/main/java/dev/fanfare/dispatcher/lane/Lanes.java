package dev.fanfare.dispatcher.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All lanes that feed one HTTP client: deliveries go in by subscription and come out when it is their turn.
 *
 * <pre>
 *   poll thread                                                          any thread
 *   offer(key, delivery) ──▶ Lane a ▢▢▢▢ Gate ─┐
 *                        ──▶ Lane b ▢    Gate ─┼─▶ ready lanes, round-robin ──▶ next() ──▶ Turn ──▶ end(result)
 *                        ──▶ Lane c ▢▢   Gate ─┘        (global cap)                                  │
 *                                                          ▲───────── next() until it has nothing ────┘
 * </pre>
 *
 * <p><b>The one rule for callers:</b> after offering (a batch at a time is fine) and after every {@link Turn#end}, call
 * {@link #next()} and start what it returns until it returns null. Then every delivery that may start has started: no
 * other thread needs to be woken. A start that fails at once should {@code end} its turn and stay in that loop rather
 * than recurse.
 *
 * <p><b>A slow start:</b> {@value #FIRST_IN_FLIGHT} may be in flight at first, and one more with each that ends and with
 * each tick, up to the limit. A process that has just begun loads and compiles what the first ones need, perhaps with a
 * tenth of a core: as many as a warm one bears would wait for it longer than endpoints are given to answer, and be sent
 * again. Where endpoints answer that doubles with each round trip, so it is over after some ten of them.
 *
 * <p><b>And one for the clock:</b> call {@link #tick} often; it wakes the lanes that waited for their rate or their rest.
 *
 * <p>Each ready lane gives one delivery and goes to the back of the queue, so a lane with thousands waiting delays
 * another by one attempt at most. A lane at its cap is not in the queue: nobody waits for it.
 *
 * <p>Any thread. No lock is shared between lanes: offering and ending take the lane's own monitor, {@link #next()} a
 * lock-free queue and one counter. To spread load over several reactor threads make one {@code Lanes} for each and send
 * a key always to the same.
 *
 * @param <T> what the lanes carry; never looked at
 */
public final class Lanes<T> {
    /** Attempts in flight at first, all lanes together, where the limit is higher. */
    static final int FIRST_IN_FLIGHT = 4;

    private final LaneLimits limits;
    private final BreakerRules breakerRules;
    private final LongSupplier nanoClock;
    private final Holdings holdings;
    private final ConcurrentHashMap<String, Lane<T>> lanes = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Lane<T>> ready = new ConcurrentLinkedQueue<>();
    /** Lanes that the clock holds back. */
    private final ConcurrentLinkedQueue<Lane<T>> sleeping = new ConcurrentLinkedQueue<>();

    private final AtomicInteger permitsTaken = new AtomicInteger();
    private final AtomicInteger permits;
    private final AtomicInteger broken = new AtomicInteger();

    /**
     * Without lanes; each comes to be with its first delivery.
     *
     * @param nanoClock such as {@link System#nanoTime}
     */
    public Lanes(LaneLimits limits, BreakerRules breakerRules, LongSupplier nanoClock) {
        this.permits = new AtomicInteger(Math.min(FIRST_IN_FLIGHT, limits.inFlight()));
        this.limits = limits;
        this.breakerRules = breakerRules;
        this.nanoClock = nanoClock;
        this.holdings = new Holdings(limits);
    }

    /**
     * Queues a delivery, if its lane and the memory of all allow it. Never waits.
     *
     * @param key the subscription: {@code tenant/subscriptionId}
     * @param bytes what the delivery takes in memory, 0 or more; counted until its turn ends or it is dropped
     * @param rules the subscription's own
     */
    public Admission offer(String key, T item, int bytes, LaneRules rules) {
        if (bytes < 0) {
            throw new IllegalArgumentException("lane " + key + ": bytes=" + bytes + " must be 0 or more");
        }
        while (true) {
            Lane<T> lane = lanes.get(key);
            if (lane == null) {
                lane = lanes.computeIfAbsent(key, absent -> new Lane<>(this, absent));
            }
            Admission admission = lane.offer(item, bytes, rules);
            if (admission != null) {
                return admission;
            }
            lanes.remove(key, lane);
        }
    }

    /** The next delivery that may start, or null if none may for now. It is in flight until its turn is ended. */
    public @Nullable Turn<T> next() {
        while (!ready.isEmpty() && takePermit()) {
            Lane<T> lane = ready.poll();
            Turn<T> turn = lane == null ? null : lane.take();
            if (turn != null) {
                return turn;
            }
            // A caller that found no permit while we held this one relies on us: hence the look at ready again.
            releasePermit();
        }
        return null;
    }

    /**
     * Wakes the lanes whose time has come; call {@link #next()} afterwards. Takes time in proportion to the lanes that the
     * clock holds back.
     */
    public void tick() {
        grow();
        List<Lane<T>> woken = new ArrayList<>();
        for (Lane<T> lane = sleeping.poll(); lane != null; lane = sleeping.poll()) {
            woken.add(lane);
        }
        woken.forEach(Lane::wake);
    }

    /**
     * Takes out what waits in lanes that rest for long; it is the caller's then.
     *
     * @param taken given each, in a lane's monitor: quick, and calling nothing of the lanes
     */
    public void emptyResting(Consumer<? super T> taken) {
        for (Lane<T> lane : sleeping) {
            lane.empty(taken);
        }
    }

    /**
     * Removes deliveries that wait in any lane, for example those of a revoked partition; those in flight stay. Takes time
     * in proportion to what is queued.
     *
     * @param condition quick, and calling nothing of the lanes
     * @return how many were removed; they are never handed out
     */
    public int dropQueued(Predicate<? super T> condition) {
        int dropped = 0;
        for (Lane<T> lane : lanes.values()) {
            dropped += lane.drop(condition);
        }
        return dropped;
    }

    /** As {@link #dropQueued(Predicate)}, for one lane: 0 if the delivery meant was handed out already. */
    public int dropQueued(String key, Predicate<? super T> condition) {
        Lane<T> lane = lanes.get(key);
        return lane == null ? 0 : lane.drop(condition);
    }

    /**
     * Forgets the lanes that are empty and were offered nothing since the last call, and with them the cap they had
     * reached. For a timer, about once a minute.
     *
     * @return how many
     */
    public int evictIdle() {
        int evicted = 0;
        for (Lane<T> lane : lanes.values()) {
            if (lane.evictIfQuiet()) {
                lanes.remove(lane.key(), lane);
                evicted++;
            }
        }
        return evicted;
    }

    /** A lane as it is now, or null if there is none. */
    public @Nullable LaneView view(String key) {
        Lane<T> lane = lanes.get(key);
        return lane == null ? null : lane.view();
    }

    /** Shows each lane as it is. Takes time in proportion to the lanes. */
    public void views(BiConsumer<String, LaneView> each) {
        lanes.values().forEach(lane -> each.accept(lane.key(), lane.view()));
    }

    /** How many lanes there are, idle ones that were not evicted yet included. */
    public int size() {
        return lanes.size();
    }

    /** Deliveries queued in the lane that has the most. Takes time in proportion to the lanes. */
    public int deepest() {
        int deepest = 0;
        for (Lane<T> lane : lanes.values()) {
            deepest = Math.max(deepest, lane.queued());
        }
        return deepest;
    }

    /** Hands over what each lane has done. Takes time in proportion to the lanes. */
    public void tallies(Consumer<LaneTally> each) {
        lanes.values().forEach(lane -> each.accept(lane.tally()));
    }

    /** Deliveries handed out and not ended, all lanes together. For moments more than there are, while one is looked for. */
    public int inFlight() {
        return permitsTaken.get();
    }

    /** How many lanes have an open breaker. */
    public int broken() {
        return broken.get();
    }

    /** Records admitted and not ended or dropped. */
    public int heldRecords() {
        return holdings.records();
    }

    /** Their bytes. */
    public long heldBytes() {
        return holdings.bytes();
    }

    Holdings holdings() {
        return holdings;
    }

    BreakerRules breakerRules() {
        return breakerRules;
    }

    long nowNanos() {
        return nanoClock.getAsLong();
    }

    void ended(Ending ending) {
        grow();
        switch (ending) {
            case BROKE -> broken.incrementAndGet();
            case RECOVERED -> broken.decrementAndGet();
            case ENDED, REPEATED -> {}
        }
    }

    void sleep(Lane<T> lane) {
        sleeping.add(lane);
    }

    void list(Lane<T> lane) {
        ready.add(lane);
    }

    void releasePermit() {
        permitsTaken.decrementAndGet();
    }

    private void grow() {
        if (permits.get() < limits.inFlight()) {
            permits.getAndUpdate(now -> Math.min(now + 1, limits.inFlight()));
        }
    }

    private boolean takePermit() {
        int taken;
        do {
            taken = permitsTaken.get();
            if (taken >= permits.get()) {
                return false;
            }
        } while (!permitsTaken.compareAndSet(taken, taken + 1));
        return true;
    }
}
