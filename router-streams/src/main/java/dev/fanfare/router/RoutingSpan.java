package dev.fanfare.router;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.trace.SpanAttributes;
import dev.fanfare.runtime.trace.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.util.Locale;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** The span of one event on its way to its subscriptions: all its deliveries carry it on. Confined to its stream thread. */
final class RoutingSpan {
    private static final String NAME = "process " + Topics.EVENTS;

    private final Span span;
    private final Headers headers;

    private RoutingSpan(Span span, Headers headers) {
        this.span = span;
        this.headers = headers;
    }

    /** Below what the event's record carries, or what the event does (CloudEvents distributed tracing extension). */
    static RoutingSpan begin(Tracing tracing, Event event, Headers original) {
        Header carried = original.lastHeader(EventRecords.TRACEPARENT);
        Span span = carried == null
                ? tracing.begin(
                        NAME,
                        SpanKind.CONSUMER,
                        event.attributes().get(EventRecords.TRACEPARENT),
                        event.attributes().get(EventRecords.TRACESTATE))
                : tracing.begin(NAME, SpanKind.CONSUMER, original);
        span.setAttribute(SpanAttributes.MESSAGING_SYSTEM, "kafka");
        span.setAttribute(SpanAttributes.MESSAGING_DESTINATION, Topics.EVENTS);
        span.setAttribute(SpanAttributes.MESSAGING_OPERATION, "process");
        span.setAttribute(SpanAttributes.TENANT, event.tenant());
        span.setAttribute(SpanAttributes.EVENT_ID, event.id());
        span.setAttribute(SpanAttributes.EVENT_TYPE, event.type());
        span.setAttribute(SpanAttributes.EVENT_SOURCE, event.source());
        Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders(original);
        RecordHeaders.put(headers, EventRecords.TRACEPARENT, Tracing.traceparent(span));
        return new RoutingSpan(span, headers);
    }

    /** The event's, with this span's context in place of that which came. */
    Headers headers() {
        return headers;
    }

    void end(Fate fate, int matches) {
        span.setAttribute(SpanAttributes.MATCHES, (long) matches);
        span.setAttribute(SpanAttributes.ROUTED, fate.name().toLowerCase(Locale.ROOT));
        span.end();
    }

    /** What became of an event here. */
    enum Fate {
        ROUTED,
        /** Nobody wants it. */
        UNMATCHED,
        /** It was routed before. */
        DUPLICATE,
        /** It is a dead letter. */
        TOO_LARGE
    }
}
