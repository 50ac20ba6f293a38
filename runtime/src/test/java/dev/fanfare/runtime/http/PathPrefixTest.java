package dev.fanfare.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Behind gateways that pass their prefix on, and behind those that take it off. */
class PathPrefixTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpFront front = new HttpFront(
            vertx,
            List.of(new RoutesOnly(PathPrefixTest::makers)),
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));

    @AfterEach
    void close() {
        front.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @CsvSource({
        "/fanfare/things/a%20b?x=1, 201, a b 1 /things/a%20b?x=1 body",
        "/things/a%20b?x=1,         201, a b 1 /things/a%20b?x=1 body",
        "/fanfare/fanfare/x,        404,",
        "/fanfareish/things/a,      404,",
        "/fanfare,                  404,"
    })
    void pathsAreAnsweredWithAndWithoutThePrefix(String path, int status, String body) throws Exception {
        int port = listen(Map.of("http.path-prefix", "/fanfare"));
        HttpResponse<String> answer = post(port, path, null);
        assertThat(answer.statusCode()).isEqualTo(status);
        if (body != null) {
            assertThat(answer.body()).isEqualTo(body);
            assertThat(answer.headers().firstValue("location")).hasValue("/fanfare/things/1");
        }
    }

    @Test
    void whatIsAskedInAnotherWayIsToldWhatIsOfferedThere() throws Exception {
        int port = listen(Map.of("http.path-prefix", "/behind/fanfare"));
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/behind/fanfare/things/1"))
                        .DELETE()
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).hasValue("POST");
    }

    @ParameterizedTest
    @CsvSource({
        "true,  /outer,         /outer/things/1",
        "true,  /outer/,        /outer/things/1",
        "true,  /things,        /things/things/1",
        "true,  ,               /things/1",
        "true,  //evil.example, /things/1",
        "true,  https://evil,   /things/1",
        "true,  /a/../..,       /things/1",
        "false, /outer,         /things/1"
    })
    void aGatewaysPrefixStandsBeforeLocationsWhereItIsTrusted(boolean trusted, String header, String location)
            throws Exception {
        int port = listen(Map.of("http.trust-forwarded-prefix", Boolean.toString(trusted)));
        HttpResponse<String> answer = post(port, "/things/a", header);
        assertThat(answer.headers().firstValue("location")).hasValue(location);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fanfare", "/", "/fanfare/", "//x", "/a b", "/a/../b", "/%2f", "https://x"})
    void aPrefixThatIsNoPathIsRefused(String prefix) {
        assertThatThrownBy(() -> listen(Map.of("http.path-prefix", prefix)))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("http.path-prefix: '" + prefix + "' must begin with a slash");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/things", "/health", "/health/live"})
    void aPrefixThatOurOwnPathsBeginWithIsRefused(String prefix) {
        assertThatThrownBy(() -> listen(Map.of("http.path-prefix", prefix)))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("http.path-prefix: '" + prefix + "' is what paths of Fanfare's own begin with");
    }

    private int listen(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of("http.host", "127.0.0.1", "http.port", "0"));
        all.putAll(settings);
        return front.listen(
                Settings.load(null, Map.of(), all, List.of(HttpSettings.class)).section(HttpSettings.class));
    }

    private HttpResponse<String> post(int port, String path, String forwardedPrefix) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .POST(BodyPublishers.ofString("body"));
        if (forwardedPrefix != null) {
            request.header("X-Forwarded-Prefix", forwardedPrefix);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Makes one thing, and says where. */
    private static void makers(Router routes) {
        routes.post("/things/:name").handler(BodyHandler.create(false)).handler(context -> context.response()
                .setStatusCode(201)
                .putHeader("location", "/things/1")
                .end(context.pathParam("name") + " " + context.request().getParam("x") + " "
                        + context.request().uri() + " " + context.body().asString()));
    }
}
