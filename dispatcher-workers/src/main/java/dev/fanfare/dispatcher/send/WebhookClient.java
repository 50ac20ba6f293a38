package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.outcome.Answer;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.io.CloseMode;

/** One HTTP client with its reactor thread and its connections; see {@link HttpClients#start}. Any thread. */
final class WebhookClient implements AutoCloseable {
    private final CloseableHttpAsyncClient client;
    private final PoolingAsyncClientConnectionManager connections;

    WebhookClient(CloseableHttpAsyncClient client, PoolingAsyncClientConnectionManager connections) {
        this.client = client;
        this.connections = connections;
    }

    /** Sends a request the way that the context says. */
    Future<Answer.Response> execute(
            AsyncRequestProducer request,
            AnswerReader reader,
            ExchangeContext context,
            FutureCallback<Answer.Response> callback) {
        return client.execute(context.planned().getTargetHost(), request, reader, null, context, callback);
    }

    /** For when nothing is under way any more: endpoints with TLS may take 5 s to say goodbye. */
    @Override
    public void close() {
        connections.close(CloseMode.IMMEDIATE);
        client.close(CloseMode.GRACEFUL);
    }
}
