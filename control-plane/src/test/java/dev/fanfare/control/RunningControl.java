package dev.fanfare.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.http.HttpFront;
import dev.fanfare.runtime.http.HttpSettings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.runtime.secret.SecretSettings;
import dev.fanfare.testkit.TestBroker;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** The control role behind its real HTTP front, in this JVM, with the key {@code k} and the tenants acme and other. */
final class RunningControl implements AutoCloseable {
    static final String SUBSCRIPTIONS = "/v1/tenants/acme/subscriptions";

    static {
        // Only a test that fails waits so long; a busy machine has the time it needs.
        Awaitility.setDefaultTimeout(Duration.ofMinutes(2));
    }

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ControlRole role;
    private final HttpFront front;
    private final String base;

    RunningControl(String bootstrapServers, Path keyset, Map<String, String> overrides) {
        this(bootstrapServers, keyset, overrides, Clock.systemUTC());
    }

    RunningControl(String bootstrapServers, Path keyset, Map<String, String> overrides, Clock clock) {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Settings settings = settings(keyset, overrides);
        role = role(bootstrapServers, settings, vertx, clock, meters);
        front = new HttpFront(vertx, List.of(role), meters);
        base = "http://127.0.0.1:" + front.listen(settings.section(HttpSettings.class));
    }

    /** Started on a broker that has nothing yet, with a keyset of its own: {@code keyset.json} in the folder. */
    static RunningControl on(TestBroker fresh, Path folder, Map<String, String> overrides) throws Exception {
        fresh.createFanfareTopics();
        Path keyset = folder.resolve("keyset.json");
        KeysetFile.create(keyset);
        return new RunningControl(fresh.bootstrapServers(), keyset, overrides).start();
    }

    static RunningControl on(TestBroker fresh, Path folder) throws Exception {
        return on(fresh, folder, Map.of());
    }

    /** The role alone, not started. */
    static ControlRole role(String bootstrapServers, Path keyset, Map<String, String> overrides, Vertx vertx) {
        return role(
                bootstrapServers,
                settings(keyset, overrides),
                vertx,
                Clock.systemUTC(),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }

    private static Settings settings(Path keyset, Map<String, String> overrides) {
        Map<String, String> all = new HashMap<>(Map.of(
                "http.host", "127.0.0.1",
                "http.port", "0",
                "access.key", "k",
                "access.tenants", "acme,other",
                "secrets.keyset-file", keyset.toString(),
                "control.state-dir",
                        keyset.resolveSibling("state-" + System.nanoTime()).toString(),
                "topics.retry-tiers", "1s,2s,5s"));
        all.putAll(overrides);
        return Settings.load(
                null,
                Map.of(),
                all,
                List.of(
                        ControlSettings.class,
                        AccessSettings.class,
                        SecretSettings.class,
                        TopicSettings.class,
                        HttpSettings.class));
    }

    private static ControlRole role(
            String bootstrapServers, Settings settings, Vertx vertx, Clock clock, PrometheusMeterRegistry meters) {
        return new ControlRole(new RoleContext(
                "test", settings, KafkaConnection.to(bootstrapServers), meters, vertx, clock, new SecureRandom()));
    }

    RunningControl start() {
        role.start();
        return this;
    }

    /** Every route of the role. */
    List<Route> routes() {
        Router router = Router.router(vertx);
        role.mount(router);
        return router.getRoutes();
    }

    URI uri(String path) {
        return URI.create(base + path);
    }

    /** Where a page elsewhere sends whoever asks for it. */
    String follow(URI elsewhere) {
        try {
            return http.send(HttpRequest.newBuilder(elsewhere).build(), BodyHandlers.ofString())
                    .headers()
                    .firstValue("location")
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Answer post(String path, String json) {
        return send("POST", path, json, Map.of("content-type", "application/json"));
    }

    Answer put(String path, String json, String... headers) {
        Map<String, String> all = new HashMap<>(Map.of("content-type", "application/json"));
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        return send("PUT", path, json, all);
    }

    Answer patch(String path, String json) {
        return send("PATCH", path, json, Map.of("content-type", "application/merge-patch+json"));
    }

    Answer get(String path) {
        return send("GET", path, null, Map.of());
    }

    Answer delete(String path) {
        return send("DELETE", path, null, Map.of());
    }

    /** A new key with these scopes; without a tenant an administrator's. */
    String makeKey(String tenant, String... scopes) {
        Answer made = post(
                tenant == null ? "/v1/keys" : "/v1/tenants/" + tenant + "/keys",
                Json.TOPIC
                        .createObjectNode()
                        .put("name", "test")
                        .<ObjectNode>set("scopes", Json.TOPIC.valueToTree(scopes))
                        .toString());
        if (made.status() != 201) {
            throw new AssertionError("no key: " + made.body());
        }
        return made.json().path("key").asText();
    }

    /** Sends with the key, unless an authorization header is given. */
    Answer send(String method, String path, String body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(30))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!headers.containsKey("authorization")) {
            request.header("authorization", "Bearer k");
        }
        headers.forEach((name, value) -> {
            if (!value.isEmpty()) {
                request.header(name, value);
            }
        });
        try {
            return new Answer(http.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        role.close();
        front.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** What came back. */
    record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        String etag() {
            return header("etag");
        }

        JsonNode json() {
            try {
                return Json.STRICT.readTree(body());
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + body(), e);
            }
        }

        /** The fields that a problem names. */
        List<String> faultyFields() {
            return json().path("errors").findValuesAsText("field");
        }
    }
}
