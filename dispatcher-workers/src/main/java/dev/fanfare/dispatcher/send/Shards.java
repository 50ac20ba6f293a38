package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.address.AddressBook;
import dev.fanfare.dispatcher.http.ConnectionCount;
import dev.fanfare.dispatcher.http.Reactor;
import dev.fanfare.dispatcher.http.Transport;
import dev.fanfare.dispatcher.http.WebhookClient;
import dev.fanfare.dispatcher.lane.Admission;
import dev.fanfare.dispatcher.lane.DeepestLanes;
import dev.fanfare.dispatcher.lane.LaneLimits;
import dev.fanfare.dispatcher.lane.LaneRules;
import dev.fanfare.dispatcher.lane.LaneView;
import dev.fanfare.dispatcher.lane.Lanes;
import dev.fanfare.dispatcher.lane.Turn;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import dev.fanfare.dispatcher.outcome.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lanes and clients, one pair for each reactor thread; a subscription always meets the same pair, so nothing is shared
 * between two reactor threads. When an attempt ends, the thread that ended it starts what its lanes have next.
 *
 * <pre>
 * offer ─▶ shard of the key ─▶ Lanes ─▶ next() ─▶ AttemptSender ─▶ outbox
 *                                ▲                     │ ended
 *                                └─────────────────────┘
 * </pre>
 *
 * Any thread.
 */
