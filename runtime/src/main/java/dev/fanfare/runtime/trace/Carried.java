package dev.fanfare.runtime.trace;

import dev.fanfare.contract.event.EventRecords;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What OpenTelemetry's propagator reads: the two headers, wherever they come from. */
record Carried(@Nullable String traceparent, @Nullable String tracestate) {
    static final TextMapGetter<Carried> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Carried carried) {
            return List.of(EventRecords.TRACEPARENT, EventRecords.TRACESTATE);
        }

        @Override
        public @Nullable String get(@Nullable Carried carried, String name) {
            if (carried == null) {
                return null;
            }
            return name.equals(EventRecords.TRACEPARENT) ? carried.traceparent() : carried.tracestate();
        }
    };
}
