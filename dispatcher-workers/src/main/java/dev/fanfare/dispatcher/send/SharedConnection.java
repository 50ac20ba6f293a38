package dev.fanfare.dispatcher.send;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.apache.hc.client5.http.nio.ManagedAsyncClientConnection;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.nio.command.RequestExecutionCommand;
import org.apache.hc.core5.http.nio.command.ShutdownCommand;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.H2Error;
import org.apache.hc.core5.http2.H2StreamResetException;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.reactor.ssl.SSLSessionInitializer;
import org.apache.hc.core5.reactor.ssl.SSLSessionVerifier;
import org.apache.hc.core5.reactor.ssl.TlsDetails;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection that several exchanges may use at once, if it turns out to speak HTTP/2. The client closes a connection
 * when an exchange on it is cancelled or fails: right for HTTP/1.1, where it is the only way, but here the others would
 * fail too. So a connection that speaks HTTP/2 is retired instead: it takes no more exchanges, and ends with its last.
 *
 * <pre>
 * open ── close ─▶ retired ── the last exchange ends ─▶ closed
 * </pre>
 *
 * A retired connection may be one whose other end is gone, so nobody waits for it. Any thread.
 */
final class SharedConnection implements ManagedAsyncClientConnection {
    private final ManagedAsyncClientConnection connection;
    private final AtomicInteger exchanges = new AtomicInteger();
    private volatile boolean retired;

    SharedConnection(ManagedAsyncClientConnection connection) {
        this.connection = connection;
    }

    @Override
    public void submitCommand(Command command, Command.Priority priority) {
        if (!(command instanceof RequestExecutionCommand request) || !isHttp2()) {
            connection.submitCommand(command, priority);
            return;
        }
        Use use = new Use(request.getExchangeHandler());
        exchanges.incrementAndGet();
        if (request.getContext() instanceof ExchangeContext context && !context.uses(use)) {
            // Given up already: nothing of it goes out.
            request.cancel();
            use.end();
            return;
        }
        connection.submitCommand(
                new RequestExecutionCommand(use, request.getPushHandlerFactory(), request.getContext()), priority);
    }

    @Override
    public void close(CloseMode mode) {
        if (!isHttp2()) {
            connection.close(mode);
            return;
        }
        retired = true;
        if (exchanges.get() == 0) {
            connection.close(mode);
        } else {
            connection.submitCommand(new ShutdownCommand(CloseMode.GRACEFUL), Command.Priority.IMMEDIATE);
        }
    }

    @Override
    public void close() {
        close(CloseMode.GRACEFUL);
    }

    @Override
    public boolean isOpen() {
        return !retired && connection.isOpen();
    }

    private boolean isHttp2() {
        return connection.getProtocolVersion().greaterEquals(HttpVersion.HTTP_2);
    }

    /** One exchange on it. */
    final class Use implements AsyncClientExchangeHandler {
        private final AsyncClientExchangeHandler handler;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile boolean abandoned;

        Use(AsyncClientExchangeHandler handler) {
            this.handler = handler;
        }

        /** Nobody waits for an answer any more. Should one come, the stream is reset. */
        void abandon() {
            abandoned = true;
            end();
        }

        private void end() {
            if (ended.compareAndSet(false, true) && exchanges.decrementAndGet() == 0 && retired) {
                connection.close(CloseMode.IMMEDIATE);
            }
        }

        private void check() throws H2StreamResetException {
            if (abandoned) {
                throw new H2StreamResetException(H2Error.CANCEL, "nobody waits for the answer");
            }
        }

        @Override
        public void produceRequest(RequestChannel channel, HttpContext context) throws HttpException, IOException {
            check();
            handler.produceRequest(channel, context);
        }

        @Override
        public void consumeResponse(HttpResponse response, @Nullable EntityDetails body, HttpContext context)
                throws HttpException, IOException {
            check();
            handler.consumeResponse(response, body, context);
        }

        @Override
        public void consumeInformation(HttpResponse response, HttpContext context) throws HttpException, IOException {
            check();
            handler.consumeInformation(response, context);
        }

        @Override
        public void updateCapacity(CapacityChannel channel) throws IOException {
            handler.updateCapacity(channel);
        }

        @Override
        public void consume(ByteBuffer source) throws IOException {
            check();
            handler.consume(source);
        }

        @Override
        public void streamEnd(@Nullable List<? extends Header> trailers) throws HttpException, IOException {
            check();
            handler.streamEnd(trailers);
        }

        @Override
        public int available() {
            return handler.available();
        }

        @Override
        public void produce(DataStreamChannel channel) throws IOException {
            check();
            handler.produce(channel);
        }

        @Override
        public void failed(Exception cause) {
            try {
                handler.failed(cause);
            } finally {
                end();
            }
        }

        @Override
        public void cancel() {
            handler.cancel();
        }

        @Override
        public void releaseResources() {
            try {
                handler.releaseResources();
            } finally {
                end();
            }
        }
    }

    @Override
    public void passivate() {
        connection.passivate();
    }

    @Override
    public void activate() {
        connection.activate();
    }

    @Override
    public void switchProtocol(String protocolId, FutureCallback<ProtocolIOSession> callback) {
        connection.switchProtocol(protocolId, callback);
    }

    @Override
    public EndpointDetails getEndpointDetails() {
        return connection.getEndpointDetails();
    }

    @Override
    public ProtocolVersion getProtocolVersion() {
        return connection.getProtocolVersion();
    }

    @Override
    public void setSocketTimeout(Timeout timeout) {
        connection.setSocketTimeout(timeout);
    }

    @Override
    public Timeout getSocketTimeout() {
        return connection.getSocketTimeout();
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return connection.getRemoteAddress();
    }

    @Override
    public SocketAddress getLocalAddress() {
        return connection.getLocalAddress();
    }

    @Override
    public SSLSession getSSLSession() {
        return connection.getSSLSession();
    }

    @Override
    public TlsDetails getTlsDetails() {
        return connection.getTlsDetails();
    }

    @Override
    public void startTls(
            SSLContext context,
            NamedEndpoint endpoint,
            SSLBufferMode bufferMode,
            SSLSessionInitializer initializer,
            SSLSessionVerifier verifier,
            Timeout handshakeTimeout) {
        connection.startTls(context, endpoint, bufferMode, initializer, verifier, handshakeTimeout);
    }

    @Override
    public void startTls(
            SSLContext context,
            NamedEndpoint endpoint,
            SSLBufferMode bufferMode,
            SSLSessionInitializer initializer,
            SSLSessionVerifier verifier,
            Timeout handshakeTimeout,
            FutureCallback<TransportSecurityLayer> callback) {
        connection.startTls(context, endpoint, bufferMode, initializer, verifier, handshakeTimeout, callback);
    }
}
