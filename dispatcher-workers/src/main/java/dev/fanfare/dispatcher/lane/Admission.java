package dev.fanfare.dispatcher.lane;

/** What {@link Lanes#offer} answers. */
public enum Admission {
    /** Queued. It will be handed out once by {@link Lanes#next()}, unless it is dropped before. */
    ADMITTED,
    /** Not taken: its lane holds what it may for now. The caller defers it. */
    LANE_FULL,
    /** Not taken: the lane's breaker is open, and for longer than anything should wait here. The caller defers it. */
    LANE_RESTS,
    /** Not taken: all lanes together hold what they may. No lane is to blame; the caller pauses and offers it again. */
    ALL_FULL
}
