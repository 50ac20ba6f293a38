package dev.fanfare.runtime.http;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.runtime.catalog.Directory;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A directory in memory: what others have written is known here once it has caught up. */
final class FakeDirectory implements Directory {
    private final Map<String, AccessKey> keys = new ConcurrentHashMap<>();
    private final Set<String> tenants = ConcurrentHashMap.newKeySet();
    private final AtomicInteger questions = new AtomicInteger();
    private volatile Runnable news = () -> {};
    private volatile boolean away;

    FakeDirectory tenants(String... names) {
        tenants.addAll(Set.of(names));
        return this;
    }

    void put(AccessKey key) {
        keys.put(key.id(), key);
    }

    /** What will be known after the next question. */
    void elsewhere(Runnable change) {
        news = change;
    }

    void kafkaIsAway(boolean now) {
        away = now;
    }

    int questions() {
        return questions.get();
    }

    @Override
    public @Nullable AccessKey key(String id) {
        return keys.get(id);
    }

    @Override
    public boolean isTenant(String id) {
        return tenants.contains(id);
    }

    @Override
    public CompletionStage<Void> catchUp() {
        questions.incrementAndGet();
        if (away) {
            return CompletableFuture.failedFuture(new TimeoutException("away"));
        }
        return CompletableFuture.runAsync(news);
    }
}
