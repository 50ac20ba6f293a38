package dev.fanfare.runtime.catalog;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code fanfare.catalog} in memory: tenants, API keys, event types. The tenants of the settings are there besides.
 *
 * <pre>
 * fanfare.catalog ─▶ CompactedTable ─▶ rows by record key; keys and tenants by id as well
 * not known? ─▶ catchUp: where does the topic end now? ─▶ read that far ─▶ look again
 * </pre>
 *
 * <p>A change is here some milliseconds after it was acknowledged. Who can't wait for that (a key that was just created)
 * is looked up again after {@link #catchUp}. While Kafka is away, what is known here stays as it is. Safe for use by
 * several threads.
 */
public final class Catalog implements Directory, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);
    private static final Duration CATCH_UP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration BACKOFF = Duration.ofMillis(500);

    private final Set<String> configuredTenants;
    private final CompactedTable<CatalogEntry> table;
    private final Map<String, AccessKey> keysById = new ConcurrentHashMap<>();
    private final Map<String, Tenant> tenantsById = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable CompletableFuture<Void>> notBegun = new AtomicReference<>();
    private final ExecutorService asking;
    private final Thread loader;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean loaded;

    /**
     * Prepares; {@link #start} or {@link #startWhenPossible} reads the topic.
     *
     * @param configuredTenants those that exist whatever the topic says
     */
    public Catalog(KafkaConnection kafka, Set<String> configuredTenants, String clientId) {
        this.configuredTenants = Set.copyOf(configuredTenants);
        this.table = new CompactedTable<>(kafka, Topics.CATALOG, clientId, CatalogEntry::fromJson, this::changed);
        this.asking = Executors.newSingleThreadExecutor(task -> daemon(task, clientId + "-asking"));
        this.loader = daemon(this::load, clientId + "-loading");
    }

    /** As {@link CompactedTable#start}. */
    public void start() {
        table.start();
        loaded = true;
    }

    /** Does so as soon as Kafka is there, without waiting for it. */
    public void startWhenPossible() {
        loader.start();
    }

    /** Whether the topic has been read to the end that it had at the start. */
    public boolean isLoaded() {
        return loaded;
    }

    @Override
    public @Nullable AccessKey key(String id) {
        return keysById.get(id);
    }

    @Override
    public boolean isTenant(String id) {
        return configuredTenants.contains(id) || tenantsById.containsKey(id);
    }

    @Override
    public long tenantSinceMillis(String id) {
        Tenant tenant = configuredTenants.contains(id) ? null : tenantsById.get(id);
        return tenant == null ? 0 : tenant.createdAtMillis();
    }

    /** A tenant's record; null where it has none, which a configured one needn't. */
    public @Nullable Tenant tenant(String id) {
        return tenantsById.get(id);
    }

    /** An event type; null where the catalog has none of this name. */
    public @Nullable EventType eventType(String tenant, String name) {
        Row<CatalogEntry> row = table.get(EventType.key(tenant, name));
        return row != null && row.value() instanceof EventType type ? type : null;
    }

    /** The event types of a tenant, by name. Looks at the whole catalog. */
    public NavigableMap<String, EventType> eventTypes(String tenant) {
        NavigableMap<String, EventType> types = new TreeMap<>();
        table.rows().values().forEach(row -> {
            if (row.value() instanceof EventType type && type.tenant().equals(tenant)) {
                types.put(type.name(), type);
            }
        });
        return types;
    }

    /** The keys of a tenant, by id; of administrators where it is null. */
    public NavigableMap<String, AccessKey> keys(@Nullable String tenant) {
        NavigableMap<String, AccessKey> keys = new TreeMap<>();
        keysById.forEach((id, key) -> {
            if (Objects.equals(key.tenant(), tenant)) {
                keys.put(id, key);
            }
        });
        return keys;
    }

    /** All tenants that are known here, sorted. */
    public NavigableSet<String> tenantIds() {
        NavigableSet<String> ids = new TreeSet<>(configuredTenants);
        ids.addAll(tenantsById.keySet());
        return ids;
    }

    /** The tenants that exist whatever the topic says. */
    public Set<String> configuredTenants() {
        return configuredTenants;
    }

    /** The whole of it, for the control plane. */
    public CompactedTable<CatalogEntry> table() {
        return table;
    }

    /** Callers that come before the question is asked share it: a flood of unknown keys asks one at a time. */
    @Override
    public CompletionStage<Void> catchUp() {
        CompletableFuture<Void> own = new CompletableFuture<>();
        CompletableFuture<Void> others = notBegun.compareAndExchange(null, own);
        if (others != null) {
            return others;
        }
        try {
            asking.execute(() -> {
                notBegun.set(null); // who comes from here on needs a later answer
                try {
                    catchUpNow();
                    own.complete(null);
                } catch (RuntimeException e) {
                    own.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            own.completeExceptionally(e);
        }
        return own;
    }

    @Override
    public void close() {
        closing.countDown();
        asking.shutdownNow();
        loader.interrupt();
        try {
            loader.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        table.close();
    }

    /**
     * Does what {@link #catchUp} does, on this thread; may block for ten seconds.
     *
     * @throws TimeoutException where it can't
     */
    public void catchUpNow() {
        if (!table.catchUp(CATCH_UP_TIMEOUT)) {
            throw new TimeoutException("the catalog was not read to its end in time");
        }
    }

    private void load() {
        while (closing.getCount() > 0) {
            try {
                start();
                return;
            } catch (RuntimeException e) {
                LOG.warn("tenants and keys can't be read yet topic={} cause={}", Topics.CATALOG, e.toString());
            }
            try {
                if (closing.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void changed(String key, @Nullable Row<CatalogEntry> before, @Nullable Row<CatalogEntry> after) {
        if (after != null && after.value() instanceof AccessKey now) {
            keysById.put(now.id(), now);
        } else if (before != null && before.value() instanceof AccessKey gone) {
            keysById.remove(gone.id());
        }
        if (after != null && after.value() instanceof Tenant now && now.key().equals(key)) {
            tenantsById.put(now.id(), now);
        } else if (before != null
                && before.value() instanceof Tenant gone
                && gone.key().equals(key)) {
            tenantsById.remove(gone.id());
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
