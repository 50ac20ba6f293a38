package dev.fanfare.runtime.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.HttpObjectDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
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
        Problem problem = of(context);
        if (problem != null) {
            answer(context, problem);
        }
    }

    /** What a request failed with, logged where it is our fault; null where nobody waits for an answer. */
    public static @Nullable Problem of(RoutingContext context) {
        Throwable failure = context.failure();
        if (failure instanceof ProblemException known) {
            return known.problem();
        }
        if (failure instanceof HttpClosedException) {
            LOG.debug(
                    "client left before its request was read path={}",
                    context.request().path());
            return null;
        }
        if (isBrokenBody(context.request(), failure)) {
            if (!context.response().headWritten()) {
                context.response().putHeader(HttpHeaders.CONNECTION, "close");
            }
            return unreadable(failure);
        }
        int status = context.statusCode() < 400 ? 500 : context.statusCode();
        if (status >= 500 && hasBrokenEscape(context.request().path())) {
            return Problem.of(400, "bad-request", "Bad request", "the path holds a broken %-escape");
        }
        if (status >= 500) {
            LOG.error(
                    "request failed method={} path={}",
                    context.request().method(),
                    context.request().path(),
                    failure);
        }
        return ofStatus(status, context.request());
    }

    /** Answers what could not be read as HTTP, and closes: nobody knows where the next request would begin. */
    static void onInvalidRequest(HttpServerRequest request) {
        answerAndClose(request, notHttp(request.decoderResult().cause()));
    }

    /** Answers what can be read in two ways, and closes. */
    static void refuse(HttpServerRequest request, String fault) {
        answerAndClose(request, Problem.of(400, "bad-request", "Bad request", "this can't be read as HTTP: " + fault));
    }

    private static void answerAndClose(HttpServerRequest request, Problem problem) {
        request.response()
                .setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .putHeader(HttpHeaders.CONNECTION, "close")
                .end(Buffer.buffer(json(problem)))
                .onComplete(sent -> request.connection().close());
    }

    /** Whether reading failed in the middle of a body, such as at a chunk's size. */
    private static boolean isBrokenBody(HttpServerRequest request, @Nullable Throwable failure) {
        return failure != null && !request.isEnded() && (failure instanceof CodecException || isOfDecoder(failure));
    }

    /** What is wrong with chunks and their trailers, the decoder throws as what it is in Java, such as a number's fault. */
    private static boolean isOfDecoder(Throwable failure) {
        return failure instanceof IllegalArgumentException
                && Arrays.stream(failure.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(HttpObjectDecoder.class.getName()));
    }

    /** The router can't match such a path, and says so by throwing. */
    private static boolean hasBrokenEscape(@Nullable String path) {
        int at = path == null ? -1 : path.indexOf('%');
        while (path != null && at >= 0) {
            if (at + 2 >= path.length()
                    || Character.digit(path.charAt(at + 1), 16) < 0
                    || Character.digit(path.charAt(at + 2), 16) < 0) {
                return true;
            }
            at = path.indexOf('%', at + 1);
        }
        return false;
    }

    private static Problem notHttp(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(414, "uri-too-long", "URI too long", "the request line is over the limit");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.of(431, "headers-too-large", "Headers too large", "the request headers are over the limit");
        }
        return unreadable(cause);
    }

    private static Problem unreadable(@Nullable Throwable cause) {
        String reason = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return Problem.of(400, "bad-request", "Bad request", "this can't be read as HTTP" + reason);
    }

    private static Problem ofStatus(int status, HttpServerRequest request) {
        return switch (status) {
            case 404 -> Problem.of(404, "not-found", "Not found", "there is nothing at " + request.path());
            case 405 ->
                Problem.of(
                        405,
                        "method-not-allowed",
                        "Method not allowed",
                        request.method() + " is not offered at " + request.path());
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
