package dev.fanfare.dispatcher.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * On the way to a connection for a call, and for those that come meanwhile, if both ends may agree on HTTP/2: else a
 * connection that ends would be followed by one for each of its calls. Confined to the reactor's thread.
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
    private final Way way;
    private final Consumer<Call> again;
    private final List<Call> calls = new ArrayList<>(1);
    private @Nullable Channel channel;

    /** For a first call; those that joined it and got nothing go to {@code again}. */
    Connecting(Reactor reactor, Transport transport, Connections connections, Call call, Consumer<Call> again) {
        this.reactor = reactor;
        this.transport = transport;
        this.connections = connections;
        this.way = call.way();
        this.again = again;
        join(call);
    }

    void join(Call call) {
        call.on(this);
        calls.add(call);
    }

    void start() {
        if (way.isSecure() && transport.http2()) {
            connections.connecting(way, this);
        }
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
                .connect(way.firstHop());
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
        if (way.proxy() == null || proxy == null) {
            secure(connected);
        } else {
            Tunnel.through(connected, way, proxy, new Tunnel.Listener() {
                @Override
                public void stands() {
                    secure(connected);
                }

                @Override
                public void refused(int status) {
                    connected.close();
                    over().forEach(call -> call.refusedByProxy(status));
                }

                @Override
                public void failed(Throwable cause) {
                    fail(cause, Failure.Stage.TUNNELLING);
                }
            });
        }
    }

    private void secure(Channel connected) {
        if (!way.isSecure()) {
            ready(new Http1Connection(connected, connections, way));
            return;
        }
        SslHandler tls = new SslHandler(engine());
        tls.setHandshakeTimeoutMillis(transport.connectTimeout().toMillis());
        connected.pipeline().addLast(tls, new Quiet());
        tls.handshakeFuture().addListener(done -> {
            if (!done.isSuccess()) {
                fail(FailureText.unwrapped(done.cause()), Failure.Stage.EXCHANGING);
            } else if (HTTP_2.equals(tls.engine().getApplicationProtocol())) {
                Http2Connection shared = new Http2Connection(connected, connections, way);
                shared.install();
                over().forEach(again);
            } else {
                ready(new Http1Connection(connected, connections, way));
            }
        });
    }

    private SSLEngine engine() {
        SSLEngine engine = transport.tls().context().createSSLEngine(way.host(), way.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 9110, section 4.3.4
        if (transport.http2()) {
            parameters.setApplicationProtocols(BOTH);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** The first that is still waited for has it, the others look for another. */
    private void ready(Http1Connection connection) {
        connection.install();
        connections.offer(way, connection);
        over().forEach(again);
    }

    private void fail(@Nullable Throwable cause, Failure.Stage stage) {
        close();
        Failure failure = new Failure(Objects.requireNonNullElseGet(cause, IllegalStateException::new), stage, false);
        over().forEach(call -> call.failed(failure));
    }

    /** It is over, whatever came of it: nobody joins any more. */
    private List<Call> over() {
        connections.ended(way, this);
        return List.copyOf(calls);
    }

    @Override
    public void drop(Call dropped) {
        calls.remove(dropped);
        if (calls.isEmpty()) {
            connections.ended(way, this);
            close();
        }
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
