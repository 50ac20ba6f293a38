package dev.fanfare.dispatcher.send;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import dev.fanfare.dispatcher.outcome.Outcomes.Concluded;
import dev.fanfare.dispatcher.subscription.Endpoint;
import dev.fanfare.runtime.trace.SpanAttributes;
import dev.fanfare.runtime.trace.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * A span for each attempt, below what the delivery's record carries. Retries keep that, so all attempts of a delivery are
 * siblings in one trace; each shows its own span to the subscriber's server. No URL, no body, no secret. Any thread.
 */
final class AttemptSpans {
    private static final String NAME = "POST webhook";

    private final Tracing tracing;

    private AttemptSpans(Tracing tracing) {
        this.tracing = tracing;
    }

    /** Null where no spans are kept. */
    static @Nullable AttemptSpans of(Tracing tracing) {
        return tracing.isOn() ? new AttemptSpans(tracing) : null;
    }

    Span begin(OpenDelivery open, Endpoint endpoint) {
        Span span = tracing.begin(NAME, SpanKind.CLIENT, open.record().headers());
        if (span.isRecording()) {
            Delivery delivery = open.delivery();
            span.setAttribute(SpanAttributes.HTTP_METHOD, "POST");
            span.setAttribute(SpanAttributes.SERVER_ADDRESS, endpoint.host());
            span.setAttribute(SpanAttributes.SERVER_PORT, (long) endpoint.port());
            span.setAttribute(SpanAttributes.TENANT, delivery.tenant());
            span.setAttribute(SpanAttributes.SUBSCRIPTION, delivery.subscriptionId());
            span.setAttribute(SpanAttributes.DELIVERY_ID, delivery.id());
            span.setAttribute(SpanAttributes.EVENT_ID, delivery.eventId());
            span.setAttribute(SpanAttributes.EVENT_TYPE, delivery.eventType());
            span.setAttribute(SpanAttributes.ATTEMPT, delivery.progress().totalAttempts() + 1L);
            span.setAttribute(
                    SpanAttributes.DEFERRALS, (long) delivery.progress().deferrals());
        }
        return span;
    }

    /** With what the attempt came to. */
    static void end(Span span, Concluded concluded) {
        Attempt attempt = concluded.attempt();
        span.setAttribute(SpanAttributes.VERDICT, attempt.verdict());
        Integer status = attempt.status();
        if (status != null) {
            span.setAttribute(SpanAttributes.HTTP_STATUS, status.longValue());
        }
        if (concluded.verdict() != Verdict.DELIVERED) {
            span.setAttribute(SpanAttributes.ERROR_TYPE, status == null ? attempt.verdict() : status.toString());
            span.setStatus(StatusCode.ERROR, attempt.error() == null ? "" : attempt.error());
        }
        span.end();
    }

    /** Of one that came to nothing: it counts as if it had never begun. */
    static void abandon(@Nullable Span span, String why) {
        if (span != null) {
            span.setStatus(StatusCode.ERROR, why);
            span.end();
        }
    }
}
