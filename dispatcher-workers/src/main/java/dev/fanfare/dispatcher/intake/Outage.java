package dev.fanfare.dispatcher.intake;

import java.time.Duration;

/**
 * Whether so many endpoints fail at once that the fault is more likely ours: a network, a proxy, a name server. Then
 * nothing more is taken in, as tiers full of deliveries that never had a chance help nobody.
 *
 * <p>Suspicion begins when half of the lanes are broken, {@value #FEWEST} at least, and ends when less than a quarter
 * are. It lasts {@code patience} at most: should the endpoints really be dead, the others must not wait for them; after
 * that it takes a recovery before there is another suspicion. Pure; confined to the poll thread.
 */
final class Outage {
    static final int FEWEST = 10;

    private final Duration patience;
    private boolean suspected;
    private boolean disproved;
    private long sinceNanos;

    Outage(Duration patience) {
        this.patience = patience;
    }

    /**
     * Takes a look.
     *
     * @param lanes  that had something to send lately
     * @param broken of them
     */
    boolean isSuspected(int lanes, int broken, long nowNanos) {
        if (broken * 4L < lanes || broken == 0) {
            suspected = false;
            disproved = false;
        } else if (!suspected && !disproved && broken >= FEWEST && broken * 2L >= lanes) {
            suspected = true;
            sinceNanos = nowNanos;
        } else if (suspected && nowNanos - sinceNanos > patience.toNanos()) {
            suspected = false;
            disproved = true;
        }
        return suspected;
    }
}
