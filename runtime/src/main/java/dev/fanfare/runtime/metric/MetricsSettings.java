package dev.fanfare.runtime.metric;

import dev.fanfare.runtime.config.Secret;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Where metrics go, beside {@code /metrics}, which Prometheus scrapes. */
@ConfigMapping(prefix = "metrics")
public interface MetricsSettings {
    /**
     * A collector that takes OTLP over HTTP (protobuf), such as {@code http://collector:4318/v1/metrics}: metrics are
     * sent there as well. None: they are not.
     */
    Optional<String> otlpUrl();

    /** How often: as often as Prometheus usually scrapes. */
    @WithDefault("30s")
    Duration otlpInterval();

    /** What goes along as HTTP headers, such as {@code authorization=Bearer abc,x-scope=ops}. */
    Optional<Secret> otlpHeaders();
}
