package dev.fanfare.dispatcher.ledger;

/** What {@link OffsetLedger#open(long)} says about a record that was received. */
public enum Opening {
    /** New, or not finished before the last commit: deliver it, then {@link OffsetLedger#complete(long, long)} it. */
    OPENED,
    /** Finished and committed in an earlier life: drop it, nothing more is to be done for this offset. */
    ALREADY_COMPLETE,
    /**
     * Below the ledger's position: the log went back (offsets were reset, or the consumer was rewound). The ledger is
     * unchanged. Replace it by a new one that starts at this offset and has a new epoch.
     */
    BEHIND
}
