package dev.fanfare.retry.dead;

/**
 * What a replay or discard came to.
 *
 * @param moved   dead letters that were replayed or discarded
 * @param changed that matched but were no longer the latest of their id when their turn came: they were left alone
 */
public record Outcome(long moved, long changed) {
    static final Outcome NOTHING = new Outcome(0, 0);

    Outcome plus(long moreMoved, long moreChanged) {
        return new Outcome(moved + moreMoved, changed + moreChanged);
    }
}
