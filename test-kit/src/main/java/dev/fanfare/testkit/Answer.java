package dev.fanfare.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a {@link FaultyReceiver} does with a request once it has read all of it.
 *
 * <pre>{@code
 * Answer.status(204)
 * Answer.status(503).header("Retry-After", "2").after(Duration.ofSeconds(1))
 * Answer.trickle(Answer.status(200).body("slowly"), Duration.ofMillis(100))
 * Answer.reset()
 * }</pre>
 */
public sealed interface Answer {

    /** An ordinary answer without a body, to be refined with the methods of {@link Reply}. */
    static Reply status(int status) {
        return new Reply(status, Map.of(), "", Duration.ZERO);
    }

    /** Status 307 to another place. */
    static Reply redirect(String location) {
        return status(307).header("Location", location);
    }

    /** Keeps the connection open and says nothing, until the client gives up or the receiver closes. */
    static Answer hang() {
        return new Hang();
    }

    /** The whole answer, status line and all, one byte at a time with a pause before each. */
    static Answer trickle(Reply reply, Duration pause) {
        return new Trickle(reply, true, pause);
    }

    /** Status line and headers at once, then the body one byte at a time with a pause before each. */
    static Answer trickleBody(Reply reply, Duration pause) {
        return new Trickle(reply, false, pause);
    }

    /** A TCP reset (RST) in place of an answer. */
    static Answer reset() {
        return new Reset();
    }

    /** An orderly end of the connection in place of an answer. */
    static Answer close() {
        return new Close();
    }

    /** Status 200 and a body of that many bytes, sent as fast as the client takes them. */
    static Answer huge(long bytes) {
        return new Huge(200, bytes);
    }

    /** The status that a patient client sees; empty where there is none. */
    default OptionalInt status() {
        if (this instanceof Reply reply) {
            return OptionalInt.of(reply.code());
        }
        if (this instanceof Trickle trickle) {
            return OptionalInt.of(trickle.reply().code());
        }
        return this instanceof Huge huge ? OptionalInt.of(huge.code()) : OptionalInt.empty();
    }

    /** An ordinary answer: status, headers and a body, after a delay. */
    record Reply(int code, Map<String, String> headers, String text, Duration delay) implements Answer {

        /** The same with one more header; Content-Length is always ours. */
        public Reply header(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Reply(code, more, text, delay);
        }

        /** The same with this text as its body, in UTF-8. */
        public Reply body(String text) {
            return new Reply(code, headers, text, delay);
        }

        /** The same, but only after this long. */
        public Reply after(Duration delay) {
            return new Reply(code, headers, text, delay);
        }

        byte[] bodyBytes() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        byte[] headBytes(long contentLength) {
            StringBuilder head =
                    new StringBuilder(128).append("HTTP/1.1 ").append(code).append(" -\r\n");
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            if (code >= 200 && code != 204 && code != 304) {
                head.append("Content-Length: ").append(contentLength).append("\r\n");
            }
            return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** See {@link Answer#trickle} and {@link Answer#trickleBody}. */
    record Trickle(Reply reply, boolean fromTheFirstByte, Duration pause) implements Answer {}

    /** See {@link Answer#huge}. */
    record Huge(int code, long bytes) implements Answer {}

    /** See {@link Answer#hang}. */
    record Hang() implements Answer {}

    /** See {@link Answer#reset}. */
    record Reset() implements Answer {}

    /** See {@link Answer#close}. */
    record Close() implements Answer {}
}
