package dev.fanfare.runtime.metric;

import dev.fanfare.runtime.config.InvalidSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of a process: those of its roles, of the JVM and of the process itself.
 *
 * <pre>
 * roles, binders ─▶ registry ─▶ Prometheus ─▶ /metrics
 *                          └──▶ OTLP       ─▶ a collector, if there is one
 * </pre>
 */
public final class ProcessMeters implements AutoCloseable {
    private final PrometheusMeterRegistry scraped = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MeterRegistry registry;
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final @Nullable OtlpMeterRegistry sent;

    /**
     * With those of the JVM and the process.
     *
     * @param instanceId tells the process from its peers
     * @param version    of Fanfare
     * @throws InvalidSettings where there is a collector and it can't be understood
     */
    public ProcessMeters(MetricsSettings settings, String instanceId, String version) {
        OtlpMeterRegistry collector = settings.otlpUrl()
                .map(url -> collector(settings, url, instanceId))
                .orElse(null);
        sent = collector;
        if (collector == null) {
            registry = scraped;
        } else {
            // only then: each count goes to both
            registry = new CompositeMeterRegistry().add(scraped).add(collector);
        }
        for (MeterBinder binder : List.of(
                new JvmMemoryMetrics(),
                collections,
                new JvmThreadMetrics(),
                new ClassLoaderMetrics(),
                new ProcessorMetrics(),
                new FileDescriptorMetrics(),
                new UptimeMetrics())) {
            binder.bindTo(registry);
        }
        ProcessMetric.BUILD_INFO.gauge(registry, new AtomicInteger(1), AtomicInteger::doubleValue, version);
    }

    /** Where all is registered. */
    public MeterRegistry registry() {
        return registry;
    }

    /** What {@code /metrics} shows. */
    public PrometheusMeterRegistry scraped() {
        return scraped;
    }

    private static OtlpMeterRegistry collector(MetricsSettings settings, String url, String instanceId) {
        String scheme = scheme(url);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new InvalidSettings(List.of("metrics.otlp-url: '" + url
                    + "' is no address of a collector: such as http://collector:4318/v1/metrics"));
        }
        if (settings.otlpInterval().toMillis() < 1_000) {
            throw new InvalidSettings(List.of("metrics.otlp-interval: less than a second is too often"));
        }
        return OtlpMeterRegistry.builder(new OtlpTarget(settings, url, instanceId))
                .build();
    }

    private static String scheme(String url) {
        try {
            URI uri = URI.create(url);
            return uri.getScheme() == null || uri.getHost() == null
                    ? ""
                    : uri.getScheme().toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Sends what there is to the collector a last time, if there is one. */
    @Override
    public void close() {
        collections.close();
        if (sent != null) {
            sent.close();
        }
        registry.close();
        scraped.close();
    }
}
