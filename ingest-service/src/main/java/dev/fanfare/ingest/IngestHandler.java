package dev.fanfare.ingest;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.event.InvalidEvent;
import dev.fanfare.contract.event.TooManyEvents;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.http.Problems;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request: read, validated, published, answered. Its methods run on the request's event loop and never block.
 *
 * <pre>
 * head ─▶ RequestFormat ─▶ BodyReader ─▶ ContentCoding ─▶ events ─▶ EventValidator
 *         ContentCoding                                                │  400
 *          415             408, 413, 503  400, 413         400         ▼
 *      202 {"id":…} or {"ids":[…]} ◀─ EventPublisher ◀─ EndOfTurn ◀─ EventTypeCheck
 *                                      413, 503                       422, 503
 * </pre>
 *
 * <p>All events of a batch are read and validated before the first is published.
 */
final class IngestHandler {
    static final String RETRY_AFTER_SECONDS = "1";

    private final IngestSettings settings;
    private final BodyReader bodies;
    private final EventValidator validator;
    private final EventTypeCheck types;
    private final RateLimits limits;
    private final EventPublisher publisher;
    private final Counter accepted;
    /** By {@link Rejection}. */
    private final Counter[] rejected;

    private final Timer duration;
    private final InFlight inFlight = new InFlight();
    private final EndOfTurn endOfTurn = new EndOfTurn();
    /** Of each event loop: which requests are to be answered. */
    private final ThreadLocal<Arrivals> acknowledged = ThreadLocal.withInitial(Arrivals::new);

    IngestHandler(
            IngestSettings settings,
            EventValidator validator,
            EventTypeCheck types,
            RateLimits limits,
            EventPublisher publisher,
            MeterRegistry meters) {
        this.settings = settings;
        this.bodies = new BodyReader(settings);
        this.validator = validator;
        this.types = types;
        this.limits = limits;
        this.publisher = publisher;
        this.accepted = IngestMetric.EVENTS_ACCEPTED.counter(meters);
        this.rejected = Arrays.stream(Rejection.values())
                .map(reason -> IngestMetric.EVENTS_REJECTED.counter(meters, reason.text()))
                .toArray(Counter[]::new);
        this.duration = IngestMetric.REQUEST_DURATION.timer(meters);
        IngestMetric.IN_FLIGHT.gauge(meters, inFlight, InFlight::count);
    }

    /**
     * What a request brought.
     *
     * @param events to be published
     * @param batch  whether they came as one
     * @param answer once they are: made before, while they are at hand
     */
    private record Sent(List<CompleteEvent> events, boolean batch, Buffer answer) {
        Sent(List<CompleteEvent> events, boolean batch) {
            this(events, batch, Buffer.buffer(ids(events, batch)));
        }
    }

    /** Sees to it that a request is measured when it ends, and counted where its events were not taken. */
    void measure(RoutingContext context) {
        long startNanos = System.nanoTime();
        context.addEndHandler(ended -> {
            int status = context.response().getStatusCode();
            if (status == 202) {
                duration.record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
            } else if (status >= 400) {
                rejected[Rejection.of(status).ordinal()].increment();
            }
        });
        context.next();
    }

    /** Takes what a request brings; its body has not been read. */
    void handle(RoutingContext context) {
        RequestFormat format = RequestFormat.of(context.request().headers());
        ContentCoding coding = ContentCoding.of(context);
        bodies.read(context, body -> take(context, events(context, format, coding, body)));
    }

    /** Turns away those whose body doesn't come; to be called about every second. */
    void turnAwayTheSlow() {
        bodies.turnAwayTheSlow();
    }

    /**
     * Waits until all that was published is answered; events must be turned away by then.
     *
     * @return how many requests are left when the time has run out
     */
    int awaitAnswers(Duration timeout) {
        return inFlight.await(timeout);
    }

    private Sent events(RoutingContext context, RequestFormat format, ContentCoding coding, byte[] packed) {
        HttpServerRequest request = context.request();
        EventJson.Step<CompleteEvent> each = event -> validator.complete(event, context.pathParam("tenant"));
        int most = settings.maxBatch();
        try {
            byte[] body = coding.unpack(packed, settings.maxBody().bytes());
            return switch (format) {
                case ENVELOPE ->
                    EventJson.isArray(body)
                            ? new Sent(EventJson.readEnvelopes(body, most, each), true)
                            : one(each.apply(EventJson.readEnvelope(body)));
                case STRUCTURED -> one(each.apply(EventJson.readStructured(body)));
                case BATCH -> new Sent(EventJson.readStructuredBatch(body, most, each), true);
                case BINARY ->
                    one(each.apply(
                            BinaryMode.read(request.headers(), request.getHeader(HttpHeaders.CONTENT_TYPE), body)));
            };
        } catch (InvalidEvent e) {
            throw new ProblemException(Problem.invalid("invalid-event", "Invalid event", e.errors()));
        } catch (TooManyEvents e) {
            throw new ProblemException(
                    Problem.of(413, "too-many-events", "Too many events", e.getMessage() + " (ingest.max-batch)"));
        } catch (ContentCoding.TooLarge e) {
            throw bodies.tooLarge();
        }
    }

    private static Sent one(CompleteEvent event) {
        return new Sent(List.of(event), false);
    }

    private void take(RoutingContext context, Sent sent) {
        inFlight.enter();
        context.addEndHandler(ended -> inFlight.leave());
        limits.charge(context, sent.events().size());
        String tenant = context.pathParam("tenant");
        if (types.appliesTo(tenant)) {
            types.check(context, tenant, sent.events(), sent.batch())
                    .onComplete(fit -> publish(context, sent), unfit -> {
                        limits.refund(context, sent.events().size());
                        context.fail(unfit);
                    });
        } else {
            publish(context, sent);
        }
    }

    private void publish(RoutingContext context, Sent sent) {
        Context loop = context.vertx().getOrCreateContext();
        Arrivals answers = acknowledged.get();
        EventPublisher.Publication publication = publisher.prepare(
                sent.events(), TraceContext.of(context.request().headers()));
        publication.done().whenComplete((done, failure) -> answers.add(loop, () -> answer(context, sent, failure)));
        endOfTurn.call(loop, publication::send, context::fail);
    }

    private void answer(RoutingContext context, Sent sent, @Nullable Throwable failure) {
        if (failure == null) {
            accepted.increment(sent.events().size());
            context.response()
                    .setStatusCode(202)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(sent.answer());
            return;
        }
        limits.refund(context, sent.events().size());
        if (failure instanceof NotPublished why) {
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

    /** {@code {"id":…}}, of a batch {@code {"ids":[…]}}. */
    private static String ids(List<CompleteEvent> events, boolean batch) {
        StringBuilder text = new StringBuilder(batch ? "{\"ids\":[" : "{\"id\":");
        for (int i = 0; i < events.size(); i++) {
            text.append(i == 0 ? "\"" : ",\"");
            CompleteEvent event = events.get(i);
            if (event.idMinted()) {
                text.append(event.event().id()); // hexadecimal digits and hyphens
            } else {
                JsonStringEncoder.getInstance().quoteAsString(event.event().id(), text);
            }
            text.append('"');
        }
        return text.append(batch ? "]}" : "}").toString();
    }
}
