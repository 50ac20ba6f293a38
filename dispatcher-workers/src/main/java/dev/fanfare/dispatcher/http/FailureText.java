package dev.fanfare.dispatcher.http;

import dev.fanfare.dispatcher.http.Failure.Stage;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.Errors;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;

/** What went wrong on the wire, in words that a subscriber understands. Pure. */
public final class FailureText {
    private static final int MAX_DETAIL = 300;

    private FailureText() {}

    /** Why no answer came. */
    public static String of(Failure failure, boolean throughProxy) {
        // Inside the tunnel already: it is the endpoint's doing.
        boolean onTheWay = throughProxy && failure.stage() != Stage.EXCHANGING;
        return (onTheWay ? "the outgoing proxy can't be used: " : "") + of(failure.cause());
    }

    private static String of(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "no connection in time";
        }
        if (cause instanceof ConnectException) {
            return isRefusal(cause) ? "connection refused" : "no connection can be made";
        }
        if (cause instanceof NoRouteToHostException) {
            return "no route to the host";
        }
        if (cause instanceof SSLException) {
            return "TLS failed" + detail(cause);
        }
        if (cause instanceof ClosedChannelException || cause instanceof PrematureChannelClosureException) {
            return "the connection was closed before the answer was complete";
        }
        if (cause instanceof StreamReset) {
            return "the endpoint ended the exchange" + detail(cause);
        }
        if (cause instanceof IOException) {
            return "the connection broke" + detail(cause);
        }
        if (isProtocolError(cause)) {
            return "the answer is no valid HTTP" + detail(cause);
        }
        return cause.getClass().getSimpleName() + detail(cause);
    }

    private static boolean isRefusal(Throwable cause) {
        return cause.getMessage() != null && cause.getMessage().contains("refused");
    }

    /** For a proxy's answer other than a tunnel. */
    public static String refusedByProxy(int status) {
        String reason =
                switch (status) {
                    case 407 -> ": it wants other credentials in dispatcher.proxy";
                    case 502, 503, 504 -> ": it can't reach the endpoint";
                    default -> "";
                };
        return "the outgoing proxy made no tunnel to the endpoint, but answered " + status + reason;
    }

    /** Whether the other end says what is no HTTP. */
    static boolean isProtocolError(Throwable cause) {
        return (cause instanceof CodecException && !(cause instanceof PrematureChannelClosureException))
                || cause instanceof IllegalArgumentException
                || cause instanceof Http2Exception;
    }

    /** What a decoder met, without the decoder's wrapping. */
    static Throwable unwrapped(Throwable cause) {
        return cause instanceof CodecException && cause.getCause() != null ? cause.getCause() : cause;
    }

    private static String detail(Throwable cause) {
        String message = cause.getMessage();
        if (message == null) {
            return "";
        }
        if (cause instanceof Errors.NativeIoException) {
            message = message.substring(message.lastIndexOf(": ") + 1).strip(); // before that stands the kernel's call
        }
        return ": " + (message.length() > MAX_DETAIL ? message.substring(0, MAX_DETAIL) : message);
    }
}
