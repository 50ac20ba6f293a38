package dev.fanfare.retry.parked;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What is outstanding in one partition of the parked deliveries, by owner, as far as it was followed: ids and offsets,
 * never bodies. The latest record of an id stands; a tombstone takes it away.
 *
 * <p>It holds {@value #MAX_INDEXED} ids (about 10 MB). When it is full, the largest of the owners that are paused are folded:
 * none of their ids is held, only from where they begin. Where nobody is paused, what comes is folded. Once a folded owner is
 * resumed and has nothing else, the partition must be followed again from there ({@link #rewindTo}); until it has caught up
 * nothing may be taken. Each time, that owner's first goes in first; so it gets on. Pure; confined to one thread.
 */
final class ParkedIndex {
    static final int MAX_INDEXED = 50_000;
    static final long NOWHERE = Long.MAX_VALUE;

    /** One outstanding record. */
    record Place(String id, Owner owner, long offset) {}

    private static final class Group {
        private final Owner owner;
        /** Offsets by id, in the order of the log. */
        private final Map<String, Long> waiting = new LinkedHashMap<>();

        private boolean resumed;
        private boolean inTurn;
        private long foldedFrom = NOWHERE;
        private long foldedCount;
        private long countedTo;

        private Group(Owner owner) {
            this.owner = owner;
        }

        private boolean isFolded() {
            return foldedFrom != NOWHERE;
        }

        private void countFolded(long offset) {
            if (offset >= countedTo) {
                countedTo = offset + 1;
                foldedCount++;
            }
        }
    }

    private final int limit;
    private final Predicate<Owner> mayGoBack;
    private final Map<Owner, Group> groups = new HashMap<>();
    private final Map<String, Group> byId = new HashMap<>();
    private final Set<Group> folded = new HashSet<>();
    private final Deque<Group> turns = new ArrayDeque<>();
    /** Ids that were sent back, and the offset of the tombstone that covers whatever came before it, until it is read. */
    private final Map<String, Long> covered = new LinkedHashMap<>();

    /**
     * Empty, at the beginning of the partition.
     *
     * @param limit     how many ids to hold, two at least
     * @param mayGoBack whether an owner's deliveries have no reason to be parked now
     */
    ParkedIndex(int limit, Predicate<Owner> mayGoBack) {
        this.limit = limit;
        this.mayGoBack = mayGoBack;
    }

    /** A parked delivery was read. */
    void parked(String id, Owner owner, long offset) {
        if (covered.getOrDefault(id, -1L) > offset) {
            return;
        }
        Group group = groups.computeIfAbsent(owner, this::found);
        if (offset >= group.foldedFrom) {
            group.countFolded(offset);
            return;
        }
        forget(id);
        if (byId.size() >= limit) {
            foldPaused();
        }
        if (byId.size() >= limit) {
            foldFrom(group, offset);
        }
        groups.putIfAbsent(owner, group);
        if (offset >= group.foldedFrom) {
            group.countFolded(offset);
            return;
        }
        group.waiting.put(id, offset);
        byId.put(id, group);
        takeTurns(group);
    }

    /** A tombstone was read. */
    void tombstone(String id) {
        forget(id);
    }

    /** All before a position was read. */
    void followedTo(long position) {
        Iterator<Long> tombstones = covered.values().iterator();
        while (tombstones.hasNext() && tombstones.next() < position) {
            tombstones.remove();
        }
    }

    /** Subscriptions have changed: asks again whether their deliveries may go back. */
    void changed(Collection<String> keys) {
        for (Group group : groups.values()) {
            if (keys.contains(group.owner.key())) {
                group.resumed = mayGoBack.test(group.owner);
                takeTurns(group);
            }
        }
    }

    /** Whether there is something to send back, here or behind a fold. */
    boolean hasResumed() {
        return turns.stream().anyMatch(ParkedIndex::isReady) || rewindTo() != NOWHERE;
    }

    /** The keys of the subscriptions of which something waits to be sent back. */
    Set<String> resumedKeys() {
        Set<String> keys = new HashSet<>();
        turns.stream().filter(ParkedIndex::isReady).forEach(group -> keys.add(group.owner.key()));
        folded.stream().filter(group -> group.resumed).forEach(group -> keys.add(group.owner.key()));
        return keys;
    }

    /**
     * What to send back next, in the order of the log: of each resumed owner its share, the oldest first.
     *
     * @param most how many at most
     */
    List<Place> next(int most) {
        List<Place> next = new ArrayList<>();
        long ready = turns.stream().filter(ParkedIndex::isReady).count();
        int share = Math.max(1, most / (int) Math.max(1, ready));
        for (int i = turns.size(); i > 0 && next.size() < most; i--) {
            Group group = turns.removeFirst();
            group.inTurn = false;
            group.waiting.entrySet().stream()
                    .limit(group.resumed ? Math.min(share, most - next.size()) : 0)
                    .forEach(entry -> next.add(new Place(entry.getKey(), group.owner, entry.getValue())));
            takeTurns(group);
        }
        next.sort(Comparator.comparingLong(Place::offset));
        return next;
    }

    /**
     * It was sent back, and that is committed.
     *
     * @param tombstone the offset of its tombstone
     */
    void sentBack(Place place, long tombstone) {
        gone(place);
        covered.put(place.id(), tombstone);
    }

    /** It is no longer in the log: compacted away or too old. */
    void gone(Place place) {
        Group group = byId.get(place.id());
        if (group != null && group.waiting.getOrDefault(place.id(), -1L) == place.offset()) {
            forget(place.id());
        }
    }

    /** All before the beginning of the partition are gone. */
    void beginsAt(long beginning) {
        for (Group group : List.copyOf(groups.values())) {
            while (!group.waiting.isEmpty()) {
                Map.Entry<String, Long> oldest =
                        group.waiting.entrySet().iterator().next();
                if (oldest.getValue() >= beginning) {
                    break;
                }
                forget(oldest.getKey());
            }
        }
    }

    /** From where to follow again, for what was folded and is resumed; {@link #NOWHERE} where that isn't needed. */
    long rewindTo() {
        return folded.stream()
                .filter(group -> group.resumed && group.waiting.isEmpty())
                .mapToLong(group -> group.foldedFrom)
                .min()
                .orElse(NOWHERE);
    }

    /** It will be followed again from {@link #rewindTo}: what stands behind that is read anew. */
    void rewound() {
        long from = rewindTo();
        for (Group group : List.copyOf(folded)) {
            if (group.resumed && group.waiting.isEmpty()) {
                group.foldedFrom = NOWHERE;
                group.foldedCount = 0;
                group.countedTo = 0;
                folded.remove(group);
            }
        }
        for (Group group : List.copyOf(groups.values())) {
            Map.copyOf(group.waiting).forEach((id, offset) -> {
                if (offset >= from) {
                    forget(id);
                }
            });
            leaveIfEmpty(group);
        }
    }

    /** How many are outstanding; of what is folded a repeated id counts twice. */
    long outstanding() {
        return byId.size()
                + folded.stream().mapToLong(group -> group.foldedCount).sum();
    }

    private Group found(Owner owner) {
        Group group = new Group(owner);
        group.resumed = mayGoBack.test(owner);
        return group;
    }

    private static boolean isReady(Group group) {
        return group.resumed && !group.waiting.isEmpty();
    }

    private void takeTurns(Group group) {
        if (!group.inTurn && isReady(group)) {
            group.inTurn = true;
            turns.addLast(group);
        }
    }

    private void forget(String id) {
        Group group = byId.remove(id);
        if (group != null) {
            group.waiting.remove(id);
            leaveIfEmpty(group);
        }
    }

    private void leaveIfEmpty(Group group) {
        if (group.waiting.isEmpty() && !group.isFolded()) {
            groups.remove(group.owner);
        }
    }

    /** Makes room for a sixteenth, so that it isn't done for each record. */
    private void foldPaused() {
        int enough = limit - Math.max(1, limit / 16);
        List<Group> largest = new ArrayList<>(groups.values());
        largest.removeIf(group -> group.resumed || group.waiting.isEmpty());
        largest.sort(Comparator.comparingInt(group -> -group.waiting.size()));
        for (Group group : largest) {
            if (byId.size() <= enough) {
                return;
            }
            foldFrom(group, group.waiting.values().iterator().next());
            group.foldedCount += group.waiting.size();
            group.waiting.forEach((id, offset) -> {
                byId.remove(id);
                group.countedTo = Math.max(group.countedTo, offset + 1);
            });
            group.waiting.clear();
        }
    }

    private void foldFrom(Group group, long offset) {
        group.foldedFrom = Math.min(group.foldedFrom, offset);
        folded.add(group);
    }
}
