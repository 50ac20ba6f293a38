package dev.fanfare.runtime.trace;

import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Secret;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether spans are kept of what is done, and where they go. */
@ConfigMapping(prefix = "tracing")
public interface TracingSettings {
    /**
     * Where spans go: an OTLP receiver's URL for traces over HTTP, such as {@code http://collector:4318/v1/traces}. Without
     * it there are none, and a producer's trace context is handed through as it is.
     */
    Optional<URI> endpoint();

    /**
     * Which share of the traces that begin here is kept, from 0 to 1. For one that a producer began, its own decision
     * holds.
     */
    @WithDefault("1.0")
    double sampleRatio();

    /** What is shown to the receiver as {@code Authorization}, such as {@code Bearer …}. */
    Optional<Secret> authorization();

    /**
     * Says what can't be.
     *
     * @throws InvalidSettings with every fault
     */
    static void check(TracingSettings settings) {
        List<String> faults = new ArrayList<>();
        settings.endpoint().ifPresent(endpoint -> {
            if (endpoint.getHost() == null || !List.of("http", "https").contains(endpoint.getScheme())) {
                faults.add("tracing.endpoint: '" + endpoint
                        + "' must be an http or https URL, such as http://collector:4318/v1/traces");
            }
        });
        if (!(settings.sampleRatio() >= 0 && settings.sampleRatio() <= 1)) {
            faults.add("tracing.sample-ratio: " + settings.sampleRatio() + " must be from 0 to 1");
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
    }
}
