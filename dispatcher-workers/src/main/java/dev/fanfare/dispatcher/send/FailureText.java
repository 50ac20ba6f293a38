package dev.fanfare.dispatcher.send;

import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http2.H2StreamResetException;

/** What went wrong on the wire, in words that a subscriber understands. Pure. */
final class FailureText {
    private static final int MAX_DETAIL = 300;

    private FailureText() {}

    static String of(Exception cause) {
        if (cause instanceof TooManyIdentities) {
            return "too many client certificates are in use at once: it is tried again later";
        }
        if (cause instanceof ConnectTimeoutException) {
            return "no connection in time";
        }
        if (cause instanceof HttpHostConnectException) {
            return "connection refused";
        }
        if (cause instanceof NoRouteToHostException) {
            return "no route to the host";
        }
        if (cause instanceof SSLException) {
            return "TLS failed" + detail(cause);
        }
        if (cause instanceof ConnectionClosedException || cause instanceof ClosedChannelException) {
            return "the connection was closed before the answer was complete";
        }
        if (cause instanceof H2StreamResetException) {
            return "the endpoint ended the exchange" + detail(cause);
        }
        if (cause instanceof SocketException) {
            return "the connection broke" + detail(cause);
        }
        if (cause instanceof ProtocolException) {
            return "the answer is no valid HTTP" + detail(cause);
        }
        return cause.getClass().getSimpleName() + detail(cause);
    }

    /** For what went wrong before a proxy's tunnel stood. */
    static String onTheWay(Exception cause) {
        // Inside the tunnel already: it is the endpoint's certificate.
        return cause instanceof SSLException ? of(cause) : "the outgoing proxy can't be used: " + of(cause);
    }

    /** For a proxy's answer other than a tunnel. */
    static String refusedByProxy(int status) {
        String reason =
                switch (status) {
                    case 407 -> ": it wants other credentials in dispatcher.proxy";
                    case 502, 503, 504 -> ": it can't reach the endpoint";
                    default -> "";
                };
        return "the outgoing proxy made no tunnel to the endpoint, but answered " + status + reason;
    }

    private static String detail(Exception cause) {
        String message = cause.getMessage();
        if (message == null) {
            return "";
        }
        return ": " + (message.length() > MAX_DETAIL ? message.substring(0, MAX_DETAIL) : message);
    }
}
