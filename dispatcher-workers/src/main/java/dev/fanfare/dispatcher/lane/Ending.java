package dev.fanfare.dispatcher.lane;

/** What the end of a turn did to its lane. */
public enum Ending {
    /** The turn was over before: nothing. */
    REPEATED,
    /** The lane goes on as it was. */
    ENDED,
    /** The lane's breaker opened. */
    BROKE,
    /** The lane's breaker was open, and closed. */
    RECOVERED
}
