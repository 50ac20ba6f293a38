package dev.fanfare.router.matching;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All candidates of one tenant under one type key, each subscription once. One thread changes it, any number read.
 * Most buckets are small and cost an array; a large one is a map, so that a change doesn't copy it.
 */
sealed interface Bucket {
    /** The bucket with a candidate added, or in place of the same subscription's former version. */
    Bucket with(Candidate candidate);

    /** The bucket without a subscription. */
    Bucket without(String subscriptionId);

    boolean isEmpty();

    void addTo(List<? super Candidate> candidates);

    /** A bucket of one. */
    static Bucket of(Candidate candidate) {
        return new Few(new Candidate[] {candidate});
    }

    /** Copied on each change. */
    @SuppressWarnings("ArrayRecordComponent") // buckets are never compared
    record Few(Candidate[] all) implements Bucket {
        private static final int MOST = 16;

        @Override
        public Bucket with(Candidate candidate) {
            int at = indexOf(candidate.subscription().id());
            if (at < 0 && all.length == MOST) {
                return Many.of(all).with(candidate);
            }
            Candidate[] changed = Arrays.copyOf(all, at < 0 ? all.length + 1 : all.length);
            changed[at < 0 ? all.length : at] = candidate;
            return new Few(changed);
        }

        @Override
        public Bucket without(String subscriptionId) {
            int at = indexOf(subscriptionId);
            if (at < 0) {
                return this;
            }
            Candidate[] changed = Arrays.copyOf(all, all.length - 1);
            System.arraycopy(all, at + 1, changed, at, all.length - 1 - at);
            return new Few(changed);
        }

        @Override
        public boolean isEmpty() {
            return all.length == 0;
        }

        @Override
        public void addTo(List<? super Candidate> candidates) {
            for (Candidate candidate : all) {
                candidates.add(candidate);
            }
        }

        private int indexOf(String subscriptionId) {
            for (int i = 0; i < all.length; i++) {
                if (all[i].isFor(subscriptionId)) {
                    return i;
                }
            }
            return -1;
        }
    }

    /** Changed in place. */
    record Many(Map<String, Candidate> bySubscription) implements Bucket {
        static Many of(Candidate[] all) {
            Many many = new Many(new ConcurrentHashMap<>(2 * all.length));
            for (Candidate candidate : all) {
                many.with(candidate);
            }
            return many;
        }

        @Override
        public Bucket with(Candidate candidate) {
            bySubscription.put(candidate.subscription().id(), candidate);
            return this;
        }

        @Override
        public Bucket without(String subscriptionId) {
            bySubscription.remove(subscriptionId);
            return this;
        }

        @Override
        public boolean isEmpty() {
            return bySubscription.isEmpty();
        }

        @Override
        public void addTo(List<? super Candidate> candidates) {
            candidates.addAll(bySubscription.values());
        }
    }
}
