package dev.fanfare.ingest;

import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.http.HttpFront;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.testkit.TestBroker;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/** The ingest role behind a real HTTP front on a real broker, and a client with the right key. */
final class RunningIngest implements AutoCloseable {
    static final String KEY = "test-key";

    final IngestRole role;
    final int port;
    final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private final Vertx vertx = Vertx.vertx();
    private final HttpFront front;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    RunningIngest(TestBroker broker, Map<String, String> overrides) {
        Map<String, String> all = new HashMap<>(Map.of("access.key", KEY, "access.tenants", "default,acme"));
        all.putAll(overrides);
        Settings settings = Settings.load(null, Map.of(), all, List.of(IngestSettings.class, AccessSettings.class));
        role = new IngestRole(new RoleContext(
                "test",
                settings,
                KafkaConnection.to(broker.bootstrapServers()),
                meters,
                vertx,
                Clock.systemUTC(),
                new SecureRandom()));
        front = new HttpFront(vertx, List.of(role), meters);
        port = front.listen("127.0.0.1", 0);
        try {
            role.start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Started, and ready. */
    static RunningIngest on(TestBroker broker) {
        return on(broker, Map.of());
    }

    static RunningIngest on(TestBroker broker, Map<String, String> overrides) {
        RunningIngest ingest = new RunningIngest(broker, overrides);
        ingest.awaitReady();
        return ingest;
    }

    void awaitReady() {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> role.readiness()
                .isReady());
    }

    /** A request to the default tenant with the right key, to be changed at will. */
    HttpRequest.Builder request() {
        return request("default");
    }

    HttpRequest.Builder request(String tenant) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/tenants/" + tenant + "/events"))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + KEY);
    }

    HttpResponse<String> live() {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/live")));
    }

    HttpResponse<String> post(String contentType, byte[] body) {
        return send(request().header("Content-Type", contentType).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    HttpResponse<String> post(String contentType, String body) {
        return post(contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException("no answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        role.close();
        front.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
