package dev.fanfare.dispatcher.lane;

/**
 * One delivery's turn: what {@link Lanes#next()} hands out. It counts as in flight until {@link #end(Result)}.
 *
 * @param <T> what the lanes carry
 */
public final class Turn<T> {
    private final Lane<T> lane;
    private final T item;
    private final int bytes;

    /** Guarded by the lane's monitor. */
    private boolean ended;

    Turn(Lane<T> lane, T item, int bytes) {
        this.lane = lane;
        this.item = item;
        this.bytes = bytes;
    }

    /** The delivery. */
    public T item() {
        return item;
    }

    /** The key of its lane. */
    public String laneKey() {
        return lane.key();
    }

    /**
     * The attempt is over; whoever calls this goes on to call {@link Lanes#next()} until it has nothing. Any thread.
     *
     * @return what became of the lane; {@link Ending#REPEATED} if the turn was over before, and then nothing changes: of
     *     a response, a deadline and a cancellation that race, one wins
     */
    public Ending end(Result result) {
        return lane.end(this, result);
    }

    Lane<T> lane() {
        return lane;
    }

    int bytes() {
        return bytes;
    }

    /** Only in the lane's monitor. */
    boolean markEnded() {
        boolean first = !ended;
        ended = true;
        return first;
    }
}
