package dev.fanfare.dispatcher.http;

import io.netty.handler.codec.http2.Http2Error;

/** The endpoint ended one exchange of an HTTP/2 connection. */
final class StreamReset extends Exception {
    private final long code;

    StreamReset(long code) {
        super("HTTP/2 error " + nameOf(code));
        this.code = code;
    }

    /** It has not looked at the request (RFC 9113, section 8.7). */
    boolean isRefusal() {
        return code == Http2Error.REFUSED_STREAM.code();
    }

    private static String nameOf(long code) {
        Http2Error known = Http2Error.valueOf(code);
        return known == null ? Long.toString(code) : known.name();
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
