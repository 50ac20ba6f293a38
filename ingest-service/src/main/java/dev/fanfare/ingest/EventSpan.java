package dev.fanfare.ingest;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.trace.SpanAttributes;
import dev.fanfare.runtime.trace.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** The span of one event on its way to Kafka: from here on the record's trace context is this span's. */
final class EventSpan {
    private static final String NAME = "send " + Topics.EVENTS;

    private EventSpan() {}

    /** Begins one below what the record carries, and returns the callback that ends it, after it has called another. */
    static Callback begin(
            Tracing tracing, Event event, ProducerRecord<byte[], byte[]> record, Callback acknowledgement) {
        Span span = tracing.begin(NAME, SpanKind.PRODUCER, record.headers());
        span.setAttribute(SpanAttributes.MESSAGING_SYSTEM, "kafka");
        span.setAttribute(SpanAttributes.MESSAGING_DESTINATION, Topics.EVENTS);
        span.setAttribute(SpanAttributes.MESSAGING_OPERATION, "send");
        span.setAttribute(SpanAttributes.TENANT, event.tenant());
        span.setAttribute(SpanAttributes.EVENT_ID, event.id());
        span.setAttribute(SpanAttributes.EVENT_TYPE, event.type());
        span.setAttribute(SpanAttributes.EVENT_SOURCE, event.source());
        RecordHeaders.put(record.headers(), EventRecords.TRACEPARENT, Tracing.traceparent(span));
        return (metadata, failure) -> {
            acknowledgement.onCompletion(metadata, failure);
            end(span, failure);
        };
    }

    private static void end(Span span, @Nullable Exception failure) {
        if (failure != null) {
            span.setAttribute(SpanAttributes.ERROR_TYPE, failure.getClass().getName());
            span.setStatus(StatusCode.ERROR, "Kafka did not take it");
        }
        span.end();
    }
}
