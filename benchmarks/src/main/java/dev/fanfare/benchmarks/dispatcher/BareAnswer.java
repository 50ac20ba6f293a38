package dev.fanfare.benchmarks.dispatcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** Takes the status of an answer and throws its body away. */
final class BareAnswer implements AsyncResponseConsumer<Integer> {
    private int status;
    private @Nullable FutureCallback<Integer> callback;

    @Override
    public void consumeResponse(
            HttpResponse response,
            @Nullable EntityDetails body,
            HttpContext context,
            FutureCallback<Integer> whenComplete) {
        status = response.getCode();
        callback = whenComplete;
        if (body == null) {
            whenComplete.completed(status);
        }
    }

    @Override
    public void informationResponse(HttpResponse response, HttpContext context) {
        // not an answer yet
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        channel.update(Integer.MAX_VALUE);
    }

    @Override
    public void consume(ByteBuffer source) {
        source.position(source.limit());
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        if (callback != null) {
            callback.completed(status);
        }
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
