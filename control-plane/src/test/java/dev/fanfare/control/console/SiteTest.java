package dev.fanfare.control.console;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SiteTest {
    @ParameterizedTest
    @EnumSource(
            value = HttpVersion.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void theConsoleKnowsWhereTheBrowserFoundItInEachVersionOfHttp(HttpVersion version) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer server = done(vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
                    .requestHandler(request -> request.response().end(request.version() + " " + Site.origin(request)))
                    .listen(0, "127.0.0.1"));
            HttpClientOptions options =
                    new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false);
            HttpClient client = vertx.createHttpClient(options);
            Buffer answer = done(client.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
                    .compose(HttpClientRequest::send)
                    .compose(HttpClientResponse::body));
            done(client.close()); // one that nobody holds is closed whenever memory is tidied up
            assertThat(answer).hasToString(version + " http://127.0.0.1:" + server.actualPort());
        } finally {
            done(vertx.close());
        }
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, SECONDS);
    }
}
