package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.outcome.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.H2Error;
import org.apache.hc.core5.http2.H2StreamResetException;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer: its status, and the first {@value #EXCERPT_BYTES} bytes of its body. The rest is thrown away, and
 * after a limit so is the connection; the answer counts all the same. Confined to the reactor thread.
 */
final class AnswerReader implements AsyncResponseConsumer<Answer.Response> {
    static final int EXCERPT_BYTES = 1_024;

    private final int keep;
    private final long maxBytes;
    private int status;
    private @Nullable String retryAfter;
    private @Nullable FutureCallback<Answer.Response> callback;
    private byte @Nullable [] excerpt;
    private int kept;
    private long seen;

    AnswerReader(long maxBytes) {
        this(EXCERPT_BYTES, maxBytes);
    }

    /** With another length of what is kept. */
    AnswerReader(int keep, long maxBytes) {
        this.keep = keep;
        this.maxBytes = maxBytes;
    }

    @Override
    public void consumeResponse(
            HttpResponse response,
            @Nullable EntityDetails body,
            HttpContext context,
            FutureCallback<Answer.Response> whenComplete) {
        status = response.getCode();
        Header header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        retryAfter = header == null ? null : header.getValue();
        callback = whenComplete;
        if (body == null) {
            whenComplete.completed(answer());
        }
    }

    @Override
    public void informationResponse(HttpResponse response, HttpContext context) {
        // 1xx says nothing about the outcome.
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        channel.update(Integer.MAX_VALUE);
    }

    @Override
    public void consume(ByteBuffer source) throws IOException {
        seen += source.remaining();
        int more = Math.min(keep - kept, source.remaining());
        if (more > 0) {
            byte[] room = excerpt == null ? new byte[more] : Arrays.copyOf(excerpt, kept + more);
            source.get(room, kept, more);
            kept += more;
            excerpt = room;
        }
        source.position(source.limit());
        if (seen > maxBytes) {
            complete();
            throw new CutOff(maxBytes);
        }
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        complete();
    }

    private void complete() {
        if (callback != null) {
            callback.completed(answer());
        }
    }

    private Answer.Response answer() {
        return new Answer.Response(status, retryAfter, text());
    }

    /** One byte for what isn't UTF-8, so that the text takes no more than what was kept. */
    private @Nullable String text() {
        if (excerpt == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith("?")
                    .decode(ByteBuffer.wrap(excerpt))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("malformed input is replaced", e);
        }
    }

    @Override
    public void failed(Exception cause) {
        // The exchange's callback hears of it too.
    }

    @Override
    public void releaseResources() {
        excerpt = null;
    }

    /** Ends an answer that goes on and on: with HTTP/2 its stream, else the connection. */
    private static final class CutOff extends H2StreamResetException {
        CutOff(long maxBytes) {
            super(H2Error.CANCEL, "the answer's body is longer than " + maxBytes + " bytes");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
