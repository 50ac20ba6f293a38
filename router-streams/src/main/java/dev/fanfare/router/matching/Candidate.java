package dev.fanfare.router.matching;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.HashRange;
import java.nio.charset.StandardCharsets;

/** A subscription as it stands in the index, in one version of it. Immutable. */
public final class Candidate {
    private final RoutedSubscription subscription;
    private final long versionOffset;
    private final byte[] key;

    /**
     * One version of a subscription.
     *
     * @param versionOffset where this version stands on the subscriptions topic
     */
    public Candidate(RoutedSubscription subscription, long versionOffset) {
        this.subscription = subscription;
        this.versionOffset = versionOffset;
        this.key = Delivery.key(subscription.tenant(), subscription.id()).getBytes(StandardCharsets.UTF_8);
    }

    public RoutedSubscription subscription() {
        return subscription;
    }

    /** Where this version stands on the subscriptions topic. */
    public long versionOffset() {
        return versionOffset;
    }

    /** The record key of its deliveries, ready to be produced: shared, not to be changed. */
    public byte[] key() {
        return key;
    }

    boolean isFor(String subscriptionId) {
        return subscription.id().equals(subscriptionId);
    }

    boolean isIn(HashRange range) {
        return range.contains(subscription.id());
    }

    @Override
    public String toString() {
        return subscription + " version=" + versionOffset;
    }
}
