package dev.fanfare.dispatcher.ledger;

/**
 * What to commit for a partition, taken in one go so that both halves belong together.
 *
 * @param offset the offset to commit: everything below it is complete
 * @param metadata what is complete at or beyond it; ASCII, at most {@link OffsetLedger#MAX_METADATA_BYTES}; empty if
 *     nothing is
 */
public record CommitPoint(long offset, String metadata) {}
