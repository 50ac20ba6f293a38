package dev.fanfare.runtime.lifecycle;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What {@code /health/ready} goes by. */
@ConfigMapping(prefix = "health")
public interface HealthSettings {
    /**
     * How long Kafka may be silent before the process says that it isn't ready: longer than a broker takes to hand its
     * partitions to another.
     */
    @WithDefault("30s")
    Duration kafkaPatience();
}
