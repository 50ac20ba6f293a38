package dev.fanfare.ingest;

import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;

/** How events stand in a request. */
enum RequestFormat {
    /** {@code application/json}: our own envelope, or an array of them. */
    ENVELOPE,
    /** {@code application/cloudevents+json}: one CloudEvent. */
    STRUCTURED,
    /** {@code application/cloudevents-batch+json}: an array of CloudEvents. */
    BATCH,
    /** Any type of data, with the attributes in {@code ce-*} headers. */
    BINARY;

    private static final String JSON = "application/json";
    private static final String CLOUD_EVENTS = "application/cloudevents";
    private static final String ACCEPTED = "send " + JSON + " {type, data, …} or an array of such, or "
            + EventJson.STRUCTURED_MEDIA_TYPE + ", or " + EventJson.BATCH_MEDIA_TYPE
            + ", or data of any type with its attributes in ce-* headers (CloudEvents' binary mode)";

    /**
     * Which one a request is in.
     *
     * @throws ProblemException a 415 that names what is accepted
     */
    static RequestFormat of(MultiMap headers) {
        String contentType = headers.get(HttpHeaders.CONTENT_TYPE);
        if (contentType == null) {
            if (BinaryMode.isMeantBy(headers)) {
                return BINARY;
            }
            throw unsupported("the content-type is missing: " + ACCEPTED);
        }
        if (headers.getAll(HttpHeaders.CONTENT_TYPE).size() > 1) {
            throw unsupported("the content-type stands more than once: send one");
        }
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (type.startsWith(CLOUD_EVENTS)) {
            requireUtf8(contentType);
            return switch (type) {
                case EventJson.STRUCTURED_MEDIA_TYPE -> STRUCTURED;
                case EventJson.BATCH_MEDIA_TYPE -> BATCH;
                default -> throw unsupported("'" + type + "' is not offered: " + ACCEPTED);
            };
        }
        if (BinaryMode.isMeantBy(headers)) {
            return BINARY;
        }
        if (type.equals(JSON)) {
            requireUtf8(contentType);
            return ENVELOPE;
        }
        throw unsupported("'" + type + "' is not an event's content-type: " + ACCEPTED);
    }

    private static void requireUtf8(String contentType) {
        String lower = contentType.toLowerCase(Locale.ROOT).replace("\"", "");
        int charset = lower.indexOf("charset=");
        if (charset >= 0) {
            String name = lower.substring(charset + "charset=".length());
            if (!name.startsWith("utf-8") && !name.startsWith("us-ascii")) {
                throw unsupported("JSON is read as UTF-8 only (RFC 8259, section 8.1), not as '" + contentType + "'");
            }
        }
    }

    private static ProblemException unsupported(String detail) {
        return new ProblemException(Problem.of(415, "unsupported-media-type", "Unsupported media type", detail));
    }
}
