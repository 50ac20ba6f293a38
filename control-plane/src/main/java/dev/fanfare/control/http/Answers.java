package dev.fanfare.control.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the management API answers. */
public final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    /** In seconds. */
    private static final String SOON = "2";

    private Answers() {}

    /** Answers with JSON. No cache may keep it: a first answer holds a secret. */
    public static void json(RoutingContext context, int status, Object body) {
        byte[] bytes;
        try {
            bytes = Json.TOPIC.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer is plain data", e);
        }
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Buffer.buffer(bytes));
    }

    /** Answers with one state of an object, and its entity tag. */
    public static void state(RoutingContext context, int status, Row<?> row, Object body) {
        context.response().putHeader(HttpHeaders.ETAG, EntityTag.of(row));
        json(context, status, body);
    }

    /** Whether the caller has this state already, as {@code If-None-Match} says: then a 304 was the answer. */
    public static boolean isKnown(RoutingContext context, Row<?> row) {
        if (!EntityTag.isAmong(context.request().headers().getAll(HttpHeaders.IF_NONE_MATCH), row)) {
            return false;
        }
        context.response()
                .setStatusCode(304)
                .putHeader(HttpHeaders.ETAG, EntityTag.of(row))
                .end();
        return true;
    }

    /** Answers on the request's own thread once it is done, or ends the request where it failed. */
    public static <T> void whenDone(RoutingContext context, CompletionStage<T> stage, Consumer<T> answer) {
        Future.fromCompletionStage(stage, context.vertx().getOrCreateContext())
                .onComplete(answer::accept, failure -> failure(context, failure));
    }

    /** Ends a request that failed: what passes by itself is a 503, or a 429, that says when to come back. */
    public static void failure(RoutingContext context, Throwable thrown) {
        Throwable failure = cause(thrown);
        if (failure instanceof RetriableException || failure instanceof InterruptException) {
            LOG.warn("Kafka is away path={} cause={}", context.normalizedPath(), failure.toString());
            context.fail(unavailable(
                    context,
                    "Kafka did not answer in time (" + failure.getMessage()
                            + "): try again; where the change may have been written, repeating a PUT is harmless"));
        } else if (failure instanceof RecordTooLargeException) {
            context.fail(new ProblemException(Problem.of(
                    413,
                    "too-large",
                    "Too large",
                    "what was to be written is over the limit of its topic (max.message.bytes): send less of it, or"
                            + " raise the limit")));
        } else {
            if (failure instanceof ProblemException refusal && passes(refusal.problem())) {
                context.response().putHeader(HttpHeaders.RETRY_AFTER, SOON);
            }
            context.fail(failure);
        }
    }

    private static boolean passes(Problem problem) {
        return problem.status() == 503 || problem.status() == 429;
    }

    /** What was thrown before a later stage put a wrapper around it. */
    public static Throwable cause(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    /** A 503 with {@code Retry-After}, to be thrown. */
    public static ProblemException unavailable(RoutingContext context, String detail) {
        context.response().putHeader(HttpHeaders.RETRY_AFTER, SOON);
        return new ProblemException(Problem.of(503, "unavailable", "Temporarily unavailable", detail));
    }
}
