package dev.fanfare.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracingTest {
    private static final String PRODUCER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final InMemorySpanExporter kept = InMemorySpanExporter.create();
    private final Tracing tracing = Tracing.to(SimpleSpanProcessor.create(kept), 1, "fanfare-router", "r-1");

    @Test
    void whatIsDoneNextBelongsBelowTheSpanWhoseContextWasHandedOn() {
        Span first = tracing.begin("first", SpanKind.PRODUCER, PRODUCER, "vendor=1");
        RecordHeaders headers = new RecordHeaders();
        headers.add(EventRecords.TRACEPARENT, Tracing.traceparent(first).getBytes(StandardCharsets.UTF_8));
        tracing.begin("second", SpanKind.CONSUMER, headers).end();
        first.end();

        SpanData second = kept.getFinishedSpanItems().get(0);
        SpanData parent = kept.getFinishedSpanItems().get(1);
        assertThat(parent.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(parent.getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(parent.getSpanContext().getTraceState().asMap()).isEqualTo(Map.of("vendor", "1"));
        assertThat(second.getTraceId()).isEqualTo(parent.getTraceId());
        assertThat(second.getParentSpanId()).isEqualTo(parent.getSpanId());
        assertThat(parent.getResource().getAttributes().asMap().toString())
                .contains("service.name=fanfare-router", "service.instance.id=r-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00-zz", "00-00000000000000000000000000000000-b7ad6b7169203331-01"})
    void aContextThatIsNotWellFormedCountsAsNone(String broken) {
        tracing.begin("first", SpanKind.PRODUCER, broken, null).end();
        assertThat(kept.getFinishedSpanItems()).hasSize(1);
        assertThat(kept.getFinishedSpanItems().get(0).getParentSpanContext().isValid())
                .isFalse();
    }

    @Test
    void aProducersDecisionHoldsWhateverTheRatio() {
        tracing.begin("unsampled", SpanKind.PRODUCER, PRODUCER.replace("-01", "-00"), null)
                .end();
        assertThat(kept.getFinishedSpanItems()).isEmpty();

        Tracing none = Tracing.to(SimpleSpanProcessor.create(kept), 0, "fanfare", "one");
        none.begin("sampled", SpanKind.PRODUCER, PRODUCER, null).end();
        Span own = none.begin("our own", SpanKind.PRODUCER, null, null);
        own.end();
        assertThat(kept.getFinishedSpanItems()).extracting(SpanData::getName).containsExactly("sampled");
        assertThat(own.getSpanContext().isSampled())
                .as("whoever comes next is told not to keep it either")
                .isFalse();
    }

    @Test
    void withoutAnEndpointItIsOff() {
        Tracing off = Tracing.open(settings(Map.of()), "fanfare", "one");
        assertThat(off).isSameAs(Tracing.off());
        assertThat(off.isOn()).isFalse();
        off.close();
    }

    @Test
    void settingsThatCannotBeAreAllNamed() {
        TracingSettings wrong = settings(Map.of("tracing.endpoint", "collector:4317", "tracing.sample-ratio", "10"));
        assertThatThrownBy(() -> Tracing.open(wrong, "fanfare", "one"))
                .isInstanceOfSatisfying(InvalidSettings.class, invalid -> assertThat(invalid.faults())
                        .hasSize(2)
                        .anyMatch(fault -> fault.startsWith("tracing.endpoint: 'collector:4317'"))
                        .anyMatch(fault -> fault.startsWith("tracing.sample-ratio: 10.0")));
    }

    @Test
    void aCollectorThatIsAwayHoldsNobodyUp() throws IOException {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        Tracing toNobody = Tracing.open(
                settings(Map.of("tracing.endpoint", "http://127.0.0.1:" + nobody + "/v1/traces")), "fanfare", "one");
        for (int i = 0; i < 20_000; i++) {
            toNobody.begin("span " + i, SpanKind.PRODUCER, null, null).end();
        }
        toNobody.close();
    }

    private static TracingSettings settings(Map<String, String> given) {
        return Settings.load(null, Map.of(), given, List.of(TracingSettings.class))
                .section(TracingSettings.class);
    }
}
