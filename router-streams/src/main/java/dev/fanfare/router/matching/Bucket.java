package dev.fanfare.router.matching;

import dev.fanfare.contract.delivery.HashRange;
import dev.fanfare.contract.filter.Filter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * All candidates of one tenant under one type key, each subscription once. One thread changes it, any number read.
 * Most buckets are small and cost an array; a large one is maps, so that a change doesn't copy it.
 */
sealed interface Bucket {
    /** The bucket with a candidate added, or in place of the same subscription's former version. */
    Bucket with(Candidate candidate);

    /** The bucket without a subscription. */
    Bucket without(String subscriptionId);

    boolean isEmpty();

    /** Whether any may have a filter: where none has, nobody need look at them all, spread over memory as they are. */
    boolean mayFilter();

    /** Adds those of a share of the subscriptions, at the cost of little more than these. */
    void addTo(HashRange range, List<? super Candidate> candidates);

    /** A bucket of one. */
    static Bucket of(Candidate candidate) {
        return Few.of(new Candidate[] {candidate});
    }

    /** Copied on each change. */
    @SuppressWarnings("ArrayRecordComponent") // buckets are never compared
    record Few(Candidate[] all, boolean mayFilter) implements Bucket {
        private static final int MOST = 16;

        private static Few of(Candidate[] all) {
            return new Few(
                    all,
                    Stream.of(all)
                            .anyMatch(candidate -> candidate.subscription().filter() != Filter.EVERYTHING));
        }

        @Override
        public Bucket with(Candidate candidate) {
            int at = indexOf(candidate.subscription().id());
            if (at < 0 && all.length == MOST) {
                return Many.of(Stream.of(all), 1).with(candidate);
            }
            Candidate[] changed = Arrays.copyOf(all, at < 0 ? all.length + 1 : all.length);
            changed[at < 0 ? all.length : at] = candidate;
            return of(changed);
        }

        @Override
        public Bucket without(String subscriptionId) {
            int at = indexOf(subscriptionId);
            if (at < 0) {
                return this;
            }
            Candidate[] changed = Arrays.copyOf(all, all.length - 1);
            System.arraycopy(all, at + 1, changed, at, all.length - 1 - at);
            return of(changed);
        }

        @Override
        public boolean isEmpty() {
            return all.length == 0;
        }

        @Override
        public void addTo(HashRange range, List<? super Candidate> candidates) {
            for (Candidate candidate : all) {
                if (range.isAll() || candidate.isIn(range)) {
                    candidates.add(candidate);
                }
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

    /** Changed in place, but for its growth. The n-th of the maps holds the n-th of so many equal shares. */
    record Many(List<Map<String, Candidate>> shares) implements Bucket {
        private static final int MOST_IN_A_SHARE = 1_024;
        private static final int GROWTH = 4;
        /** Ids of one hash stay together however many shares there are. */
        private static final int MOST_SHARES = 4_096;

        private static Many of(Stream<Candidate> all, int shares) {
            Many many =
                    new Many(Stream.generate(() -> (Map<String, Candidate>) new ConcurrentHashMap<String, Candidate>())
                            .limit(shares)
                            .toList());
            all.forEach(many::put);
            return many;
        }

        /** How many are now in the share that it went to. */
        private int put(Candidate candidate) {
            String id = candidate.subscription().id();
            Map<String, Candidate> share = shareOf(id);
            share.put(id, candidate);
            return share.size();
        }

        private Map<String, Candidate> shareOf(String subscriptionId) {
            return shares.get(HashRange.indexOf(subscriptionId, shares.size()));
        }

        @Override
        public Bucket with(Candidate candidate) {
            if (put(candidate) <= MOST_IN_A_SHARE || shares.size() >= MOST_SHARES) {
                return this;
            }
            return of(shares.stream().flatMap(share -> share.values().stream()), GROWTH * shares.size());
        }

        @Override
        public Bucket without(String subscriptionId) {
            shareOf(subscriptionId).remove(subscriptionId);
            return this;
        }

        @Override
        public boolean isEmpty() {
            return shares.stream().allMatch(Map::isEmpty);
        }

        /** It may: to know would be another count to keep. */
        @Override
        public boolean mayFilter() {
            return true;
        }

        @Override
        public void addTo(HashRange range, List<? super Candidate> candidates) {
            if (range.isAll()) {
                shares.forEach(share -> candidates.addAll(share.values()));
                return;
            }
            int last = range.lastOf(shares.size());
            for (int i = range.firstOf(shares.size()); i <= last; i++) {
                for (Candidate candidate : shares.get(i).values()) {
                    if (candidate.isIn(range)) {
                        candidates.add(candidate);
                    }
                }
            }
        }
    }
}
