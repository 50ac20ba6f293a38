package dev.fanfare.runtime.metric;

import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Secret;
import io.micrometer.registry.otlp.OtlpConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Our settings in the words of Micrometer. Nothing is taken from the environment behind their back. */
final class OtlpTarget implements OtlpConfig {
    private final String url;
    private final Duration interval;
    private final Map<String, String> headers;
    private final String instanceId;

    OtlpTarget(MetricsSettings settings, String url, String instanceId) {
        this.url = url;
        this.interval = settings.otlpInterval();
        this.headers = headers(settings.otlpHeaders().map(Secret::reveal).orElse(""));
        this.instanceId = instanceId;
    }

    private static Map<String, String> headers(String text) {
        Map<String, String> headers = new HashMap<>();
        for (String pair : text.isBlank() ? new String[0] : text.split(",")) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new InvalidSettings(List.of("metrics.otlp-headers: is not as in name=value,name=value"));
            }
            headers.put(
                    pair.substring(0, equals).strip(),
                    pair.substring(equals + 1).strip());
        }
        return headers;
    }

    @Override
    public @Nullable String get(String key) {
        return null;
    }

    @Override
    public String url() {
        return url;
    }

    @Override
    public Duration step() {
        return interval;
    }

    @Override
    public Map<String, String> headers() {
        return headers;
    }

    @Override
    public Map<String, String> resourceAttributes() {
        return Map.of("service.name", "fanfare", "service.instance.id", instanceId);
    }
}
