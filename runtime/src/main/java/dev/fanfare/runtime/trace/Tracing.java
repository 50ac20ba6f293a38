package dev.fanfare.runtime.trace;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.runtime.config.Secret;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Spans, where somebody keeps them. The context travels in our records' headers, as W3C Trace Context has it, so that one
 * trace goes from a producer to the subscribers' servers however many hours lie between.
 *
 * <pre>
 * producer ─▶ send fanfare.events ─▶ process fanfare.events ─┬─▶ POST webhook (attempt 1) ─▶ subscriber's server
 *              (ingest)               (router)               ├─▶ POST webhook (attempt 2), a minute later
 *                                                            └─▶ …
 * </pre>
 *
 * <p>Where it is off nothing is made at all: ask {@link #isOn} first. What can't be delivered is left out; it never holds
 * anybody up. Any thread.
 */
public final class Tracing implements AutoCloseable {
    private static final Tracing OFF = new Tracing(null);
    private static final int MOST_WAITING = 16_384;
    private static final Duration EXPORT_EVERY = Duration.ofSeconds(1);
    private static final Duration LAST_EXPORT = Duration.ofSeconds(2);

    private final @Nullable SdkTracerProvider provider;
    private final @Nullable Tracer tracer;

    private Tracing(@Nullable SdkTracerProvider provider) {
        this.provider = provider;
        this.tracer = provider == null ? null : provider.get("dev.fanfare");
    }

    /** Makes nothing. */
    public static Tracing off() {
        return OFF;
    }

    /**
     * As the settings say.
     *
     * @param service  how traces name this process: {@code fanfare-dispatcher}
     * @param instance tells it from its peers
     * @throws dev.fanfare.runtime.config.InvalidSettings where they can't be used
     */
    public static Tracing open(TracingSettings settings, String service, String instance) {
        TracingSettings.check(settings);
        URI endpoint = settings.endpoint().orElse(null);
        if (endpoint == null) {
            return OFF;
        }
        OtlpHttpSpanExporterBuilder exporter =
                OtlpHttpSpanExporter.builder().setEndpoint(endpoint.toString()).setCompression("gzip");
        settings.authorization().map(Secret::reveal).ifPresent(value -> exporter.addHeader("Authorization", value));
        return to(
                BatchSpanProcessor.builder(new ToldExporter(exporter.build(), endpoint))
                        .setMaxQueueSize(MOST_WAITING)
                        .setScheduleDelay(EXPORT_EVERY)
                        .build(),
                settings.sampleRatio(),
                service,
                instance);
    }

    /**
     * To whoever takes spans.
     *
     * @param sampleRatio of the traces that begin here
     */
    public static Tracing to(SpanProcessor processor, double sampleRatio, String service, String instance) {
        return new Tracing(SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put("service.name", service)
                        .put("service.instance.id", instance)
                        .build())
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(sampleRatio)))
                .addSpanProcessor(processor)
                .build());
    }

    /** Whether spans are kept. */
    public boolean isOn() {
        return tracer != null;
    }

    /**
     * Begins a span below a trace context; one that isn't well-formed counts as none, and without one a trace begins. The
     * caller ends it.
     *
     * @throws NullPointerException where it is off
     */
    public Span begin(String name, SpanKind kind, @Nullable String traceparent, @Nullable String tracestate) {
        Context parent = W3CTraceContextPropagator.getInstance()
                .extract(Context.root(), new Carried(traceparent, tracestate), Carried.GETTER);
        return Objects.requireNonNull(tracer)
                .spanBuilder(name)
                .setSpanKind(kind)
                .setParent(parent)
                .startSpan();
    }

    /** As above, below what a record's headers carry. */
    public Span begin(String name, SpanKind kind, Headers headers) {
        return begin(
                name,
                kind,
                RecordHeaders.text(headers, EventRecords.TRACEPARENT),
                RecordHeaders.text(headers, EventRecords.TRACESTATE));
    }

    /** The context of a span as W3C Trace Context writes it: what is done next belongs below it. */
    public static String traceparent(Span span) {
        SpanContext context = span.getSpanContext();
        return "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                + context.getTraceFlags().asHex();
    }

    /** Delivers what is left, if that goes quickly. */
    @Override
    public void close() {
        if (provider != null) {
            provider.shutdown().join(LAST_EXPORT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
