package dev.fanfare.runtime.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.ReceivedRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessMetersTest {
    @Test
    void theyTellOfTheJvmAndTheVersionThatRuns() {
        try (ProcessMeters meters = new ProcessMeters(settings(Map.of()), "a", "1.2.3")) {
            assertThat(meters.scraped().scrape())
                    .contains("jvm_memory_used_bytes{", "process_cpu_usage ", "process_uptime_seconds ")
                    .contains("fanfare_build_info{version=\"1.2.3\"} 1");
        }
    }

    @Test
    void aCollectorIsSentTheSameInItsOwnForm() throws Exception {
        try (FaultyReceiver collector = FaultyReceiver.start()) {
            ProcessMeters meters = new ProcessMeters(
                    settings(Map.of(
                            "metrics.otlp-url", collector.url("/v1/metrics"),
                            "metrics.otlp-interval", "1h",
                            "metrics.otlp-headers", "authorization=Bearer abc, x-scope = ops")),
                    "worker-7",
                    "1.2.3");
            ProcessMetric.DEAD_LETTERS.counter(meters.registry(), "gone").increment(3);
            assertThat(meters.scraped().scrape()).contains("fanfare_dead_letters_total{reason=\"gone\"} 3.0");
            meters.close();

            ReceivedRequest sent =
                    collector.awaitCount(1, Duration.ofSeconds(30)).get(0);
            assertThat(sent.path()).isEqualTo("/v1/metrics");
            assertThat(sent.header("authorization")).isEqualTo("Bearer abc");
            assertThat(sent.header("x-scope")).isEqualTo("ops");
            ResourceMetrics all =
                    ExportMetricsServiceRequest.parseFrom(sent.body()).getResourceMetrics(0);
            assertThat(all.getResource().getAttributesList().stream()
                            .collect(Collectors.toMap(each -> each.getKey(), each -> each.getValue()
                                    .getStringValue())))
                    .containsEntry("service.name", "fanfare")
                    .containsEntry("service.instance.id", "worker-7");
            Metric dead = all.getScopeMetrics(0).getMetricsList().stream()
                    .filter(metric -> metric.getName().equals("fanfare.dead.letters"))
                    .findFirst()
                    .orElseThrow();
            assertThat(dead.getSum().getDataPoints(0).getAsDouble()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"collector:4318", "ftp://collector/v1", "not a url", "http://"})
    void aCollectorThatIsNoneIsRefusedByName(String url) {
        assertThatThrownBy(() -> new ProcessMeters(settings(Map.of("metrics.otlp-url", url)), "a", "1"))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("metrics.otlp-url: '" + url + "'");
    }

    @Test
    void headersThatCanNotBeReadAreRefusedAndNotShown() {
        assertThatThrownBy(() -> new ProcessMeters(
                        settings(Map.of("metrics.otlp-url", "http://c:1/", "metrics.otlp-headers", "hush")), "a", "1"))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("metrics.otlp-headers")
                .hasMessageNotContaining("hush");
    }

    private static MetricsSettings settings(Map<String, String> values) {
        return Settings.load(null, Map.of(), values, List.of(MetricsSettings.class))
                .section(MetricsSettings.class);
    }
}
