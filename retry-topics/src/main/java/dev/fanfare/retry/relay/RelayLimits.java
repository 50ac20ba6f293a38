package dev.fanfare.retry.relay;

import java.time.Duration;

/**
 * What bounds a relay.
 *
 * @param recordsPerTransaction about how many records move in one transaction
 * @param transactionTimeout    after which the broker aborts what a dead relay left open; nobody reads past that until
 *                              then
 * @param drainTimeout          how long a close waits for the transaction under way
 */
public record RelayLimits(int recordsPerTransaction, Duration transactionTimeout, Duration drainTimeout) {
    /** What is used where nothing else is configured. */
    public static final RelayLimits DEFAULTS = new RelayLimits(5_000, Duration.ofSeconds(10), Duration.ofSeconds(15));
}
