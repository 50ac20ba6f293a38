package dev.fanfare.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.runtime.config.Settings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpFront front = new HttpFront(
            vertx,
            List.of(new RoutesOnly(ClientAddressTest::saysWhoAsks)),
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));

    @AfterEach
    void close() {
        front.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true  | 192.0.2.7                       | 192.0.2.7",
                "true  | 6.6.6.6, 192.0.2.7              | 192.0.2.7",
                "true  | 6.6.6.6 ; 192.0.2.7             | 192.0.2.7",
                "true  | 2001:db8::17                    | 2001:db8::17",
                "true  | evil\" address=1.2.3.4          | 127.0.0.1",
                "true  | unknown                         | 127.0.0.1",
                "true  | 192.0.2.7,                      | 127.0.0.1",
                "true  |                                 | 127.0.0.1",
                "false | 192.0.2.7                       | 127.0.0.1"
            })
    void theGatewaysWordIsTakenWhereItIsTrustedAndAnAddress(boolean trusted, String told, String address)
            throws Exception {
        int port = front.listen(Settings.load(
                        null,
                        Map.of(),
                        Map.of(
                                "http.host", "127.0.0.1",
                                "http.port", "0",
                                "http.trust-forwarded-for", Boolean.toString(trusted)),
                        List.of(HttpSettings.class))
                .section(HttpSettings.class));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"));
        if (told != null) {
            for (String line : told.split(" ; ")) {
                request.header("X-Forwarded-For", line);
            }
        }
        assertThat(HttpClient.newHttpClient()
                        .send(request.build(), BodyHandlers.ofString())
                        .body())
                .isEqualTo(address);
    }

    private static void saysWhoAsks(Router routes) {
        routes.get("/").handler(context -> context.response().end(ClientAddress.of(context)));
    }
}
