package dev.fanfare.control.subscription;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All subscriptions in memory, sorted by tenant and id, as the topic has them. Reading is lock-free and safe from any
 * thread; only the table's thread changes it.
 */
public final class SubscriptionIndex implements AutoCloseable {
    private final ConcurrentNavigableMap<String, Row<Subscription>> sorted = new ConcurrentSkipListMap<>();
    private final Map<String, Integer> perTenant = new ConcurrentHashMap<>();
    private final Map<String, Integer> askingPerTenant = new ConcurrentHashMap<>();
    private final Map<State, Integer> perState = new ConcurrentHashMap<>();
    private final Map<String, Row<Subscription>> waiting = new ConcurrentHashMap<>();
    private final CompactedTable<Subscription> table;

    public SubscriptionIndex(KafkaConnection kafka, String clientId) {
        table = new CompactedTable<>(kafka, Topics.SUBSCRIPTIONS, clientId, Subscription::fromJson, this::changed);
    }

    /** As {@link CompactedTable#start}. */
    public void start() {
        table.start();
    }

    /** A subscription with its place on the topic, or null. */
    public @Nullable Row<Subscription> get(String tenant, String id) {
        return table.get(Delivery.key(tenant, id));
    }

    /** Up to so many of a tenant's subscriptions, by id, from the one after the given id (empty: from the first). */
    public List<Subscription> page(String tenant, String afterId, int limit) {
        // Names hold no '/', and '0' comes right after it: this range is the tenant's, whatever other names begin
        // alike.
        return sorted.subMap(Delivery.key(tenant, afterId), false, tenant + "0", false).values().stream()
                .limit(limit)
                .map(Row::value)
                .toList();
    }

    /** All of them, by tenant and id, live: safe to walk while they change. */
    Stream<Row<Subscription>> all() {
        return sorted.values().stream();
    }

    /** How many subscriptions a tenant has. */
    public int count(String tenant) {
        return perTenant.getOrDefault(tenant, 0);
    }

    /** How many subscriptions of all tenants are in a state. */
    public int count(State state) {
        return perState.getOrDefault(state, 0);
    }

    /** Tenants with an active subscription that asks for operational events. */
    List<String> tenantsThatAsk() {
        return List.copyOf(askingPerTenant.keySet());
    }

    /** Those whose endpoints have been asked and have yet to answer. */
    List<Row<Subscription>> waitingForAnswer() {
        return List.copyOf(waiting.values());
    }

    /** For the writer, which waits for what it wrote to come back. */
    CompactedTable<Subscription> table() {
        return table;
    }

    @Override
    public void close() {
        table.close();
    }

    private void changed(String key, @Nullable Row<Subscription> before, @Nullable Row<Subscription> after) {
        String tenant = key.substring(0, Math.max(0, key.indexOf('/')));
        if (after == null) {
            sorted.remove(key);
        } else {
            sorted.put(key, after);
        }
        int more = (after == null ? 0 : 1) - (before == null ? 0 : 1);
        perTenant.merge(tenant, more, Integer::sum);
        if (after != null && Verifying.isAsked(null, after.value())) {
            waiting.put(key, after);
        } else {
            waiting.remove(key);
        }
        int moreAsking = asks(after) - asks(before);
        if (moreAsking != 0) {
            askingPerTenant.merge(
                    tenant,
                    moreAsking,
                    (known, change) -> known + change == 0 ? null : Integer.valueOf(known + change));
        }
        if (before != null) {
            perState.merge(before.value().state(), -1, Integer::sum);
        }
        if (after != null) {
            perState.merge(after.value().state(), 1, Integer::sum);
        }
    }

    private static int asks(@Nullable Row<Subscription> row) {
        return row != null && row.value().state() == State.ACTIVE && OperationalEvent.isAskedForBy(row.value()) ? 1 : 0;
    }
}
