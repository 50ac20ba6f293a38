package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.RoleContext;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A router as a process would run it, and the records that it meets. */
final class TestRouter implements AutoCloseable {
    static {
        // Only a test that fails waits so long; a busy machine has the time it needs.
        Awaitility.setDefaultTimeout(Duration.ofMinutes(2));
    }

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final RouterRole role;
    private final Vertx vertx = Vertx.vertx();
    private final @Nullable Path ownStateDir;

    private TestRouter(
            String bootstrapServers,
            String instanceId,
            Map<String, String> settings,
            UnaryOperator<CompactedTable.Decoder<RoutedSubscription>> around) {
        Map<String, String> all = new HashMap<>(Map.of("access.tenants", "default,acme"));
        all.putAll(settings);
        ownStateDir = all.containsKey("router.state-dir") ? null : temporary();
        if (ownStateDir != null) {
            all.put("router.state-dir", ownStateDir.toString());
        }
        role = new RouterRole(
                new RoleContext(
                        instanceId,
                        Settings.load(null, Map.of(), all, List.of(RouterSettings.class, AccessSettings.class)),
                        KafkaConnection.to(bootstrapServers),
                        meters,
                        vertx,
                        Clock.systemUTC(),
                        new SecureRandom()),
                around);
    }

    static Path temporary() {
        try {
            return Files.createTempDirectory("fanfare-test-router");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a router and waits until it has its partitions; without a state-dir it has one that goes with it. */
    static TestRouter start(String bootstrapServers, String instanceId, Map<String, String> settings) {
        return start(bootstrapServers, instanceId, settings, UnaryOperator.identity());
    }

    static TestRouter start(
            String bootstrapServers,
            String instanceId,
            Map<String, String> settings,
            UnaryOperator<CompactedTable.Decoder<RoutedSubscription>> around) {
        TestRouter router = new TestRouter(bootstrapServers, instanceId, settings, around);
        router.role.start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> router.role.readiness().isReady());
        return router;
    }

    double events(String outcome) {
        return meters.get("fanfare.router.events")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    double count(String counter) {
        return meters.get(counter).counter().count();
    }

    @Override
    public void close() {
        role.close();
        vertx.close();
        if (ownStateDir != null) {
            delete(ownStateDir);
        }
    }

    /** Deletes a folder with all that is in it; one that isn't there is fine. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Subscription subscription(String tenant, String id, String... eventTypes) {
        return Subscription.builder(tenant, id, UUID.randomUUID(), URI.create("http://127.0.0.1:1/" + id))
                .eventTypes(List.of(eventTypes))
                .retry(new Subscription.Retry(List.of("1s")))
                .build();
    }

    static Subscription disabled(Subscription subscription) {
        return subscription.toBuilder()
                .state(Subscription.State.DISABLED, "by a test")
                .build();
    }

    /** As the control plane writes it. */
    static ProducerRecord<byte[], byte[]> row(Subscription subscription) {
        return new ProducerRecord<>(Topics.SUBSCRIPTIONS, subscription.key().getBytes(UTF_8), subscription.toJson());
    }

    /** As the control plane deletes it. */
    static ProducerRecord<byte[], byte[]> tombstone(Subscription subscription) {
        return new ProducerRecord<>(Topics.SUBSCRIPTIONS, subscription.key().getBytes(UTF_8), null);
    }

    /** As any producer writes it, in binary mode, without a tenant. */
    static ProducerRecord<byte[], byte[]> event(String id, String type, byte[] data) {
        Event event = new Event(
                Map.of(Event.ID, id, Event.TYPE, type, Event.SOURCE, "/tests"), "application/octet-stream", data);
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(Topics.EVENTS, id.getBytes(UTF_8), data);
        EventRecords.writeHeaders(event, message.headers());
        return message;
    }
}
