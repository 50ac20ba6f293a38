package dev.fanfare.cli.listen;

import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.contract.signing.WebhookVerifier;
import dev.fanfare.contract.signing.WebhookVerifier.Outcome;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.BindException;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server on 127.0.0.1 that takes webhooks, verifies them, answers as it was told to, and hands them on once the
 * answer is out. After {@link #listen}, its state is confined to the one event loop.
 */
final class Receiver implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int REMEMBERED_IDS = 10_000;

    /**
     * How to answer.
     *
     * @param status       where nothing fails
     * @param failures     what to fail with
     * @param failFirst    how many attempts of each webhook fail; {@link Integer#MAX_VALUE} for all
     */
    record Answering(int status, int failures, int failFirst) {
        int statusOf(int attempt) {
            return attempt <= failFirst ? failures : status;
        }
    }

    private final Vertx vertx;
    private final Clock clock;
    private final Answering answering;
    private final Consumer<ReceivedWebhook> next;
    private final Map<String, Boolean> succeeded = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED_IDS;
        }
    };
    private volatile @Nullable WebhookVerifier verifier;
    private @Nullable HttpServer server;

    /** The Vert.x stays the caller's. */
    Receiver(Vertx vertx, Clock clock, Answering answering, Consumer<ReceivedWebhook> next) {
        this.vertx = vertx;
        this.clock = clock;
        this.answering = answering;
        this.next = next;
    }

    /**
     * Listens.
     *
     * @return the port, also where 0 was asked for
     */
    int listen(int port) {
        try {
            HttpServer started = vertx.createHttpServer(
                            new HttpServerOptions().setHost(HOST).setPort(port))
                    .requestHandler(this::receive)
                    .listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            server = started;
            return started.actualPort();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BindException) {
                throw new CommandFailure(
                        "port " + port + " on " + HOST
                                + " is in use: choose another with --port, or leave it out for any free one",
                        e);
            }
            throw e;
        }
    }

    /** From now on signatures are checked with this; what comes before is answered 503, to come again. */
    void verifyWith(WebhookVerifier verifier) {
        this.verifier = verifier;
    }

    private void receive(HttpServerRequest request) {
        request.body().onSuccess(body -> answer(request, body));
    }

    private void answer(HttpServerRequest request, Buffer buffer) {
        WebhookVerifier current = verifier;
        if (current == null) {
            request.response().setStatusCode(503).end();
            return;
        }
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        byte[] body = buffer.getBytes();
        String id = headers.get(ReceivedWebhook.ID);
        Outcome signature = current.verify(
                id,
                headers.get(ReceivedWebhook.TIMESTAMP),
                headers.get(ReceivedWebhook.SIGNATURE),
                body,
                clock.millis() / 1_000);
        // A receiver that takes what isn't signed right would teach the wrong thing.
        int status = signature == Outcome.VALID ? answering.statusOf(ReceivedWebhook.attempt(headers)) : 401;
        boolean repeated = id != null && succeeded.containsKey(id);
        if (id != null && status < 300) {
            succeeded.put(id, true);
        }
        ReceivedWebhook webhook = new ReceivedWebhook(clock.instant(), headers, body, signature, status, repeated);
        request.response().setStatusCode(status).end().onComplete(sent -> next.accept(webhook));
    }

    @Override
    public void close() {
        HttpServer open = server;
        if (open != null) {
            server = null;
            open.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
