package dev.fanfare.dispatcher.ledger;

/**
 * A ledger for a partition just assigned, and what became of the metadata that was committed with its offset.
 *
 * @param ledger ready to use in every case; it knows of completed offsets only if {@code reading} is
 *     {@link Reading#RESTORED}
 * @param reading worth a log line at WARN unless it is {@code RESTORED} or {@code NOTHING_RECORDED}: deliveries beyond
 *     the committed offset that were finished before will be sent again
 */
public record Restoration(OffsetLedger ledger, Reading reading) {

    /** How the metadata of a committed offset was understood. Whatever it holds, reading it never fails. */
    public enum Reading {
        /** It is ours and belongs to this offset: completed offsets are known. */
        RESTORED,
        /** There was none: nothing beyond the offset was complete, or someone reset the offset with a tool. */
        NOTHING_RECORDED,
        /** Another program wrote it. */
        FOREIGN,
        /** A version of Fanfare that writes it differently wrote it. */
        UNKNOWN_VERSION,
        /** It begins like ours, but is truncated, altered or impossible. */
        DAMAGED,
        /** It tells of a topic with another id: the topic was deleted and created again. */
        OTHER_TOPIC,
        /** It was written beside another offset than the one that is committed. */
        OTHER_OFFSET
    }
}
