package dev.fanfare.runtime.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers with problem documents (RFC 9457), whatever went wrong. */
public final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    /** Answers with a problem. */
    public static void answer(RoutingContext context, Problem problem) {
        if (context.response().ended()) {
            return;
        }
        if (problem.status() == 401) {
            context.response().putHeader("WWW-Authenticate", "Bearer");
        }
        context.response()
                .setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(Buffer.buffer(json(problem)));
    }

    /** The failure handler of every route: turns what was thrown, or the bare status, into a problem. */
    static void onFailure(RoutingContext context) {
        Throwable failure = context.failure();
        if (failure instanceof ProblemException known) {
            answer(context, known.problem());
            return;
        }
        int status = context.statusCode() < 400 ? 500 : context.statusCode();
        if (status >= 500) {
            LOG.error(
                    "request failed method={} path={}", context.request().method(), context.normalizedPath(), failure);
        }
        answer(context, ofStatus(status, context));
    }

    private static Problem ofStatus(int status, RoutingContext context) {
        return switch (status) {
            case 404 -> Problem.of(404, "not-found", "Not found", "there is nothing at " + context.normalizedPath());
            case 405 ->
                Problem.of(
                        405,
                        "method-not-allowed",
                        "Method not allowed",
                        context.request().method() + " is not offered at " + context.normalizedPath());
            case 413 -> Problem.of(413, "too-large", "Body too large", "the request body is over the limit");
            case 415 -> Problem.of(415, "unsupported-media-type", "Unsupported media type", "check the content-type");
            case 400 -> Problem.of(400, "bad-request", "Bad request", "the request can't be understood");
            default ->
                Problem.of(
                        status,
                        status >= 500 ? "internal" : "refused",
                        "Request failed",
                        "see the server's log for the cause");
        };
    }

    private static byte[] json(Problem problem) {
        try {
            return Json.TOPIC.writeValueAsBytes(problem);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem is plain data", e);
        }
    }
}
