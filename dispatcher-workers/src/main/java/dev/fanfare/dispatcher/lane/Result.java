package dev.fanfare.dispatcher.lane;

/** What an attempt taught about the endpoint, as far as its lane cares. */
public enum Result {
    /** The endpoint coped: the lane's cap may grow. */
    SUCCEEDED,
    /** It answered, or refused to: the cap stays. */
    FAILED,
    /** It kept us waiting: the cap falls to 1. */
    TIMED_OUT,
    /** We ended it ourselves (revoked, shutting down): nothing was learnt. */
    CANCELLED
}
