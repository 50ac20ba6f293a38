package dev.fanfare.runtime.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What a parser of HTTP/1.1 lets through, though somebody who stands before us may read it otherwise: then the two don't
 * agree where a request ends, or whom it is for. Such a request is refused, and its connection closed.
 */
final class RequestHead {
    private RequestHead() {}

    /** What is wrong with a request's headers, in words for its sender; null where nothing is. */
    static @Nullable String fault(MultiMap headers) {
        if (headers.getAll(HttpHeaders.HOST).size() > 1) {
            return "'Host' stands more than once (RFC 9112, section 3.2)";
        }
        if (headers.contains(HttpHeaders.TRANSFER_ENCODING)
                && !String.join(",", headers.getAll(HttpHeaders.TRANSFER_ENCODING))
                        .equalsIgnoreCase("chunked")) {
            return "'Transfer-Encoding' may be 'chunked' and nothing else (RFC 9112, section 6.3)";
        }
        return headers.contains("") ? "a header has no name (RFC 9112, section 5)" : null;
    }
}
