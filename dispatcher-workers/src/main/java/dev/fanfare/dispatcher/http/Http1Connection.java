package dev.fanfare.dispatcher.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A connection that speaks HTTP/1.1: one call at a time. Confined to the reactor's thread. */
final class Http1Connection extends ChannelInboundHandlerAdapter implements Connection {
    private static final int MOST_HEAD_BYTES = 32 * 1024;
    private static final int SWITCHING_PROTOCOLS = 101;

    private final Channel channel;
    private final Connections connections;
    private final Way way;
    private final long openedAtNanos = System.nanoTime();
    private final ChannelFutureListener onWritten = this::written;
    private long freeSinceNanos = openedAtNanos;
    private int calls;
    private @Nullable Call call;
    private @Nullable ChannelFuture writing;
    private @Nullable AnswerReader answer;
    private boolean keepAlive;

    Http1Connection(Channel channel, Connections connections, Way way) {
        this.channel = channel;
        this.connections = connections;
        this.way = way;
    }

    /** Takes a channel that is ready for the first request. */
    void install() {
        connections.opened(way, this);
        channel.pipeline()
                .addLast(
                        new HttpResponseDecoder(new HttpDecoderConfig()
                                .setMaxHeaderSize(MOST_HEAD_BYTES)
                                .setValidateHeaders(false)), // nothing of them is passed on
                        this);
    }

    @Override
    public void carry(Call next) {
        call = next;
        answer = null;
        calls++;
        next.on(this);
        ByteBuf bytes = next.request().http1(channel.alloc());
        writing = channel.writeAndFlush(bytes).addListener(onWritten);
    }

    private void written(ChannelFuture write) {
        if (!write.isSuccess() && write == writing) {
            fail(Objects.requireNonNullElseGet(write.cause(), ClosedChannelException::new));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse head) {
            onHead(head);
        }
        if (message instanceof HttpContent part) {
            try {
                onContent(part);
            } finally {
                part.release();
            }
        }
    }

    private void onHead(HttpResponse head) {
        if (head.decoderResult().isFailure()) {
            fail(head.decoderResult().cause());
            return;
        }
        int status = head.status().code();
        if (call == null) {
            channel.close(); // nobody has asked for anything
        } else if (status >= 200 || status == SWITCHING_PROTOCOLS) {
            answer = call.reader(status, head.headers().get(HttpHeaderNames.RETRY_AFTER));
            keepAlive = status != SWITCHING_PROTOCOLS && HttpUtil.isKeepAlive(head);
        }
    }

    private void onContent(HttpContent part) {
        if (part.decoderResult().isFailure()) {
            fail(part.decoderResult().cause());
            return;
        }
        AnswerReader reading = answer;
        if (call == null || reading == null) {
            return; // of an informational answer, or of a call that is over
        }
        if (!reading.read(part.content())) {
            keepAlive = false;
            end(reading);
        } else if (part instanceof LastHttpContent) {
            end(reading);
        }
    }

    /** Free before the call hears of its end: what starts next may want it. */
    private void end(AnswerReader whole) {
        Call done = Objects.requireNonNull(call);
        call = null;
        answer = null;
        if (keepAlive && channel.isActive() && writing != null && writing.isDone()) {
            freeSinceNanos = System.nanoTime();
            connections.offer(way, this);
        } else {
            channel.close();
        }
        done.answered(whole.answer());
    }

    private void fail(Throwable cause) {
        Call failed = call;
        boolean answered = answer != null;
        call = null;
        answer = null;
        channel.close();
        if (failed != null) {
            boolean wasKept = calls > 1 && !answered && !FailureText.isProtocolError(cause);
            failed.failed(new Failure(cause, Failure.Stage.EXCHANGING, wasKept));
        }
    }

    @Override
    public void drop(Call dropped) {
        if (dropped == call) {
            call = null;
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        connections.closed(way, this);
        fail(new ClosedChannelException());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(FailureText.unwrapped(cause));
    }

    @Override
    public boolean mayCarry() {
        return channel.isActive();
    }

    @Override
    public boolean isStale(long nowNanos) {
        return nowNanos - freeSinceNanos > Connections.IDLE.toNanos()
                || nowNanos - openedAtNanos > Connections.LIFE.toNanos();
    }

    @Override
    public void close() {
        channel.close();
    }
}
