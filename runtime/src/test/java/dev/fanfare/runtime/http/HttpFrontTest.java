package dev.fanfare.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.lifecycle.Health;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpFrontTest {
    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final FakeRole role = new FakeRole();
    private final AtomicReference<Readiness> kafka = new AtomicReference<>(Readiness.READY);
    private final HttpFront front = new HttpFront(vertx, List.of(role), new Health(List.of(role), kafka::get), meters);
    private final HttpClient client = HttpClient.newHttpClient();
    private int port;

    @BeforeEach
    void listen() {
        port = front.listen("127.0.0.1", 0);
    }

    @AfterEach
    void close() {
        front.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void itIsLiveWhetherItsRolesAreReadyOrNot() throws Exception {
        role.readiness = Readiness.notReady("waiting for Kafka");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(json(get("/health/live")).path("status").asText()).isEqualTo("live");
    }

    @Test
    void itIsReadyWhenItsRolesAreAndElseSaysWhoIsNotAndWhy() throws Exception {
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        role.readiness = Readiness.notReady("waiting for Kafka");
        HttpResponse<String> notReady = get("/health/ready");
        assertThat(notReady.statusCode()).isEqualTo(503);
        assertThat(json(notReady).path("roles").path("fake").asText()).isEqualTo("waiting for Kafka");
        role.readiness = Readiness.READY;
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void whileKafkaIsAwayItIsNotReadyButLives() throws Exception {
        kafka.set(Readiness.notReady("Kafka has not answered for 31s"));
        HttpResponse<String> notReady = get("/health/ready");
        assertThat(notReady.statusCode()).isEqualTo(503);
        assertThat(json(notReady).path("status").asText()).isEqualTo("not ready");
        assertThat(json(notReady).path("roles").path("fake").asText()).isEqualTo("Kafka has not answered for 31s");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        role.readiness = Readiness.notReady("reads its tables");
        assertThat(json(get("/health/ready")).path("roles").path("fake").asText())
                .as("what is nearer to the trouble comes first")
                .isEqualTo("reads its tables; Kafka has not answered for 31s");
    }

    @Test
    void whatOnlyARestartMendsIsNotLive() throws Exception {
        role.fault = "stopped by a fault";
        HttpResponse<String> broken = get("/health/live");
        assertThat(broken.statusCode()).isEqualTo(503);
        assertThat(json(broken).path("status").asText()).isEqualTo("broken");
        assertThat(json(broken).path("roles").path("fake").asText()).isEqualTo("stopped by a fault");
    }

    @Test
    void onceDrainingItIsNotReadyButStillAnswers() throws Exception {
        front.drain();
        HttpResponse<String> draining = get("/health/ready");
        assertThat(draining.statusCode()).isEqualTo(503);
        assertThat(json(draining).path("status").asText()).isEqualTo("draining");
        assertThat(json(draining).path("roles").path("fake").asText()).contains("told to stop");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/hello").body()).isEqualTo("hello");
    }

    @Test
    void connectionsAreSpreadOverTheProcessorsAndAllGoWhenItCloses() throws Exception {
        int own;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            own = probe.getLocalPort();
        }
        HttpFront spread = new HttpFront(vertx, List.of(role), meters);
        assertThat(spread.listen("127.0.0.1", own)).isEqualTo(own);
        Set<String> threads = new HashSet<>();
        try {
            for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
                threads.add(HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + own + "/thread"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body());
            }
        } finally {
            spread.close();
        }
        assertThat(threads).hasSize(Runtime.getRuntime().availableProcessors());
        // the kernel may take a connection while the last socket that listens is being closed
        await().untilAsserted(() ->
                assertThatThrownBy(() -> new Socket("127.0.0.1", own).close()).isInstanceOf(IOException.class));
    }

    @Test
    void metricsAreShownInPrometheusForm() throws Exception {
        meters.counter("fanfare.test.things", "kind", "a").increment();
        HttpResponse<String> response = get("/metrics");
        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain");
        assertThat(response.body()).contains("fanfare_test_things_total{kind=\"a\"} 1.0");
    }

    @Test
    void whatARoleMountsIsServed() throws Exception {
        assertThat(get("/hello").body()).isEqualTo("hello");
    }

    @Test
    void whatIsNotThereIsAProblem() throws Exception {
        assertProblem(get("/nothing"), 404, "/nothing");
        assertProblem(send("DELETE", "/hello"), 405, "DELETE");
        assertThat(send("DELETE", "/hello").headers().firstValue("allow")).hasValue("GET");
        assertProblem(send("POST", "/health/live"), 405, "POST");
        assertThat(send("POST", "/v1/tenants/acme/secret").headers().firstValue("allow"))
                .hasValue("DELETE, GET");
    }

    @Test
    void aProblemThatARoleThrowsIsTheAnswer() throws Exception {
        assertProblem(get("/teapot"), 418, "short and stout");
    }

    @Test
    void aFaultOfOursIsA500ThatTellsNothingOfTheInside() throws Exception {
        HttpResponse<String> response = get("/broken");
        assertProblem(response, 500, "log");
        assertThat(response.body()).doesNotContain("hush");
        assertThat(get("/hello").statusCode()).isEqualTo(200);
    }

    @Test
    void aBrokenEscapeIsTheClientsFault() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write("GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("application/problem+json");
        }
    }

    @Test
    void aPortInUseIsOneSentenceWithTheWayOut() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            HttpFront other = new HttpFront(vertx, List.of(), meters);
            assertThatThrownBy(() -> other.listen("127.0.0.1", taken.getLocalPort()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort())
                    .hasMessageContaining("--port");
            other.close();
        }
    }

    @Test
    void aHostThatIsNoneIsNamed() {
        HttpFront other = new HttpFront(vertx, List.of(), meters);
        assertThatThrownBy(() -> other.listen("no.such.host.invalid", 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no.such.host.invalid");
        assertThatThrownBy(() -> other.listen("203.0.113.1", 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("203.0.113.1");
    }

    @Test
    void onceClosedNobodyComesInAndClosingTwiceIsFine() {
        front.close();
        front.close();
        assertThatThrownBy(() -> get("/health/live")).isInstanceOf(IOException.class);
    }

    @Test
    void aClientWhoseFirstHeaderNeverEndsIsLeft() throws Exception {
        try (HttpFront impatient =
                        new HttpFront(vertx, List.of(), meters, Duration.ofMillis(600), Duration.ofMinutes(1));
                Socket socket = new Socket("127.0.0.1", impatient.listen("127.0.0.1", 0))) {
            socket.getOutputStream().write("GET /health/live HTTP/1.1\r\nx: ".getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(20_000);
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void aClientWhoseNextHeaderNeverEndsIsLeftThoughItIsNeverIdle() throws Exception {
        try (HttpFront impatient =
                        new HttpFront(vertx, List.of(), meters, Duration.ofMinutes(1), Duration.ofMillis(600));
                Socket socket = new Socket("127.0.0.1", impatient.listen("127.0.0.1", 0))) {
            OutputStream out = socket.getOutputStream();
            out.write("GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");

            out.write("GET /health/live HTTP/1.1\r\nx: ".getBytes(StandardCharsets.US_ASCII));
            await().until(() -> {
                try {
                    out.write('x');
                    return false;
                } catch (IOException closed) {
                    return true;
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic dGVzdA==",
                "Bearer",
                "Bearer ",
                "Bearer wrong",
                "right",
                "Bearer rightx",
                "BearerX right"
            })
    void whoHasNotTheKeyIsRefused(String authorization) throws Exception {
        HttpRequest.Builder request = to("/v1/tenants/acme/secret").GET();
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertProblem(response, 401, "API key");
        assertThat(response.headers().firstValue("www-authenticate")).hasValue("Bearer");
        assertThat(response.body()).doesNotContain("right").doesNotContain("wrong");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer right", "bearer right", "BEARER  right "})
    void whoHasTheKeyComesInToATenantThatExists(String authorization) throws Exception {
        HttpRequest.Builder request = to("/v1/tenants/acme/secret").header("Authorization", authorization);
        assertThat(client.send(request.build(), HttpResponse.BodyHandlers.ofString())
                        .body())
                .isEqualTo("of acme");
        HttpRequest.Builder other = to("/v1/tenants/nobody/secret").header("Authorization", authorization);
        assertProblem(client.send(other.build(), HttpResponse.BodyHandlers.ofString()), 404, "nobody");
    }

    @Test
    void withoutAConfiguredKeyNobodyComesIn() {
        Access closed = new Access(
                Settings.load(null, Map.of(), Map.of(), List.of(AccessSettings.class))
                        .section(AccessSettings.class),
                new FakeDirectory(),
                Clock.systemUTC());
        assertThat(closed.caller(ShownKey.of(""))).isNull();
        assertThat(closed.caller(ShownKey.of("right"))).isNull();
    }

    private void assertProblem(HttpResponse<String> response, int status, String word) throws IOException {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        JsonNode problem = json(response);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("type").asText()).startsWith("/problems/");
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).contains(word);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path);
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        return client.send(
                to(path).method(method, BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return Json.STRICT.readTree(response.body());
    }

    /** Ready or not as told, with a few routes. */
    private static final class FakeRole implements Role {
        private final Access access = new Access(
                Settings.load(null, Map.of(), Map.of("access.key", "right"), List.of(AccessSettings.class))
                        .section(AccessSettings.class),
                new FakeDirectory().tenants("acme", "default"),
                Clock.systemUTC());
        private volatile Readiness readiness = Readiness.READY;
        private volatile @Nullable String fault;

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public void mount(Router routes) {
            routes.get("/hello").handler(context -> context.end("hello"));
            routes.get("/thread")
                    .handler(context -> context.end(Thread.currentThread().getName()));
            routes.get("/teapot").handler(context -> {
                throw new ProblemException(Problem.of(418, "teapot", "Teapot", "short and stout"));
            });
            routes.get("/broken").handler(context -> {
                throw new IllegalStateException("hush");
            });
            routes.get("/v1/tenants/:tenant/secret")
                    .handler(context -> access.check(context, Scope.READ))
                    .handler(context -> context.end("of " + context.pathParam("tenant")));
            routes.delete("/v1/tenants/:tenant/secret").handler(context -> context.end());
        }

        @Override
        public void start() {}

        @Override
        public Readiness readiness() {
            return readiness;
        }

        @Override
        public @Nullable String fault() {
            return fault;
        }

        @Override
        public void close() {}
    }
}
