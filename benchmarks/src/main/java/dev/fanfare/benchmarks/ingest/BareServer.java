package dev.fanfare.benchmarks.ingest;

import dev.fanfare.runtime.http.HttpFront;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The HTTP server that ingest is built on, with a handler that reads the body, forgets it, and answers as ingest does. */
@Command(name = "bare-server", hidden = true)
final class BareServer implements Callable<Integer> {
    private static final Buffer ANSWER = Buffer.buffer("{\"id\":\"01a202b1-720d-7902-9190-84899136ad43\"}");

    @Option(names = "--port", required = true)
    private int port;

    @Override
    public Integer call() throws InterruptedException {
        Vertx vertx = HttpFront.vertx();
        vertx.createHttpServer()
                .requestHandler(request -> {
                    request.handler(chunk -> {});
                    request.endHandler(ended -> request.response()
                            .setStatusCode(202)
                            .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                            .end(ANSWER));
                })
                .listen(port, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        new CountDownLatch(1).await();
        return 0;
    }
}
