package dev.fanfare.torture;

import java.util.Set;

/**
 * A group whose partitions changed hands, as two looks at it tell.
 *
 * @param group  its id
 * @param seen   from the look before until this one
 * @param change what is other
 * @param gone   the clients, by their ids, of members that are there no more
 */
record Rebalance(String group, Timeline.Window seen, Change change, Set<String> gone) {
    /** What a second look finds. */
    enum Change {
        /** Members came or went. */
        MEMBERS,
        /** The same members began anew: one of them lost its session, and was back before anybody looked. */
        BEGUN_ANEW,
        /** Some have other partitions, for what was seen before. */
        PARTITIONS
    }

    Rebalance {
        gone = Set.copyOf(gone);
    }
}
