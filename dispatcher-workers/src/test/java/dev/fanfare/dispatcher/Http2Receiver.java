package dev.fanfare.dispatcher;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes webhooks by HTTP/2 over TLS (Vert.x on Netty), on a free port of this machine; each body says what is done. */
final class Http2Receiver implements AutoCloseable {
    /** One webhook as it came; its answer is held back until somebody gives it. */
    record Received(HttpServerRequest request, String body) {
        void answer() {
            request.response().setStatusCode(204).end();
        }
    }

    final List<Received> received = new CopyOnWriteArrayList<>();
    final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    final Set<HttpVersion> versions = ConcurrentHashMap.newKeySet();
    final AtomicInteger mostAtOnce = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    Http2Receiver(Path store, long maxStreams, Handler<Received> handler) {
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(0)
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(maxStreams))
                        .setKeyCertOptions(
                                new PfxOptions().setPath(store.toString()).setPassword(TestAuthority.PASSWORD)))
                .requestHandler(request -> take(request, handler));
        try {
            server.listen().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void take(HttpServerRequest request, Handler<Received> handler) {
        versions.add(request.version());
        connections.add(request.connection());
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        request.response().endHandler(end -> atOnce.decrementAndGet());
        request.response().exceptionHandler(reset -> atOnce.decrementAndGet());
        request.body().onSuccess(body -> {
            Received one = new Received(request, body.toString());
            received.add(one);
            handler.handle(one);
        });
    }

    /** Answers after a while, as if there had been work. */
    void answerLater(Received one) {
        vertx.setTimer(5, timer -> one.answer());
    }

    long count(String body) {
        return received.stream().filter(one -> one.body().equals(body)).count();
    }

    int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
