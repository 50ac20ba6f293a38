package dev.fanfare.dispatcher.intake;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.dispatcher.intake.LanePace.Pace;
import dev.fanfare.dispatcher.lane.LaneView;
import dev.fanfare.dispatcher.ledger.OffsetLedger;
import dev.fanfare.dispatcher.ledger.Opening;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import dev.fanfare.dispatcher.outcome.Outcome;
import dev.fanfare.dispatcher.outcome.Outcomes;
import dev.fanfare.dispatcher.outcome.Unsent;
import dev.fanfare.dispatcher.send.Shards;
import dev.fanfare.dispatcher.subscription.Standing;
import dev.fanfare.dispatcher.subscription.SubscriptionView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what was received of a partition into the lanes, as far as there is room.
 *
 * <pre>
 * received ─▶ OffsetLedger.open ─▶ headers ─▶ subscription ─▶ its lane ─▶ (sent)
 *                                    │ unreadable  │ gone        │ full
 *                                    ▼             ▼             ▼
 *                                 dead letter   cancelled …   wait a moment, or a tier
 * </pre>
 *
 * While there is plenty of room every lane may queue what it gets. When room is tight, a slow lane that has more than its
 * share gets no more: its deliveries go to tiers. What busy lanes can't hold waits in the partition, which pauses for the
 * milliseconds that they need. Confined to the poll thread; never waits.
 */
