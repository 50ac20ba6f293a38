package dev.fanfare.dispatcher.intake;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
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
import java.util.UUID;
import java.util.function.Consumer;
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
 * Confined to the poll thread; never waits.
 */
public final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private final AssignedPartitions partitions;
    private final SubscriptionView subscriptions;
    private final Shards shards;
    private final Outcomes outcomes;
    private final Unsent unsent;
    private final Consumer<Outcome> outbox;
    private final long patienceNanos;
    private final FullLanes fullLanes = new FullLanes();

    /**
     * With what it takes.
     *
     * @param patience how long a delivery waits for the subscription view to reach its version
     * @param outbox   given the outcomes of what isn't sent
     */
    public Intake(
            AssignedPartitions partitions,
            SubscriptionView subscriptions,
            Shards shards,
            Outcomes outcomes,
            Unsent unsent,
            Consumer<Outcome> outbox,
            Duration patience) {
        this.partitions = partitions;
        this.subscriptions = subscriptions;
        this.shards = shards;
        this.outcomes = outcomes;
        this.unsent = unsent;
        this.outbox = outbox;
        this.patienceNanos = patience.toNanos();
    }

    /**
     * Admits what there is room for.
     *
     * @param topicId of the topic now, should the partition have to start over
     * @return whether nothing is left, so that more may be polled
     */
    public boolean admit(AssignedPartition partition, UUID topicId) {
        while (shards.hasRoom()) {
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
                return false;
            }
        }
        return partition.isDrained();
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
        try {
            return new OpenDelivery(record, DeliveryRecords.read(record.headers()), ledger.epoch());
        } catch (UndecodableRecord e) {
            LOG.warn(
                    "record is no delivery, it becomes a dead letter topic={} partition={} offset={} cause={}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
            outbox.accept(outcomes.undecodable(record, ledger.epoch(), String.valueOf(e.getMessage())));
            return null;
        }
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
        Standing standing = subscriptions.standing(delivery);
        if (standing instanceof Standing.Active active) {
            return offer(open, active);
        }
        // What an old view doesn't know may well exist: never cancelled on its word.
        outbox.accept(
                behind
                        ? unsent.deferred(open, "the dispatcher has not heard of the subscription's last change")
                        : unsent.becauseOf(standing, open));
        return true;
    }

    private boolean offer(OpenDelivery open, Standing.Active active) {
        return switch (shards.offer(open, active.endpoint().maxInFlight())) {
            case ADMITTED -> true;
            case ALL_FULL -> false;
            case LANE_FULL -> {
                String key = open.delivery().key();
                LaneView lane = shards.view(key);
                boolean worthWaiting = lane == null || fullLanes.isWorthWaiting(key, lane, System.nanoTime());
                if (!worthWaiting) {
                    outbox.accept(unsent.deferred(open, "the endpoint takes less than it gets"));
                }
                yield !worthWaiting;
            }
        };
    }

    /**
     * The delivery at the base holds the partition's window: it goes to a tier, as a time-out if it is under way.
     */
    public void relieve(AssignedPartition partition) {
        long base = partition.ledger().base();
        if (partition.ledger().openCount() == 0) {
            return;
        }
        OpenDelivery[] queued = new OpenDelivery[1];
        shards.dropQueued(open -> {
            boolean isBase = partition.owns(open) && open.record().offset() == base;
            if (isBase) {
                queued[0] = open;
            }
            return isBase;
        });
        if (queued[0] != null) {
            outbox.accept(unsent.deferred(queued[0], "the endpoint takes less than it gets"));
        } else {
            shards.timeOut(open -> partition.owns(open) && open.record().offset() == base);
        }
    }
}
