package dev.fanfare.dispatcher.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** One call's stream of an HTTP/2 connection. Confined to the reactor's thread. */
final class Http2Exchange extends ChannelInboundHandlerAdapter {
    private final Http2Connection connection;
    private final Call call;
    private final boolean onKept;
    private @Nullable Http2StreamChannel stream;
    private @Nullable AnswerReader answer;
    private boolean over;

    Http2Exchange(Http2Connection connection, Call call, boolean onKept) {
        this.connection = connection;
        this.call = call;
        this.onKept = onKept;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        stream = (Http2StreamChannel) context.channel();
    }

    /** The stream is there; or not, for a reason. */
    void opened(@Nullable Throwable failure) {
        Http2StreamChannel there = stream;
        if (failure != null || there == null) {
            fail(failure == null ? new ClosedChannelException() : failure, true);
            return;
        }
        if (over) {
            there.close();
            return;
        }
        Request request = call.request();
        boolean bodiless = request.body().length == 0;
        there.write(new DefaultHttp2HeadersFrame(request.http2(call.way().scheme()), bodiless))
                .addListener(written -> {
                    if (!written.isSuccess()) {
                        fail(written.cause(), true);
                    }
                });
        if (!bodiless) {
            there.write(new DefaultHttp2DataFrame(request.http2Body(), true)).addListener(written -> {
                if (!written.isSuccess()) {
                    fail(written.cause());
                }
            });
        }
        there.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
        try {
            if (frame instanceof Http2HeadersFrame head) {
                onHead(head);
            } else if (frame instanceof Http2DataFrame data) {
                onData(data);
            }
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    private void onHead(Http2HeadersFrame head) {
        CharSequence status = head.headers().status();
        if (answer == null && status != null && status.length() == 3 && status.charAt(0) > '1') {
            CharSequence retryAfter = head.headers().get("retry-after");
            answer = call.reader(Integer.parseInt(status, 0, 3, 10), retryAfter == null ? null : retryAfter.toString());
        }
        if (head.isEndStream()) {
            end(false);
        }
    }

    private void onData(Http2DataFrame data) {
        if (over || answer == null) {
            return;
        }
        if (!answer.read(data.content())) {
            end(true);
        } else if (data.isEndStream()) {
            end(false);
        }
    }

    private void end(boolean cutOff) {
        AnswerReader whole = answer;
        if (over || whole == null) {
            fail(new ClosedChannelException());
            return;
        }
        over = true;
        if (cutOff && stream != null) {
            stream.close(); // which resets it
        }
        connection.ended(call);
        call.answered(whole.answer());
    }

    void fail(Throwable cause) {
        boolean refused = cause instanceof StreamReset reset && reset.isRefusal();
        boolean closed = cause instanceof ClosedChannelException && answer == null;
        boolean untouched = closed
                && (onKept
                        || stream == null
                        || connection.isUntouched(stream.stream().id()));
        fail(cause, refused || untouched);
    }

    private void fail(@Nullable Throwable cause, boolean untouched) {
        if (over) {
            return;
        }
        over = true;
        if (stream != null) {
            stream.close();
        }
        connection.ended(call);
        Throwable plain = cause == null ? new ClosedChannelException() : FailureText.unwrapped(cause);
        call.failed(new Failure(plain, Failure.Stage.EXCHANGING, untouched));
    }

    /** Nobody waits for it any more. */
    void reset() {
        over = true;
        if (stream != null) {
            stream.close();
        }
        connection.ended(call);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        try {
            if (event instanceof Http2ResetFrame reset) {
                fail(new StreamReset(reset.errorCode()));
            }
        } finally {
            ReferenceCountUtil.release(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(new ClosedChannelException());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(FailureText.unwrapped(cause));
    }
}
