package dev.fanfare.runtime.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.runtime.catalog.Directory;
import dev.fanfare.runtime.config.Settings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A caller who leaves while the catalog is asked about them. */
class LeftCallerTest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private final CompletableFuture<Void> answer = new CompletableFuture<>();
    private final AtomicInteger letIn = new AtomicInteger();

    @Test
    void isNotLetInAfterwardsForNobodyWouldTidyUpBehindThem() throws Exception {
        // one event loop: what is done for one connection comes before what is asked later by another
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try (HttpFront front = new HttpFront(
                vertx,
                List.of(new RoutesOnly(this::oneRoute)),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))) {
            int port = front.listen("127.0.0.1", 0);
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.getOutputStream()
                        .write(("POST /v1/tenants/young/x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer configured\r\n"
                                        + "content-length: 4\r\n\r\nbody")
                                .getBytes(US_ASCII));
                assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
            answer.complete(null);
            HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/live"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            assertThat(letIn).hasValue(0);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** Knows its tenant once it was asked. */
    private final class YoungTenant implements Directory {
        @Override
        public @Nullable AccessKey key(String id) {
            return null;
        }

        @Override
        public boolean isTenant(String id) {
            return answer.isDone();
        }

        @Override
        public CompletionStage<Void> catchUp() {
            asked.countDown();
            return answer;
        }
    }

    private void oneRoute(Router routes) {
        Access access = new Access(
                Settings.load(null, Map.of(), Map.of("access.key", "configured"), List.of(AccessSettings.class))
                        .section(AccessSettings.class),
                new YoungTenant(),
                Clock.systemUTC());
        routes.post("/v1/tenants/:tenant/x")
                .handler(context -> {
                    context.addEndHandler(ended -> left.countDown());
                    context.next();
                })
                .handler(context -> access.check(context, Scope.READ))
                .handler(context -> {
                    letIn.incrementAndGet();
                    context.end();
                });
    }
}
