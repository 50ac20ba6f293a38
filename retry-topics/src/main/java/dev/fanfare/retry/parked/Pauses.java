package dev.fanfare.retry.parked;

import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The subscriptions topic, asked one question: who is paused? Any thread. */
final class Pauses implements AutoCloseable {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

    private final Set<String> changed = ConcurrentHashMap.newKeySet();
    private final CompactedTable<Subscription> table;

    Pauses(KafkaConnection kafka, String clientId) {
        this.table = new CompactedTable<>(
                kafka,
                Topics.SUBSCRIPTIONS,
                clientId,
                Subscription::fromJson,
                (key, before, after) -> changed.add(key));
    }

    /** As {@link CompactedTable#start}. */
    void start() {
        table.start();
    }

    /**
     * Waits until it knows all that was acknowledged before now (read index). What a dispatcher knew when it parked a
     * record that was read before, is known then.
     *
     * @return false where that takes too long
     */
    boolean catchUp() {
        return table.catchUp(ANSWER_TIMEOUT);
    }

    /** The keys of the subscriptions that have changed since this was last asked. */
    Set<String> takeChanged() {
        if (changed.isEmpty()) {
            return Set.of();
        }
        Set<String> taken = new HashSet<>(changed);
        changed.removeAll(taken);
        return taken;
    }

    /** Not paused: active, disabled, deleted or made anew. What becomes of the delivery is the dispatcher's to say. */
    boolean isOver(Owner owner) {
        Row<Subscription> row = table.get(owner.key());
        return row == null
                || row.value().state() != State.PAUSED
                || !row.value().generation().equals(owner.generation());
    }

    /** Up to where the subscriptions must be known to know the same of this one; null where nothing was ever there. */
    @Nullable SubscriptionVersion version(Owner owner) {
        long position = table.position();
        Row<Subscription> row = table.get(owner.key());
        long offset = row == null ? position - 1 : row.offset();
        return offset < 0 ? null : new SubscriptionVersion(table.topicId(), offset);
    }

    @Override
    public void close() {
        table.close();
    }
}
