package dev.fanfare.control.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** The JSON that a request carries. */
public final class JsonBody {
    /** Of JSON itself. */
    public static final String MEDIA_TYPE = "application/json";

    private JsonBody() {}

    /**
     * Reads the body of a request that has one of the media types, or says where it stops being JSON.
     *
     * @param what what it should be, for the error: {@code subscription}
     * @throws ProblemException 400, 415
     */
    public static JsonNode read(RoutingContext context, String what, String... mediaTypes) {
        String header = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        String mediaType = header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!List.of(mediaTypes).contains(mediaType)) {
            throw new ProblemException(Problem.of(
                    415,
                    "unsupported-media-type",
                    "Unsupported media type",
                    "send the body with 'Content-Type: " + MEDIA_TYPE + "', not "
                            + (mediaType.isEmpty() ? "without one" : "'" + mediaType + "'")));
        }
        return parse(
                context.body().buffer() == null
                        ? new byte[0]
                        : context.body().buffer().getBytes(),
                what);
    }

    /** The body as one JSON object; an empty one where there is no body. */
    public static ObjectNode readOptional(RoutingContext context, String what) {
        if (context.body().length() <= 0) {
            return Json.TOPIC.createObjectNode();
        }
        if (read(context, what, MEDIA_TYPE) instanceof ObjectNode object) {
            return object;
        }
        throw unreadable(what, "must be one JSON object");
    }

    /**
     * Reads a text as JSON, or says where it stops being that.
     *
     * @param what what it should be, for the error
     * @throws ProblemException 400
     */
    public static JsonNode read(String text, String what) {
        return parse(text.getBytes(StandardCharsets.UTF_8), what);
    }

    private static JsonNode parse(byte[] body, String what) {
        try {
            JsonNode node = Json.STRICT.readTree(body);
            if (node == null || node.isMissingNode()) {
                throw unreadable(what, "is empty: send one JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw unreadable(
                    what,
                    "is not valid JSON: " + e.getOriginalMessage()
                            + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")"));
        } catch (IOException e) {
            throw unreadable(what, "can't be read as UTF-8 JSON");
        }
    }

    private static ProblemException unreadable(String what, String detail) {
        return invalid(what, List.of(new FieldError("body", detail)));
    }

    /** A 400 that names every field at fault. */
    public static ProblemException invalid(String what, List<FieldError> faults) {
        return new ProblemException(Problem.invalid("invalid-" + what.replace(' ', '-'), "Invalid " + what, faults));
    }
}
