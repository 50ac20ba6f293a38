package dev.fanfare.retry;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The retry role's own settings. The tiers are laid out in {@code topics.retry-tiers}. */
@ConfigMapping(prefix = "retry")
public interface RetrySettings {
    /** About how many records move in one transaction; 1 to 50,000. */
    @WithDefault("5000")
    int recordsPerTransaction();

    /**
     * After which the broker aborts what a dead relay left open; 1 s to 1 m. It holds up readers of the same partitions
     * until then.
     */
    @WithDefault("10s")
    Duration transactionTimeout();

    /** How long a planned stop waits for the transaction under way. */
    @WithDefault("15s")
    Duration drainTimeout();
}
