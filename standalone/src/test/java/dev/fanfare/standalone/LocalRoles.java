package dev.fanfare.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.cluster.Sections;
import dev.fanfare.cli.process.Pipeline;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.testkit.TestBroker;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Roles of one installation in this process, each with its own HTTP front. Confined to one thread, but for {@link #post}. */
final class LocalRoles implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final String KEY = "local-key";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Map<String, String> settings = new HashMap<>();
    private final Map<RoleKind, Pipeline> pipelines = Collections.synchronizedMap(new HashMap<>());

    /** None runs yet. */
    LocalRoles(TestBroker broker, Path folder) throws IOException {
        Path keyset = folder.resolve("keyset.json");
        KeysetFile.create(keyset);
        settings.putAll(Map.of(
                "kafka.bootstrap.servers",
                broker.bootstrapServers(),
                "http.host",
                "127.0.0.1",
                "http.port",
                "0",
                "access.key",
                KEY,
                "secrets.keyset-file",
                keyset.toString(),
                "topics.retry-tiers",
                "1s,2s,5s",
                "dispatcher.allow-loopback",
                "true",
                "process.instance-id",
                "a",
                "router.state-dir",
                folder.resolve("router").toString(),
                "control.state-dir",
                folder.resolve("control").toString()));
    }

    /** Of the roles that are started from now on. */
    LocalRoles with(Map<String, String> more) {
        settings.putAll(more);
        return this;
    }

    /** Returns when all of them do their work. */
    LocalRoles start(RoleKind... kinds) {
        Settings chosen = Settings.load(null, Map.of(), settings, Sections.ALL);
        for (RoleKind kind : kinds) {
            pipelines.put(
                    kind, Pipeline.start(EnumSet.of(kind), chosen, new KafkaConnection(chosen.kafka()), Vertx.vertx()));
        }
        for (RoleKind kind : kinds) {
            Pipeline pipeline = of(kind);
            assertThat(pipeline.awaitReady(PATIENCE))
                    .as("%s: %s", kind, pipeline.notReady())
                    .isTrue();
        }
        return this;
    }

    /** In order, one after the other. */
    void stop(RoleKind... kinds) {
        Arrays.stream(kinds)
                .forEach(kind -> Objects.requireNonNull(pipelines.remove(kind)).close());
    }

    /** The same role with the same settings, as another instance in a process of its own. */
    FanfareProcess startProcess(RoleKind kind, String instanceId, Path folder) {
        List<String> args = new ArrayList<>(List.of(kind.text()));
        settings.forEach((key, value) -> args.addAll(List.of("--set", key + "=" + value)));
        args.addAll(List.of("--set", "process.instance-id=" + instanceId));
        return FanfareProcess.start(folder, args.toArray(String[]::new));
    }

    /** For every event, by JSON; its deliveries go to {@code url}. */
    void subscribe(String id, String url) throws IOException, InterruptedException {
        String body = "{\"id\":\"%s\",\"url\":\"%s\",\"eventTypes\":[\"*\"]}".formatted(id, url);
        HttpResponse<String> response = post(RoleKind.CONTROL, "/subscriptions", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    }

    /** Returns when it is accepted. */
    void send(String id) throws IOException, InterruptedException {
        String body = "{\"id\":\"%s\",\"type\":\"order.created\",\"data\":{}}".formatted(id);
        HttpResponse<String> response = post(RoleKind.INGEST, "/events", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    }

    private HttpResponse<String> post(RoleKind kind, String path, String json)
            throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + of(kind).port() + "/v1/tenants/default" + path))
                        .header("Authorization", "Bearer " + KEY)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The sum of a metric over all its tags. */
    double metric(RoleKind kind, String name) {
        return FanfareProcess.get("http://127.0.0.1:" + of(kind).port() + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private Pipeline of(RoleKind kind) {
        return Objects.requireNonNull(pipelines.get(kind), kind + " doesn't run");
    }

    @Override
    public void close() {
        for (RoleKind kind :
                List.of(RoleKind.INGEST, RoleKind.RETRY, RoleKind.DISPATCHER, RoleKind.ROUTER, RoleKind.CONTROL)) {
            if (pipelines.containsKey(kind)) {
                stop(kind);
            }
        }
    }
}
