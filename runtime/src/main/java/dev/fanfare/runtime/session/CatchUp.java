package dev.fanfare.runtime.session;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A member of a group that reads its partitions from their beginning: whether it has read what it must before it knows
 * where it stands, which is all that was there when they became its own. Confined to the consumer's thread.
 */
public final class CatchUp {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final long NOT_ASKED = -1;

    private final Consumer<?, ?> consumer;
    /** Where they ended when they came; those that were read as far are here no more. */
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    /** With nothing to read. */
    public CatchUp(Consumer<?, ?> consumer) {
        this.consumer = consumer;
    }

    /**
     * They came, and are read from their beginning. There may be none: a rebalance that only takes partitions away
     * tells so too, and those that stay must go on where they are.
     */
    public void assigned(Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return; // the consumer would take "none" for "all that are mine"
        }
        consumer.seekToBeginning(partitions);
        partitions.forEach(partition -> ends.put(partition, NOT_ASKED));
    }

    /** They went. */
    public void revoked(Collection<TopicPartition> partitions) {
        ends.keySet().removeAll(partitions);
    }

    /**
     * What it waits for, in words; null where it has joined its group and all is read. Not to be called within a
     * rebalance: it may ask the broker.
     *
     * @param reading says so of what there is to read
     */
    public @Nullable String waitsFor(String reading) {
        String joining = Session.joining(consumer);
        return joining != null || isDone() ? joining : reading;
    }

    private boolean isDone() {
        if (ends.isEmpty()) {
            return true;
        }
        if (ends.containsValue(NOT_ASKED)) {
            ends.putAll(consumer.endOffsets(ends.keySet(), ANSWER_TIMEOUT));
        }
        ends.entrySet().removeIf(end -> consumer.position(end.getKey(), ANSWER_TIMEOUT) >= end.getValue());
        return ends.isEmpty();
    }
}