public final class Shards implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Shards.class);
    /** How exactly deadlines, rates and rests are kept. */
    private static final long TICK_MILLIS = 50;

    private static final int RECORDS_PART = 8;
    private static final int BYTES_PART = 2;

    private final List<Shard> shards = new ArrayList<>();
    private final LongAdder ended = new LongAdder();
    private final ConnectionCount connections = new ConnectionCount();
    private final BooleanSupplier mayStart;
    private final ScheduledExecutorService timer;
    /** What ends from then on starts nothing new. */
    private volatile boolean closed;

    /**
     * Starts the clients.
     *
     * @param mayStart asked before each start, from any thread; when it turns true again, {@link #pump} must be called
     * @param outbox   given each outcome, from any thread
     */
    public Shards(SendingSetup setup, BooleanSupplier mayStart, Consumer<Outcome> outbox) {
        this.mayStart = mayStart;
        for (int i = 0; i < setup.threads(); i++) {
            shards.add(new Shard("dispatcher-http-" + i, setup, outbox));
        }
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "dispatcher-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        Future<?> unused = timer.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        unused = timer.scheduleWithFixedDelay(() -> forget(setup.addressBook()), 1, 1, TimeUnit.MINUTES);
    }

    /** Queues a delivery in its subscription's lane; {@link #pump} starts it. */
    public Admission offer(OpenDelivery open, LaneRules rules) {
        String key = open.key();
        return shardOf(key).lanes.offer(key, open, open.bytes(), rules);
    }

    /** Starts whatever may start. After a batch of offers, and when starting is allowed again. */
    public void pump() {
        shards.forEach(Shard::pump);
    }

    /** The lane of a subscription, or null if there is none. */
    public @Nullable LaneView view(String key) {
        return shardOf(key).lanes.view(key);
    }

    /**
     * Whether the lanes hold less than an eighth of the records and half of the bytes that they may: some thousand
     * deliveries keep the senders busy over a commit, and what waits for longer is better off on Kafka than in every
     * collection of the heap.
     */
    public boolean hasRoom() {
        return !isFullerThan(RECORDS_PART, BYTES_PART);
    }

    /** Whether half of that is taken: time to see that slow ones don't take what is left. */
    public boolean isTight() {
        return isFullerThan(2 * RECORDS_PART, 2 * BYTES_PART);
    }

    private boolean isFullerThan(int recordsPart, int bytesPart) {
        for (Shard shard : shards) {
            if ((long) shard.lanes.heldRecords() * recordsPart > shard.limits.heldRecords()
                    || shard.lanes.heldBytes() * bytesPart > shard.limits.heldBytes()) {
                return true;
            }
        }
        return false;
    }

    /** Deliveries that there is room for, in all. */
    public int room() {
        int room = 0;
        for (Shard shard : shards) {
            room += shard.limits.heldRecords() / RECORDS_PART;
        }
        return room;
    }

    /** How many lanes there are, some of them idle. */
    public int lanes() {
        int lanes = 0;
        for (Shard shard : shards) {
            lanes += shard.lanes.size();
        }
        return lanes;
    }

    /** Deliveries queued in the deepest lane. Takes time in proportion to the lanes. */
    public int deepestLane() {
        return shards.stream().mapToInt(shard -> shard.lanes.deepest()).max().orElse(0);
    }

    /** Connections to endpoints. */
    public ConnectionCount connections() {
        return connections;
    }

    /** Has the busiest subscriptions shown, from now on. */
    public void show(BusiestSubscriptions busiest) {
        Future<?> unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        busiest.look(each -> shards.forEach(shard -> shard.lanes.tallies(each)));
                    } catch (RuntimeException e) {
                        LOG.error("the busiest subscriptions could not be shown this time; please report this", e);
                    }
                },
                BusiestSubscriptions.LOOK_SECONDS,
                BusiestSubscriptions.LOOK_SECONDS,
                TimeUnit.SECONDS);
    }

    /** How many of them have an open breaker. */
    public int brokenLanes() {
        return shards.stream().mapToInt(shard -> shard.lanes.broken()).sum();
    }

    /**
     * Takes out what waits in lanes that rest for long.
     *
     * @param taken given each; quick
     */
    public void emptyResting(Consumer<OpenDelivery> taken) {
        shards.forEach(shard -> shard.lanes.emptyResting(taken));
    }

    /** The lanes in which most waits or is under way, the deepest first. Takes time in proportion to the lanes. */
    public List<Map.Entry<String, LaneView>> deepestLanes(int most) {
        DeepestLanes deepest = new DeepestLanes(most);
        shards.forEach(shard -> shard.lanes.views(deepest::look));
        return deepest.picked();
    }

    /** Attempts under way. */
    public int inFlight() {
        int inFlight = 0;
        for (Shard shard : shards) {
            inFlight += shard.lanes.inFlight();
        }
        return inFlight;
    }

    /** Attempts that have ended since the start, however they did. */
    public long ended() {
        return ended.sum();
    }

    /** Deliveries queued and under way. */
    public int held() {
        int held = 0;
        for (Shard shard : shards) {
            held += shard.lanes.heldRecords();
        }
        return held;
    }

    /** Removes deliveries that wait; see {@link Lanes#dropQueued(Predicate)}. */
    public int dropQueued(Predicate<OpenDelivery> which) {
        return shards.stream().mapToInt(shard -> shard.lanes.dropQueued(which)).sum();
    }

    /** Ends attempts that have been under way for a while as if they had timed out: they get their outcome. */
    public void timeOut(Predicate<OpenDelivery> which, long whileNanos) {
        shards.forEach(shard -> shard.sender.timeOut(which, whileNanos));
    }

    /** Ends attempts under way without an outcome. */
    public void giveUp(Predicate<OpenDelivery> which) {
        shards.forEach(shard -> shard.sender.giveUp(which));
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        shards.forEach(Shard::close);
    }

    private void tick() {
        try {
            shards.forEach(shard -> {
                shard.sender.endOverdue();
                shard.lanes.tick();
                shard.pump();
            });
        } catch (RuntimeException e) {
            // A timer whose task throws stops for good, and with it every deadline and every rest.
            LOG.error("deadlines and rates could not be kept this time; please report this", e);
        }
    }

    private void forget(AddressBook addressBook) {
        shards.forEach(shard -> {
            shard.lanes.evictIdle();
            shard.sender.sweep();
        });
        addressBook.sweep();
    }

    private Shard shardOf(String key) {
        return shards.get(Math.floorMod(key.hashCode(), shards.size()));
    }

    /** One pair. */
    private final class Shard {
        private final LaneLimits limits;
        private final Lanes<OpenDelivery> lanes;
        private final Reactor reactor;
        private final AttemptSender sender;
        /** Whether the reactor was asked to pump and has yet to begin: once is enough. */
        private final AtomicBoolean asked = new AtomicBoolean();
        /** Whether it pumps, further up the stack: then that goes on, and no call nests. Of the reactor's thread. */
        private boolean pumping;

        Shard(String name, SendingSetup setup, Consumer<Outcome> outbox) {
            LaneLimits all = setup.limits();
            int share = setup.threads();
            this.limits = new LaneLimits(
                    all.queuedPerLane(),
                    Math.max(1, all.inFlight() / share),
                    Math.max(1, all.heldRecords() / share),
                    Math.max(1, all.heldBytes() / share));
            this.lanes = new Lanes<>(limits, setup.breakers(), System::nanoTime);
            this.reactor = new Reactor(name);
            Transport transport = setup.transport();
            this.sender = new AttemptSender(
                    new WebhookClient(reactor, transport, connections),
                    new IdentityClients(
                            Math.max(1, IdentityClients.MOST / share),
                            tls -> new WebhookClient(
                                    reactor,
                                    new Transport(
                                            transport.connectTimeout(), tls, transport.http2(), transport.proxy()),
                                    connections),
                            transport.tls()),
                    new Routes(reactor, setup.addressBook().keep()),
                    setup,
                    outbox,
                    this::onEnd);
        }

        private void onEnd() {
            ended.increment();
            pump();
        }

        /** Starts what may start, on the reactor's thread: what it starts from there costs no wake-up each. */
        void pump() {
            if (reactor.isHere()) {
                start();
            } else if (!asked.getAndSet(true)) {
                reactor.run(() -> {
                    asked.set(false);
                    start();
                });
            }
        }

        private void start() {
            if (pumping) {
                return;
            }
            pumping = true;
            try {
                while (!closed && mayStart.getAsBoolean()) {
                    Turn<OpenDelivery> turn = lanes.next();
                    if (turn == null) {
                        return;
                    }
                    sender.start(turn);
                }
            } finally {
                pumping = false;
            }
        }

        void close() {
            sender.close();
            reactor.close();
        }
    }
}