public final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    /**
     * Deliveries of one partition that may be open at once: a quarter of the ledger's window. So a window that is crowded
     * tells of a delivery that doesn't end, while thousands behind it did; and not of a backlog.
     */
    private static final int MAX_OPEN = OffsetLedger.WINDOW / 4;
    /** What any lane may queue, however slow and however many there are. */
    private static final int SMALL_QUEUE = 8;

    /** What takes no longer than this doesn't hang. */
    private static final long HANGS_NANOS = Duration.ofSeconds(2).toNanos();

    private static final long SURVEY_NANOS = Duration.ofMillis(50).toNanos();
    /** Whoever surveys so late stood still meanwhile: the machine, or all of this process. */
    private static final long STALL_NANOS = Duration.ofMillis(300).toNanos();

    private static final String TAKES_LESS = "the endpoint takes less than it gets";
    private static final String RESTS = "the endpoint failed time after time and is left alone for a while";

    private final AssignedPartitions partitions;
    private final SubscriptionView subscriptions;
    private final Shards shards;
    private final Outcomes outcomes;
    private final Unsent unsent;
    private final Consumer<Outcome> outbox;
    private final long patienceNanos;
    private final LanePace pace = new LanePace();
    private final PeerPace peers = new PeerPace();
    private final Outage outage;
    private boolean suspicious;
    private long surveyedAtNanos = System.nanoTime();
    private @Nullable String finding;

    /**
     * With what it takes.
     *
     * @param patience how long a delivery waits for the subscription view to reach its version
     * @param outagePatience how long an outage of our own is suspected at most
     * @param outbox   given the outcomes of what isn't sent
     */
    public Intake(
            AssignedPartitions partitions,
            SubscriptionView subscriptions,
            Shards shards,
            Outcomes outcomes,
            Unsent unsent,
            Consumer<Outcome> outbox,
            Duration patience,
            Duration outagePatience) {
        this.partitions = partitions;
        this.subscriptions = subscriptions;
        this.shards = shards;
        this.outcomes = outcomes;
        this.unsent = unsent;
        this.outbox = outbox;
        this.patienceNanos = patience.toNanos();
        this.outage = new Outage(outagePatience);
    }

    /**
     * Admits what there is room for.
     *
     * @param topicId of the topic now, should the partition have to start over
     */
    public void admit(AssignedPartition partition, UUID topicId) {
        while (!suspicious && shards.hasRoom() && partition.ledger().openCount() < MAX_OPEN) {
            OpenDelivery open = partition.head();
            if (open == null) {
                open = openNext(partition, topicId);
            }
            if (open == null) {
                break;
            }
            boolean placed = place(partition, open);
            partition.head(placed ? null : open);
            if (!placed) {
                return;
            }
        }
        partition.skipIfDrained();
    }

    /**
     * Looks at the lanes as a whole, and takes out of those that rest what they hold. Call it often, before admitting;
     * it looks some times a second.
     *
     * @return what is wrong, in words; null where nothing is
     */
    public @Nullable String survey() {
        long nowNanos = System.nanoTime();
        if (nowNanos - surveyedAtNanos < SURVEY_NANOS) {
            return finding;
        }
        if (nowNanos - surveyedAtNanos >= STALL_NANOS) {
            pace.startOver();
        }
        surveyedAtNanos = nowNanos;
        finding = lookAround(nowNanos);
        return finding;
    }

    private @Nullable String lookAround(long nowNanos) {
        int lanes = shards.lanes();
        int broken = shards.brokenLanes();
        boolean now = outage.isSuspected(lanes, broken, nowNanos);
        if (now && !suspicious) {
            LOG.error(
                    "most endpoints fail at once, so our own network is suspected and nothing new is sent for now: look at"
                            + " it, at the name server and the proxy endpoints={} failing={}",
                    lanes,
                    broken);
        } else if (suspicious && !now) {
            LOG.warn("deliveries are taken in again endpoints={} failing={}", lanes, broken);
        }
        suspicious = now;
        if (suspicious) {
            return "most endpoints fail at once (" + broken + " of " + lanes + "), our own network is suspected";
        }
        if (broken > 0) {
            List<OpenDelivery> resting = new ArrayList<>();
            shards.emptyResting(resting::add);
            resting.forEach(open -> outbox.accept(unsent.deferred(open, restOf(open), RESTS)));
        }
        return null;
    }

    private @Nullable OpenDelivery openNext(AssignedPartition partition, UUID topicId) {
        while (partition.ledger().hasRoom()) {
            ConsumerRecord<byte[], byte[]> record = partition.nextReceived();
            if (record == null) {
                return null;
            }
            Opening opening = partition.ledger().open(record.offset());
            if (opening == Opening.BEHIND) {
                partitions.startOver(partition, record.offset(), topicId);
                opening = partition.ledger().open(record.offset());
            }
            if (opening == Opening.OPENED) {
                OpenDelivery open = read(record, partition.ledger());
                if (open != null) {
                    return open;
                }
            }
        }
        return null;
    }

    private @Nullable OpenDelivery read(ConsumerRecord<byte[], byte[]> record, OffsetLedger ledger) {
        if (isTombstone(record)) {
            outbox.accept(outcomes.nothing(record, ledger.epoch()));
            return null;
        }
        try {
            return new OpenDelivery(record, DeliveryRecords.read(record.headers()), ledger.epoch());
        } catch (UndecodableRecord e) {
            LOG.warn(
                    "record is no delivery, it becomes a dead letter topic={} partition={} offset={} cause={}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
            outbox.accept(unsent.undecodable(record, ledger.epoch(), String.valueOf(e.getMessage())));
            return null;
        }
    }

    /** Neither body nor headers; a delivery of an event without data has headers. */
    private static boolean isTombstone(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null && !record.headers().iterator().hasNext();
    }

    /** Whether the delivery is on its way, in whatever direction. */
    private boolean place(AssignedPartition partition, OpenDelivery open) {
        Delivery delivery = open.delivery();
        boolean behind = subscriptions.isBehind(delivery.version());
        if (!behind) {
            partition.viewIsCurrent();
        } else if (partition.waitForView(System.nanoTime()) < patienceNanos) {
            return false;
        }
        Standing standing = subscriptions.standing(open.key(), delivery);
        if (standing instanceof Standing.Active active) {
            return offer(partition, open, active);
        }
        // What an old view doesn't know may well exist: never cancelled on its word.
        outbox.accept(
                behind
                        ? unsent.deferred(open, "the dispatcher has not heard of the subscription's last change")
                        : unsent.becauseOf(standing, open));
        return true;
    }

    private boolean offer(AssignedPartition partition, OpenDelivery open, Standing.Active active) {
        String key = open.key();
        if (shards.isTight() || partition.ledger().openCount() > MAX_OPEN / 4) {
            LaneView lane = shards.view(key);
            if (lane != null && lane.queued() > fairShare()) {
                Pace now = paceOf(key, lane, active);
                if (now != Pace.BUSY) {
                    return deferIfSlow(open, active, now);
                }
            }
        }
        return switch (shards.offer(open, active.endpoint().lane())) {
            case ADMITTED -> true;
            case ALL_FULL -> false;
            case LANE_RESTS -> {
                outbox.accept(unsent.deferred(open, restOf(open), RESTS));
                yield true;
            }
            case LANE_FULL -> {
                LaneView lane = shards.view(key);
                yield lane != null && deferIfSlow(open, active, paceOf(key, lane, active));
            }
        };
    }

    /** How the endpoint does, where it is to blame; its rate and its breaker are for it alone. */
    private Pace paceOf(String key, LaneView lane, Standing.Active active) {
        long nowNanos = System.nanoTime();
        Pace seen = pace.of(key, lane, nowNanos);
        if (seen != Pace.SLOW || lane.broken() || active.endpoint().lane().perSecond() > 0) {
            return seen;
        }
        boolean waitsForItsTurn = lane.inFlight() < lane.cap();
        return waitsForItsTurn || peers.isKept(key, lane, shards.ended(), shards.inFlight(), nowNanos)
                ? Pace.WATCHING
                : Pace.SLOW;
    }

    /** Twice what a lane would have if all had the same. */
    private int fairShare() {
        int room = Math.min(shards.room(), partitions.count() * MAX_OPEN);
        return Math.max(SMALL_QUEUE, 2 * room / Math.max(1, shards.lanes()));
    }

    /** Whether it was deferred; else the partition waits. */
    private boolean deferIfSlow(OpenDelivery open, Standing.Active active, Pace lane) {
        return switch (lane) {
            case WATCHING, BUSY -> false;
            case SLOW -> {
                double perSecond = active.endpoint().lane().perSecond();
                Duration slot = pace.nextSlot(open.key(), unsent.firstWait(), perSecond, System.nanoTime());
                outbox.accept(unsent.deferred(open, slot, TAKES_LESS));
                yield true;
            }
        };
    }

    /** Until the endpoint is asked again whether it is back. */
    private Duration restOf(OpenDelivery open) {
        LaneView lane = shards.view(open.key());
        return lane == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, lane.restLeftNanos()));
    }

    /** Whether a partition is full of deliveries that hardly end, so that those behind them never get their turn. */
    public boolean isStuck(AssignedPartition partition) {
        return partition.isStuck(MAX_OPEN, System.nanoTime());
    }

    /**
     * What is at the beginning of the partition's window doesn't end, and the window is nearly full. The oldest quarter
     * goes to tiers: what is queued deferred, what hangs as a time-out. What has only just begun is given its time.
     */
    public void relieve(AssignedPartition partition) {
        long base = partition.ledger().base();
        long limit = base + (partition.ledger().position() - base) / 4;
        Predicate<OpenDelivery> oldest =
                open -> partition.owns(open) && open.record().offset() <= limit;
        List<OpenDelivery> queued = new ArrayList<>();
        shards.dropQueued(open -> oldest.test(open) && queued.add(open));
        queued.forEach(open -> outbox.accept(unsent.deferred(open, TAKES_LESS)));
        shards.timeOut(oldest, HANGS_NANOS);
        LOG.info("window is crowded, the oldest deliveries go to tiers partition={} base={}", partition.id(), base);
    }
}
