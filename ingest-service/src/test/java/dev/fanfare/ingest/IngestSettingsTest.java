package dev.fanfare.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.runtime.config.ByteSize;
import dev.fanfare.runtime.config.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IngestSettingsTest {
    @Test
    void theDefaultsFitTogether() {
        IngestSettings settings = load(Map.of());
        assertThat(settings.maxBody()).isEqualTo(ByteSize.parse("1MiB"));
        assertThat(settings.buffer()).isEqualTo(ByteSize.parse("32MiB"));
        assertThat(settings.ackTimeout()).isEqualTo(Duration.ofSeconds(10));
        IngestSettings.check(settings);
    }

    @Test
    void everythingCanBeSet() {
        IngestSettings settings =
                load(Map.of("ingest.max-body", "64KiB", "ingest.buffer", "2MiB", "ingest.ack-timeout", "3s"));
        assertThat(settings.maxBody()).isEqualTo(ByteSize.parse("64KiB"));
        assertThat(settings.buffer()).isEqualTo(ByteSize.parse("2MiB"));
        assertThat(settings.ackTimeout()).isEqualTo(Duration.ofSeconds(3));
        IngestSettings.check(settings);
    }

    @Test
    void settingsThatDoNotFitTogetherAreAllToldAtOnce() {
        IngestSettings settings = load(Map.of(
                "ingest.max-body",
                "10MiB",
                "ingest.max-batch",
                "0",
                "ingest.body-timeout",
                "1h",
                "ingest.buffer",
                "1MiB",
                "ingest.ack-timeout",
                "10ms"));
        assertThatThrownBy(() -> IngestSettings.check(settings))
                .hasMessageContaining("ingest.max-body: 10MiB is out of range")
                .hasMessageContaining("ingest.max-batch: 0 is out of range")
                .hasMessageContaining("ingest.body-timeout: 1h is out of range")
                .hasMessageContaining("ingest.buffer: 1MiB must hold")
                .hasMessageContaining("ingest.ack-timeout: 10ms is out of range");
    }

    private static IngestSettings load(Map<String, String> values) {
        return Settings.load(null, Map.of(), values, List.of(IngestSettings.class))
                .section(IngestSettings.class);
    }
}
