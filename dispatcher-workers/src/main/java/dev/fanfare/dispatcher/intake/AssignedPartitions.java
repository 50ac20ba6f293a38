package dev.fanfare.dispatcher.intake;

import dev.fanfare.dispatcher.ledger.CommitPoint;
import dev.fanfare.dispatcher.ledger.OffsetLedger;
import dev.fanfare.dispatcher.ledger.Restoration;
import dev.fanfare.dispatcher.ledger.Restoration.Reading;
import dev.fanfare.dispatcher.outcome.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The partitions that are ours now. Confined to the poll thread. */
public final class AssignedPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(AssignedPartitions.class);

    private final Map<TopicPartition, AssignedPartition> partitions = new HashMap<>();
    private int turns;
    private long lastEpoch;

    /**
     * A partition became ours: goes on where its last owner committed.
     *
     * @param committed null where nothing was ever committed
     */
    public AssignedPartition add(TopicPartition id, @Nullable OffsetAndMetadata committed, UUID topicId) {
        long epoch = ++lastEpoch;
        OffsetLedger ledger;
        if (committed == null) {
            ledger = OffsetLedger.startingAt(0, topicId, epoch);
        } else {
            Restoration restoration = OffsetLedger.restore(committed.offset(), committed.metadata(), topicId, epoch);
            ledger = restoration.ledger();
            if (restoration.reading() != Reading.RESTORED && restoration.reading() != Reading.NOTHING_RECORDED) {
                LOG.warn(
                        "commit metadata is of no use, finished deliveries behind the offset are sent again partition={}"
                                + " offset={} reading={}",
                        id,
                        committed.offset(),
                        restoration.reading());
            }
        }
        AssignedPartition partition = new AssignedPartition(id, ledger);
        partitions.put(id, partition);
        return partition;
    }

    /** The log of a partition went back before what its ledger knows. */
    void startOver(AssignedPartition partition, long offset, UUID topicId) {
        LOG.warn("offsets were set back, starting over partition={} offset={}", partition.id(), offset);
        partition.replaceLedger(OffsetLedger.startingAt(offset, topicId, ++lastEpoch));
    }

    /** They are no longer ours: what finishes later changes nothing. */
    public void remove(Collection<TopicPartition> ids) {
        partitions.keySet().removeAll(ids);
    }

    public @Nullable AssignedPartition get(TopicPartition id) {
        return partitions.get(id);
    }

    /** Those of the ids that are ours. */
    public List<AssignedPartition> get(Collection<TopicPartition> ids) {
        List<AssignedPartition> found = new ArrayList<>();
        for (TopicPartition id : ids) {
            AssignedPartition partition = partitions.get(id);
            if (partition != null) {
                found.add(partition);
            }
        }
        return found;
    }

    /** How many there are. */
    public int count() {
        return partitions.size();
    }

    /** Whether any has records that wait for room. */
    public boolean anyLeft() {
        for (AssignedPartition partition : partitions.values()) {
            if (partition.receivedCount() > 0) {
                return true;
            }
        }
        return false;
    }

    /** All, as they are now. */
    public List<AssignedPartition> all() {
        return List.copyOf(partitions.values());
    }

    /**
     * All, each time beginning with another one. Who comes first takes the room that there is: always the same one would
     * be emptied before the next is begun.
     */
    public List<AssignedPartition> inTurn() {
        List<AssignedPartition> turn = new ArrayList<>(partitions.values());
        Collections.rotate(turn, ++turns);
        return turn;
    }

    /** Whether an outcome's delivery is open in a ledger of ours. */
    public boolean owns(Outcome outcome) {
        AssignedPartition partition = partitions.get(outcome.partition());
        return partition != null && partition.ledger().epoch() == outcome.epoch();
    }

    /** An outcome was handed to the open transaction. */
    public void complete(Outcome outcome) {
        AssignedPartition partition = partitions.get(outcome.partition());
        if (partition != null) {
            partition.ledger().complete(outcome.epoch(), outcome.offset());
        }
    }

    /** What each partition has to commit that isn't committed yet. */
    public Map<TopicPartition, CommitPoint> uncommitted() {
        Map<TopicPartition, CommitPoint> points = new HashMap<>();
        partitions.forEach((id, partition) -> {
            CommitPoint point = partition.uncommitted();
            if (point != null) {
                points.put(id, point);
            }
        });
        return points;
    }

    /** These were committed. */
    public void committed(Map<TopicPartition, CommitPoint> points) {
        points.forEach((id, point) -> {
            AssignedPartition partition = partitions.get(id);
            if (partition != null) {
                partition.committed(point);
            }
        });
    }
}
