package dev.fanfare.testkit.conservation;

/** What is counted of each delivery; one byte each, which stops at 255. */
enum Fact {
    /** An event and a subscription say that it must exist. */
    OWED,
    /** Records on the deliveries topic that a router made, or that a resume brought back. */
    MADE,
    /** How many runs brought it back. */
    REPLAYED,
    /** Which run was the last, as a hash: what it relays later carries the same. */
    LAST_RUN,
    /** Records of it that their reader has not passed yet. */
    WAITING,
    /** Attempts on record that were answered 2xx. */
    DELIVERED,
    /** Attempts on record after which it was dead. */
    DIED,
    CANCELLED,
    /** Attempts on record that failed without an answer, or before the end of a good one. */
    UNANSWERED,
    /** Whether it is parked now. */
    PARKED,
    /** Whether it is among the dead letters now. */
    DEAD,
    /** How often it was taken out of the dead letters. */
    BURIED,
    /** Requests that its receiver saw. */
    ARRIVED,
    /** Those that its receiver answered 2xx. */
    ACCEPTED,
    /** Whether something may have kept the latest of those from being put on record. */
    PERHAPS_OFF_RECORD,
    /** How many came after one of which that is so. */
    OFF_RECORD_EXPLAINED,
    /** Whether something may have kept the answer to the latest of those from getting through. */
    PERHAPS_UNANSWERED,
    /** How many came after one of which that is so. */
    UNANSWERED_EXPLAINED,
    /** Whether something, from its event's acceptance to its first arrival, may have had the router make it again. */
    PERHAPS_MADE_TWICE,
    /** The number of the latest attempt that its receiver saw. */
    LAST_ATTEMPT;

    static final int COUNT = values().length;
}
