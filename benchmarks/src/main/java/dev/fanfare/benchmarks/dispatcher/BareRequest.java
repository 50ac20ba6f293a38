package dev.fanfare.benchmarks.dispatcher;

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

/** A head, and bytes behind it: the least that HttpClient's asynchronous interface asks for. */
final class BareRequest implements AsyncRequestProducer, EntityDetails {
    private final HttpRequest head;
    private final ByteBuffer body;

    BareRequest(HttpRequest head, byte[] body) {
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
            // as much as the channel takes
        }
        if (!body.hasRemaining()) {
            channel.endStream();
        }
    }

    @Override
    public long getContentLength() {
        return body.limit();
    }

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
        // the exchange's callback hears of it
    }

    @Override
    public void releaseResources() {
        // it holds none
    }
}
