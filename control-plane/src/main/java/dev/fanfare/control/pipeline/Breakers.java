package dev.fanfare.control.pipeline;

import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.subscription.SubscriptionIndex;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which breakers are open, by what dispatchers signalled last of each subscription. A dispatcher that dies says nothing:
 * so an open one counts only while its endpoint has failed ever since. Safe from any thread.
 */
public final class Breakers implements AutoCloseable {
    private final SubscriptionIndex subscriptions;
    private final AttemptIndex attempts;
    private final CompactedTable<Signal> signals;
    /** Of those that were opened; by tenant and subscription. Changed by the table's thread. */
    private final Map<String, Signal> opened = new ConcurrentHashMap<>();

    /** Over indices that stay the caller's; {@link #start} begins to read. */
    public Breakers(KafkaConnection kafka, SubscriptionIndex subscriptions, AttemptIndex attempts, String clientId) {
        this.subscriptions = subscriptions;
        this.attempts = attempts;
        this.signals = new CompactedTable<>(kafka, Topics.SIGNALS, clientId, Signal::fromJson, this::changed);
    }

    /** As {@link CompactedTable#start}. */
    public void start() {
        signals.start();
    }

    /** Those of a tenant whose endpoints may be left alone now, the latest first. */
    public List<Signal> openOf(String tenant) {
        return opened.values().stream()
                .filter(signal -> signal.tenant().equals(tenant) && isOpen(signal))
                .sorted(Comparator.comparingLong(Signal::atMillis).reversed())
                .toList();
    }

    private boolean isOpen(Signal signal) {
        Row<Subscription> row = subscriptions.get(signal.tenant(), signal.subscription());
        return row != null
                && row.value().state() == State.ACTIVE
                && row.value().generation().equals(signal.generation())
                && attempts.streak(signal.tenant(), signal.subscription()) != null;
    }

    private void changed(String key, @Nullable Row<Signal> before, @Nullable Row<Signal> after) {
        if (after != null && after.value().kind().equals(Signal.BREAKER_OPENED)) {
            opened.put(key, after.value());
        } else {
            opened.remove(key);
        }
    }

    @Override
    public void close() {
        signals.close();
    }
}
