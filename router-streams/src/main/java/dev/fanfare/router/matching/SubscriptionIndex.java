package dev.fanfare.router.matching;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.StampedLock;

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

    /** Adds a subscription, or a new version of it with the same event types. */
    public void put(Candidate candidate) {
        for (String typeKey : candidate.subscription().typeKeys()) {
            Key key = new Key(candidate.subscription().tenant(), typeKey);
            Bucket bucket = buckets.get(key);
            buckets.put(key, bucket == null ? Bucket.of(candidate) : bucket.with(candidate));
        }
    }

    /** Takes a subscription out. */
    public void remove(RoutedSubscription subscription) {
        for (String typeKey : subscription.typeKeys()) {
            remove(subscription, typeKey);
        }
    }

    /** Puts a new version in place of a former one of the same subscription. */
    public void replace(RoutedSubscription before, Candidate after) {
        List<String> typeKeys = after.subscription().typeKeys();
        if (before.typeKeys().equals(typeKeys)) {
            put(after);
            return;
        }
        long stamp = moving.writeLock();
        try {
            for (String typeKey : before.typeKeys()) {
                if (!typeKeys.contains(typeKey)) {
                    remove(before, typeKey);
                }
            }
            put(after);
        } finally {
            moving.unlockWrite(stamp);
        }
    }

    /** Adds every subscription of a tenant that wants events of a type, each once, in no particular order. */
    public void find(String tenant, String eventType, List<? super Candidate> found) {
        int before = found.size();
        long stamp = moving.tryOptimisticRead();
        if (stamp != 0) {
            look(tenant, eventType, found);
            if (moving.validate(stamp)) {
                return;
            }
            found.subList(before, found.size()).clear();
        }
        stamp = moving.readLock();
        try {
            look(tenant, eventType, found);
        } finally {
            moving.unlockRead(stamp);
        }
    }

    private void look(String tenant, String eventType, List<? super Candidate> found) {
        look(new Key(tenant, eventType), found);
        for (int dot = eventType.lastIndexOf('.'); dot >= 0; dot = eventType.lastIndexOf('.', dot - 1)) {
            look(new Key(tenant, eventType.substring(0, dot + 1)), found);
        }
        look(new Key(tenant, TypePattern.EVERYTHING), found);
    }

    private void look(Key key, List<? super Candidate> found) {
        Bucket bucket = buckets.get(key);
        if (bucket != null) {
            bucket.addTo(found);
        }
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
