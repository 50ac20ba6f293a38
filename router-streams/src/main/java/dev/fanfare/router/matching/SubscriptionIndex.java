package dev.fanfare.router.matching;

import dev.fanfare.contract.delivery.HashRange;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * All active subscriptions by tenant and wanted event type. Finding those of an event costs as many look-ups as its
 * type has parts, plus one step for each that is found, however many subscriptions there are.
 *
 * <pre>
 * (acme, order.paid) ─▶ [s1 s7]      an event of type order.paid of tenant acme
 * (acme, order.)     ─▶ [s2]         meets s1 s7 s2 s9, each once
 * (acme, )           ─▶ [s9]
 * </pre>
 *
 * <p>One thread changes it (the subscriptions table's), any number read. A reader sees each subscription in one of its
 * versions: one that moves from a bucket to another is neither missed nor seen in both.
 */
public final class SubscriptionIndex {
    private final Map<Key, Bucket> buckets = new ConcurrentHashMap<>();
    /** Held for writing only while a subscription moves between buckets; readers are optimistic first. */
    private final StampedLock moving = new StampedLock();

    private record Key(String tenant, String typeKey) {}

    /**
     * Puts one version of a subscription in place of another. One that is not active isn't found.
     *
     * @param before what was given as {@code after} the last time; null where the subscription is new
     * @param after  null where it is deleted
     */
    public void change(@Nullable RoutedSubscription before, @Nullable Candidate after) {
        List<String> gone = before == null || !before.active() ? List.of() : before.typeKeys();
        List<String> wanted = after == null || !after.subscription().active()
                ? List.of()
                : after.subscription().typeKeys();
        boolean moves = !gone.isEmpty() && !wanted.isEmpty() && !gone.equals(wanted);
        long stamp = moves ? moving.writeLock() : 0;
        try {
            if (before != null) {
                gone.stream().filter(key -> !wanted.contains(key)).forEach(key -> remove(before, key));
            }
            if (after != null) {
                wanted.forEach(key -> put(after, key));
            }
        } finally {
            if (moves) {
                moving.unlockWrite(stamp);
            }
        }
    }

    /**
     * Adds every subscription of a tenant that wants events of a type, each once, in no particular order.
     *
     * @param range which share of all subscriptions is looked at
     * @return whether any of them may have a filter
     */
    public boolean find(String tenant, String eventType, HashRange range, List<? super Candidate> found) {
        int before = found.size();
        long stamp = moving.tryOptimisticRead();
        if (stamp != 0) {
            boolean mayFilter = look(tenant, eventType, range, found);
            if (moving.validate(stamp)) {
                return mayFilter;
            }
            found.subList(before, found.size()).clear();
        }
        stamp = moving.readLock();
        try {
            return look(tenant, eventType, range, found);
        } finally {
            moving.unlockRead(stamp);
        }
    }

    private boolean look(String tenant, String eventType, HashRange range, List<? super Candidate> found) {
        boolean mayFilter = look(new Key(tenant, eventType), range, found);
        for (int dot = eventType.lastIndexOf('.'); dot >= 0; dot = eventType.lastIndexOf('.', dot - 1)) {
            mayFilter |= look(new Key(tenant, eventType.substring(0, dot + 1)), range, found);
        }
        return mayFilter | look(new Key(tenant, TypePattern.EVERYTHING), range, found);
    }

    private boolean look(Key key, HashRange range, List<? super Candidate> found) {
        Bucket bucket = buckets.get(key);
        if (bucket == null) {
            return false;
        }
        bucket.addTo(range, found);
        return bucket.mayFilter();
    }

    private void put(Candidate candidate, String typeKey) {
        Key key = new Key(candidate.subscription().tenant(), typeKey);
        Bucket bucket = buckets.get(key);
        buckets.put(key, bucket == null ? Bucket.of(candidate) : bucket.with(candidate));
    }

    private void remove(RoutedSubscription subscription, String typeKey) {
        Key key = new Key(subscription.tenant(), typeKey);
        Bucket bucket = buckets.get(key);
        if (bucket == null) {
            return;
        }
        Bucket left = bucket.without(subscription.id());
        if (left.isEmpty()) {
            buckets.remove(key);
        } else {
            buckets.put(key, left);
        }
    }
}
