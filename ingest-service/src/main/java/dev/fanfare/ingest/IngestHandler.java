package dev.fanfare.ingest;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.event.InvalidEvent;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.http.Problems;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request: read, validated, published, answered. Its methods run on the request's event loop and never block.
 *
 * <pre>
 * body ─▶ RequestFormat ─▶ Event ─▶ EventValidator ─▶ EventPublisher ─▶ 202 {"id":…}
 *             415           400          400           413, 503
 * </pre>
 */
final class IngestHandler {
    private static final String RETRY_AFTER_SECONDS = "1";

    private final EventValidator validator;
    private final EventPublisher publisher;
    private final MeterRegistry meters;
    private final Counter accepted;
    private final InFlight inFlight = new InFlight();

    IngestHandler(EventValidator validator, EventPublisher publisher, MeterRegistry meters) {
        this.validator = validator;
        this.publisher = publisher;
        this.meters = meters;
        this.accepted = Counter.builder("fanfare.events.accepted")
                .description("Events that were acknowledged by Kafka and answered 202")
                .register(meters);
    }

    /** Sees to it that a request which ends without its event taken is counted. */
    void countRefusal(RoutingContext context) {
        context.addEndHandler(ended -> {
            int status = context.response().getStatusCode();
            if (status >= 400) {
                meters.counter("fanfare.events.rejected", "status", Integer.toString(status))
                        .increment();
            }
        });
        context.next();
    }

    /** Refuses a format that is not offered, before its body is read. */
    void checkFormat(RoutingContext context) {
        RequestFormat.of(context.request().headers());
        context.next();
    }

    /** Takes one event; the body has been read. */
    void handle(RoutingContext context) {
        CompleteEvent event = event(context);
        inFlight.enter();
        context.addEndHandler(ended -> inFlight.leave());
        Context loop = context.vertx().getOrCreateContext();
        publisher
                .publish(event, TraceContext.of(context.request().headers()))
                .whenComplete((done, failure) -> loop.runOnContext(next -> answer(context, event.event(), failure)));
    }

    /**
     * Waits until all that was published is answered; events must be turned away by then.
     *
     * @return how many requests are left when the time has run out
     */
    int awaitAnswers(Duration timeout) {
        return inFlight.await(timeout);
    }

    private CompleteEvent event(RoutingContext context) {
        HttpServerRequest request = context.request();
        Buffer buffer = context.body().buffer();
        byte[] body = buffer == null ? new byte[0] : buffer.getBytes();
        try {
            Event sent =
                    switch (RequestFormat.of(request.headers())) {
                        case ENVELOPE -> EventJson.readEnvelope(body);
                        case STRUCTURED -> EventJson.readStructured(body);
                        case BINARY ->
                            BinaryMode.read(request.headers(), request.getHeader(HttpHeaders.CONTENT_TYPE), body);
                    };
            return validator.complete(sent, context.pathParam("tenant"));
        } catch (InvalidEvent e) {
            throw new ProblemException(Problem.invalid("invalid-event", "Invalid event", e.errors()));
        }
    }

    private void answer(RoutingContext context, Event event, @Nullable Throwable failure) {
        if (failure == null) {
            accepted.increment();
            context.response()
                    .setStatusCode(202)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(new JsonObject().put("id", event.id()).toBuffer());
        } else if (failure instanceof NotPublished why) {
            Problem problem =
                    switch (why.kind()) {
                        case TOO_LARGE -> Problem.of(413, "too-large", "Event too large", why.detail());
                        case BUSY, OUTAGE, CLOSING -> {
                            context.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
                            yield Problem.of(503, "not-accepted", "Event not accepted", why.detail());
                        }
                    };
            Problems.answer(context, problem);
        } else {
            context.fail(failure);
        }
    }
}
