package dev.fanfare.dispatcher.lane;

/** What an attempt taught about the endpoint, as far as its lane cares. */
public enum Result {
    /** The endpoint coped: the lane's cap may grow. */
    SUCCEEDED,
    /** It works, but doesn't want this delivery: the cap stays, and failures before it are forgotten. */
    ANSWERED,
    /** It failed, or could not be reached: the cap stays, and the breaker counts. */
    FAILED,
    /** It kept us waiting: the cap falls to 1, and the breaker counts more. */
    TIMED_OUT,
    /** We ended it ourselves (revoked, shutting down): nothing was learnt. */
    CANCELLED
}
