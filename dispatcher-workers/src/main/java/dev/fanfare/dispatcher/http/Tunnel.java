package dev.fanfare.dispatcher.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.NetUtil;
import java.nio.channels.ClosedChannelException;

/**
 * Asks a proxy for a tunnel to an address (RFC 9110, section 9.3.6), and leaves the channel as if it led there. Confined
 * to the reactor's thread.
 */
final class Tunnel extends SimpleChannelInboundHandler<HttpObject> {
    /** Told once. */
    interface Listener {
        /** What is written now goes to the address. */
        void stands();

        /** The proxy answered otherwise. */
        void refused(int status);

        void failed(Throwable cause);
    }

    private final HttpClientCodec codec;
    private final Listener listener;
    private boolean stands;
    private boolean told;

    private Tunnel(HttpClientCodec codec, Listener listener) {
        this.codec = codec;
        this.listener = listener;
    }

    static void through(Channel channel, Way way, OutgoingProxy proxy, Listener listener) {
        HttpClientCodec codec = new HttpClientCodec();
        channel.pipeline().addLast(codec, new Tunnel(codec, listener));
        String address = NetUtil.toAddressString(way.address());
        String to = (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + way.port();
        DefaultFullHttpRequest connect =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.CONNECT, to, Unpooled.EMPTY_BUFFER);
        connect.headers().set(HttpHeaderNames.HOST, to);
        if (proxy.authorization() != null) {
            connect.headers()
                    .set(
                            HttpHeaderNames.PROXY_AUTHORIZATION,
                            proxy.authorization().reveal());
        }
        channel.writeAndFlush(connect).addListener(done -> {
            if (!done.isSuccess()) {
                channel.close();
            }
        });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            exceptionCaught(context, part.decoderResult().cause());
            return;
        }
        if (part instanceof HttpResponse head) {
            int status = head.status().code();
            stands = status >= 200 && status < 300;
            if (!stands && status >= 200 && first()) {
                listener.refused(status);
            }
        }
        if (part instanceof LastHttpContent && stands && first()) {
            context.pipeline().remove(this);
            context.pipeline().remove(codec);
            listener.stands();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (first()) {
            listener.failed(new ClosedChannelException());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (first()) {
            listener.failed(FailureText.unwrapped(cause));
        }
    }

    private boolean first() {
        boolean is = !told;
        told = true;
        return is;
    }
}
