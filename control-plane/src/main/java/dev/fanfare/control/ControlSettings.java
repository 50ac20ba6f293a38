package dev.fanfare.control;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The control plane's own settings. */
@ConfigMapping(prefix = "control")
public interface ControlSettings {
    /** The delays of a subscription that names none, such as {@code 1m,10m,1h}; without it each retry tier once. */
    Optional<String> retrySchedule();

    /** How long a write may wait for Kafka before it is answered with 503. */
    @WithDefault("4s")
    Duration writeTimeout();

    /** The most subscriptions of one tenant. */
    @WithDefault("10000")
    int maxSubscriptions();

    /** How many of the newest attempts are kept in memory for questions. */
    @WithDefault("10000")
    int attemptsKept();
}
