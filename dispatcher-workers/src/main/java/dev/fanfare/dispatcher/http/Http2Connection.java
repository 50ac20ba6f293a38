package dev.fanfare.dispatcher.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.util.HashMap;
import java.util.Map;

/**
 * A connection that speaks HTTP/2: many calls at a time, each a stream. A call that is dropped may mean that the other
 * end is gone; to close the connection would harm the others, so it is retired.
 *
 * <pre>
 * open ── a call dropped, the endpoint says goodbye, too old ─▶ retired ── its last call ends ─▶ closed
 * </pre>
 *
 * Confined to the reactor's thread.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter implements Connection {
    private static final int MOST_HEAD_BYTES = 32 * 1024;

    private final Channel channel;
    private final Connections connections;
    private final Way way;
    private final long openedAtNanos = System.nanoTime();
    private final Map<Call, Http2Exchange> calls = new HashMap<>();
    private final Http2FrameCodec codec = Http2FrameCodecBuilder.forClient()
            // What is beyond the endpoint's limit waits here.
            .encoderEnforceMaxConcurrentStreams(true)
            .validateHeaders(false)
            .initialSettings(Http2Settings.defaultSettings().pushEnabled(false).maxHeaderListSize(MOST_HEAD_BYTES))
            .build();
    private long freeSinceNanos = openedAtNanos;
    private int carried;
    private boolean retired;

    Http2Connection(Channel channel, Connections connections, Way way) {
        this.channel = channel;
        this.connections = connections;
        this.way = way;
    }

    /** Takes a channel on which both ends have agreed on HTTP/2. */
    void install() {
        connections.opened(way, this);
        connections.offer(way, this);
        channel.pipeline().addLast(codec, new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()), this);
    }

    @Override
    public void carry(Call call) {
        Http2Exchange exchange = new Http2Exchange(this, call, carried++ > 0);
        calls.put(call, exchange);
        call.on(this);
        new Http2StreamChannelBootstrap(channel)
                .handler(exchange)
                .open()
                .addListener(opened -> exchange.opened(opened.cause()));
    }

    void ended(Call call) {
        if (calls.remove(call) != null && calls.isEmpty()) {
            freeSinceNanos = System.nanoTime();
            if (retired) {
                channel.close();
            }
        }
    }

    @Override
    public void drop(Call call) {
        Http2Exchange exchange = calls.get(call);
        if (exchange != null) {
            retire();
            exchange.reset();
        }
    }

    private void retire() {
        retired = true;
        connections.retired(way, this);
        if (calls.isEmpty()) {
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof Http2GoAwayFrame) {
                retire();
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        retired = true;
        connections.closed(way, this);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable plain = FailureText.unwrapped(cause);
        Map.copyOf(calls).values().forEach(exchange -> exchange.fail(plain));
        channel.close();
    }

    /** The codec knows of a goodbye before it ends the streams that it is too late for, and only then tells. */
    @Override
    public boolean mayCarry() {
        return !retired && channel.isActive() && !codec.connection().goAwayReceived();
    }

    /** Whether the endpoint has said that it won't look at a stream (RFC 9113, section 6.8), or never got it. */
    boolean isUntouched(int streamId) {
        return streamId <= 0
                || (codec.connection().goAwayReceived()
                        && streamId > codec.connection().local().lastStreamKnownByPeer());
    }

    @Override
    public boolean isStale(long nowNanos) {
        boolean old = nowNanos - openedAtNanos > Connections.LIFE.toNanos();
        return old || (calls.isEmpty() && nowNanos - freeSinceNanos > Connections.IDLE.toNanos());
    }

    /** Now where nothing goes on, else with its last call. */
    @Override
    public void close() {
        retire();
    }
}
