package dev.fanfare.dispatcher.send;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** Sends a request whose body is a byte array, without copying it. For one try; confined to the reactor thread. */
final class RequestBody implements AsyncRequestProducer, EntityDetails {
    private final HttpRequest head;
    private final ByteBuffer body;

    RequestBody(HttpRequest head, byte[] body) {
        this.head = head;
        this.body = ByteBuffer.wrap(body);
    }

    @Override
    public void sendRequest(RequestChannel channel, HttpContext context) throws HttpException, IOException {
        channel.sendRequest(head, this, context);
    }

    @Override
    public int available() {
        return Math.max(1, body.remaining());
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        while (body.hasRemaining() && channel.write(body) > 0) {
            // the channel takes what its buffer holds
        }
        if (!body.hasRemaining()) {
            channel.endStream();
        }
    }

    @Override
    public long getContentLength() {
        return body.limit();
    }

    /** The head has it already, if there is one. */
    @Override
    public @Nullable String getContentType() {
        return null;
    }

    @Override
    public @Nullable String getContentEncoding() {
        return null;
    }

    @Override
    public boolean isChunked() {
        return false;
    }

    @Override
    public Set<String> getTrailerNames() {
        return Set.of();
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public void failed(Exception cause) {
        // The exchange's callback hears of it too.
    }

    @Override
    public void releaseResources() {
        // Nothing is held but the delivery's own bytes.
    }
}
