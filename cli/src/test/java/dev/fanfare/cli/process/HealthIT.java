package dev.fanfare.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.cluster.Sections;
import dev.fanfare.contract.Json;
import dev.fanfare.router.RouterRole;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.kafka.KafkaArrival;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.Role;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What the probes say of every role, over a real outage of the broker. */
@WithBroker
class HealthIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void everyRoleIsNotReadyBeforeItStartsAndWhileTheBrokerIsAwayAndLivesOn(@Fresh TestBroker broker)
            throws IOException {
        broker.createFanfareTopics();
        Settings settings = settings(broker);
        KafkaConnection kafka = new KafkaConnection(settings.kafka());
        notStartedIsNotReady(settings, kafka);
        try (Pipeline pipeline = Pipeline.start(EnumSet.allOf(RoleKind.class), settings, kafka, Vertx.vertx())) {
            awaitReady(pipeline);

            broker.stop();
            for (RoleKind kind : RoleKind.values()) {
                Awaitility.await(kind.text()).atMost(PATIENCE).untilAsserted(() -> {
                    JsonNode ready = get(pipeline, "/health/ready", 503);
                    assertThat(ready.path("status").asText()).isEqualTo("not ready");
                    assertThat(ready.path("roles").path(kind.text()).asText())
                            .isNotEmpty()
                            .isNotEqualTo("ready");
                });
            }
            assertThat(get(pipeline, "/health/ready", 503).toString()).contains("Kafka has not answered for ");
            assertThat(get(pipeline, "/health/live", 200).path("status").asText())
                    .isEqualTo("live");

            broker.startAgain();
            awaitReady(pipeline);
            assertThat(get(pipeline, "/health/live", 200).path("status").asText())
                    .isEqualTo("live");
        }
    }

    @Test
    void aBrokerThatGoesAwayInTheMiddleOfARolesStartEndsNoRole(@Fresh TestBroker broker) throws IOException {
        broker.createFanfareTopics();
        Settings settings = settings(broker);
        Logger router = (Logger) LoggerFactory.getLogger(RouterRole.class);
        Logger arrival = (Logger) LoggerFactory.getLogger(KafkaArrival.class);
        // on the thread that starts the role: between its first table and its second
        OnLine comes = new OnLine("waiting for Kafka", () -> new Thread(broker::startAgain).start());
        OnLine goes = new OnLine("subscriptions loaded", () -> {
            broker.stop();
            arrival.addAppender(comes); // not before: a slow machine may have been waited for until here
        });
        router.setLevel(Level.INFO);
        router.addAppender(goes);
        try (Pipeline pipeline = Pipeline.start(
                EnumSet.allOf(RoleKind.class), settings, new KafkaConnection(settings.kafka()), Vertx.vertx())) {
            assertThat(goes.seen).isTrue();
            assertThat(comes.seen).isTrue();
            awaitReady(pipeline);
        } finally {
            router.detachAppender(goes);
            router.setLevel(null);
            arrival.detachAppender(comes);
        }
    }

    /** Does something once, on the thread that logs. */
    private static final class OnLine extends AppenderBase<ILoggingEvent> {
        private final String beginning;
        private final Runnable action;
        private volatile boolean seen;

        OnLine(String beginning, Runnable action) {
            this.beginning = beginning;
            this.action = action;
            start();
        }

        @Override
        protected void append(ILoggingEvent line) {
            if (!seen && line.getMessage().startsWith(beginning)) {
                seen = true;
                action.run();
            }
        }
    }

    private void awaitReady(Pipeline pipeline) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode roles = get(pipeline, "/health/ready", 200).path("roles");
            for (RoleKind kind : RoleKind.values()) {
                assertThat(roles.path(kind.text()).asText()).as(kind.text()).isEqualTo("ready");
            }
        });
    }

    private static void notStartedIsNotReady(Settings settings, KafkaConnection kafka) {
        Vertx vertx = Vertx.vertx();
        RoleContext context = new RoleContext(
                "other", settings, kafka, new SimpleMeterRegistry(), vertx, Clock.systemUTC(), new Random(1));
        for (RoleKind kind : RoleKind.values()) {
            try (Role role = kind.make(context)) {
                assertThat(role.readiness().reason()).as(kind.text()).isNotBlank();
                assertThat(role.fault()).as(kind.text()).isNull();
            }
        }
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Settings settings(TestBroker broker) throws IOException {
        Path keyset = folder.resolve("keyset.json");
        KeysetFile.create(keyset);
        Map<String, String> values = new HashMap<>(Map.of(
                "kafka.bootstrap.servers", broker.bootstrapServers(),
                "http.host", "127.0.0.1",
                "http.port", "0",
                "access.key", "key",
                "secrets.keyset-file", keyset.toString(),
                "topics.retry-tiers", "1s,2s,5s",
                "process.instance-id", "test",
                "health.kafka-patience", "2s",
                "router.state-dir", folder.resolve("router").toString(),
                "control.state-dir", folder.resolve("control").toString()));
        return Settings.load(null, Map.of(), values, Sections.ALL);
    }

    private JsonNode get(Pipeline pipeline, String path, int status) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + pipeline.port() + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
            return Json.STRICT.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
