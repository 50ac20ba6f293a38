package dev.fanfare.dispatcher.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * On the way to a connection for a call. Confined to the reactor's thread.
 *
 * <pre>
 * TCP ─▶ tunnel, if there is a proxy ─▶ TLS, if https ─▶ Http2Connection where both agree on it, else Http1Connection
 * </pre>
 */
final class Connecting implements Call.Carrier {
    private static final String HTTP_2 = "h2";
    private static final String[] BOTH = {HTTP_2, "http/1.1"};

    private final Reactor reactor;
    private final Transport transport;
    private final Connections connections;
    private final Call call;
    private @Nullable Channel channel;

    Connecting(Reactor reactor, Transport transport, Connections connections, Call call) {
        this.reactor = reactor;
        this.transport = transport;
        this.connections = connections;
        this.call = call;
    }

    void start() {
        call.on(this);
        ChannelFuture connect = new Bootstrap()
                .group(reactor.loop())
                .channel(reactor.socketType())
                .disableResolver() // every address was checked; a name that gets here was not
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(transport.connectTimeout().toMillis()))
                .handler(new ChannelInboundHandlerAdapter())
                .connect(call.way().firstHop());
        channel = connect.channel();
        connect.addListener(done -> {
            if (done.isSuccess()) {
                connected(connect.channel());
            } else {
                fail(done.cause(), Failure.Stage.CONNECTING);
            }
        });
    }

    private void connected(Channel connected) {
        OutgoingProxy proxy = transport.proxy();
        if (call.way().proxy() == null || proxy == null) {
            secure(connected);
        } else {
            Tunnel.through(connected, call.way(), proxy, new Tunnel.Listener() {
                @Override
                public void stands() {
                    secure(connected);
                }

                @Override
                public void refused(int status) {
                    connected.close();
                    call.refusedByProxy(status);
                }

                @Override
                public void failed(Throwable cause) {
                    fail(cause, Failure.Stage.TUNNELLING);
                }
            });
        }
    }

    private void secure(Channel connected) {
        if (!call.way().isSecure()) {
            ready(new Http1Connection(connected, connections, call.way()));
            return;
        }
        SslHandler tls = new SslHandler(engine());
        tls.setHandshakeTimeoutMillis(transport.connectTimeout().toMillis());
        connected.pipeline().addLast(tls, new Quiet());
        tls.handshakeFuture().addListener(done -> {
            if (!done.isSuccess()) {
                fail(FailureText.unwrapped(done.cause()), Failure.Stage.EXCHANGING);
            } else if (HTTP_2.equals(tls.engine().getApplicationProtocol())) {
                Http2Connection shared = new Http2Connection(connected, connections, call.way());
                shared.install();
                connections.offer(call.way(), shared);
                use(shared);
            } else {
                ready(new Http1Connection(connected, connections, call.way()));
            }
        });
    }

    private SSLEngine engine() {
        SSLEngine engine = transport
                .tls()
                .context()
                .createSSLEngine(call.way().host(), call.way().port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 9110, section 4.3.4
        if (transport.http2()) {
            parameters.setApplicationProtocols(BOTH);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    private void ready(Http1Connection connection) {
        connection.install();
        if (call.isOver()) {
            connection.close();
        } else {
            use(connection);
        }
    }

    private void use(Connection connection) {
        if (!call.isOver()) {
            connection.carry(call);
        }
    }

    private void fail(@Nullable Throwable cause, Failure.Stage stage) {
        close();
        call.failed(new Failure(Objects.requireNonNullElseGet(cause, IllegalStateException::new), stage, false));
    }

    @Override
    public void drop(Call dropped) {
        close();
    }

    private void close() {
        if (channel != null) {
            channel.close();
        }
    }

    /** What goes wrong in a handshake its future tells; told again down the pipeline it would end as a warning. */
    private static final class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (context.pipeline().last() != this) {
                context.fireExceptionCaught(cause);
            }
        }
    }
}
