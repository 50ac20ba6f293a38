package dev.fanfare.ingest;

import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;

/** How an event stands in a request. */
enum RequestFormat {
    /** {@code application/json}: our own envelope. */
    ENVELOPE,
    /** {@code application/cloudevents+json}: one CloudEvent. */
    STRUCTURED,
    /** Any type of data, with the attributes in {@code ce-*} headers. */
    BINARY;

    private static final String JSON = "application/json";
    private static final String CLOUD_EVENTS = "application/cloudevents";
    private static final String ACCEPTED = "send " + JSON + " {type, data, …}, or " + EventJson.STRUCTURED_MEDIA_TYPE
            + ", or data of any type with its attributes in ce-* headers (CloudEvents' binary mode)";

    /**
     * Which one a request is in.
     *
     * @throws ProblemException a 415 that names what is accepted
     */
    static RequestFormat of(MultiMap headers) {
        String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
            throw unsupported("content-encoding '" + encoding + "' is not offered: send the body as it is");
        }
        String contentType = headers.get(HttpHeaders.CONTENT_TYPE);
        if (contentType == null) {
            if (BinaryMode.isMeantBy(headers)) {
                return BINARY;
            }
            throw unsupported("the content-type is missing: " + ACCEPTED);
        }
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (type.startsWith(CLOUD_EVENTS)) {
            if (!type.equals(EventJson.STRUCTURED_MEDIA_TYPE)) {
                throw unsupported("'" + type + "' is not offered"
                        + (type.startsWith(CLOUD_EVENTS + "-batch") ? " yet: send the events of a batch singly" : "")
                        + ": " + ACCEPTED);
            }
            requireUtf8(contentType);
            return STRUCTURED;
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
