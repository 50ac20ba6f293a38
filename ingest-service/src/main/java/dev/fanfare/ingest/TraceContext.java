package dev.fanfare.ingest;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The caller's W3C trace context, handed on with the event. One that isn't well-formed is left out, as the
 * recommendation (W3C Trace Context, sections 3.2.2.5 and 4.3) asks: a broken trace never refuses an event.
 *
 * @param traceparent null where there is none
 * @param tracestate  null where there is none
 */
record TraceContext(@Nullable String traceparent, @Nullable String tracestate) {
    static final TraceContext NONE = new TraceContext(null, null);

    /** {@code 00-<32 hex>-<16 hex>-<2 hex>}; later versions may go on after a further hyphen. */
    private static final int TRACEPARENT_LENGTH = 55;

    private static final int MAX_TRACEPARENT_LENGTH = 128;
    private static final int MAX_TRACESTATE_LENGTH = 512;

    static TraceContext of(MultiMap headers) {
        return of(headers.get(EventRecords.TRACEPARENT), headers.get(EventRecords.TRACESTATE));
    }

    /** This one, or else what the event carries itself (CloudEvents distributed tracing extension). */
    TraceContext orThatOf(Event event) {
        return traceparent != null
                ? this
                : of(
                        event.attributes().get(EventRecords.TRACEPARENT),
                        event.attributes().get(EventRecords.TRACESTATE));
    }

    private static TraceContext of(@Nullable String traceparent, @Nullable String tracestate) {
        if (traceparent == null || !isWellFormed(traceparent)) {
            return NONE;
        }
        return new TraceContext(
                traceparent,
                tracestate != null && tracestate.length() <= MAX_TRACESTATE_LENGTH && isVisible(tracestate)
                        ? tracestate
                        : null);
    }

    /** To those of a record that has no trace yet. */
    void writeHeaders(Headers headers) {
        if (traceparent != null) {
            headers.add(EventRecords.TRACEPARENT, traceparent.getBytes(StandardCharsets.US_ASCII));
        }
        if (tracestate != null) {
            headers.add(EventRecords.TRACESTATE, tracestate.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static boolean isWellFormed(String text) {
        if (text.length() < TRACEPARENT_LENGTH || text.length() > MAX_TRACEPARENT_LENGTH || !isVisible(text)) {
            return false;
        }
        for (int i = 0; i < TRACEPARENT_LENGTH; i++) {
            char c = text.charAt(i);
            boolean hyphen = i == 2 || i == 35 || i == 52;
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            if (hyphen ? c != '-' : !hex) {
                return false;
            }
        }
        return text.length() == TRACEPARENT_LENGTH || text.charAt(TRACEPARENT_LENGTH) == '-';
    }

    private static boolean isVisible(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }
}
