package dev.fanfare.retry.relay;

/**
 * How long a record stays in one tier.
 *
 * <pre>
 * appended ─────────────── tier's delay ──▶│
 * appended ── delay ──▶│                      shorter than the tier: leaves when due
 * appended ────────────── delay ─────────────▶│  a little longer: stays till due
 * appended ───────────────────────────────▶│ · · · delay · · ·▶   longer: leaves after the tier's delay, hops on
 * </pre>
 *
 * Only the head of a partition is looked at. A record that leaves early in this sense, or a little late, keeps those
 * behind it back by {@link #OVERSTAY_MILLIS} at most, because what is ahead was appended earlier.
 *
 * @param appendedAtMillis on the broker's clock
 * @param delayMillis      what was left to wait then, from the record's header
 * @param tierMillis       the tier's own delay
 */
record Stay(long appendedAtMillis, long delayMillis, long tierMillis) {
    /** A residue up to here is waited out in place, rather than by another round through the smallest tier. */
    static final long OVERSTAY_MILLIS = 1_000;

    /** When it may be attempted again. */
    long dueAtMillis() {
        return appendedAtMillis + delayMillis;
    }

    /** When it leaves this tier, for the deliveries or for another tier. */
    long leavesAtMillis() {
        return delayMillis <= tierMillis + OVERSTAY_MILLIS ? dueAtMillis() : appendedAtMillis + tierMillis;
    }
}
