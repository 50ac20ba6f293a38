package dev.fanfare.cli.process;

import dev.fanfare.cli.Version;
import dev.fanfare.cli.cluster.ProcessSettings;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.http.HttpFront;
import dev.fanfare.runtime.http.HttpSettings;
import dev.fanfare.runtime.kafka.BrokerWatch;
import dev.fanfare.runtime.kafka.KafkaArrival;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.Health;
import dev.fanfare.runtime.lifecycle.HealthSettings;
import dev.fanfare.runtime.lifecycle.Role;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.runtime.metric.MetricsSettings;
import dev.fanfare.runtime.metric.ProcessMeters;
import dev.fanfare.runtime.metric.ProcessMetric;
import dev.fanfare.runtime.trace.Tracing;
import dev.fanfare.runtime.trace.TracingSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.logging.LogbackMetrics;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One or several roles in this process, and the HTTP front before them.
 *
 * <pre>
 * start   make roles ─▶ front listens ─▶ Kafka answers ─▶ control ─▶ router ─▶ dispatcher ─▶ retry ─▶ ingest
 * close   front says "draining" ─▶ ingest ─▶ retry ─▶ dispatcher ─▶ router ─▶ control ─▶ front stops
 * </pre>
 *
 * Closing takes the roles in the order of a delivery, so that what is under way flows on for as long as it can. Confined
 * to one thread, except {@link #notReady}.
 */
public final class Pipeline implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
    private static final long READY_POLL_NANOS = 20_000_000L;

    private final Vertx vertx;
    private final ProcessMeters meters;
    private final BrokerWatch kafkaWatch;
    private final LogbackMetrics logLines = new LogbackMetrics();
    private final List<Role> roles = new ArrayList<>();
    private volatile @Nullable Health health;
    private @Nullable HttpFront front;
    private Tracing tracing = Tracing.off();
    private int port;

    private Pipeline(Vertx vertx, ProcessMeters meters, BrokerWatch kafkaWatch) {
        this.vertx = vertx;
        this.meters = meters;
        this.kafkaWatch = kafkaWatch;
    }

    /** As {@link #start(Set, Settings, KafkaConnection, Vertx, Clock)}, with the clock of this machine. */
    public static Pipeline start(Set<RoleKind> kinds, Settings settings, KafkaConnection kafka, Vertx vertx) {
        return start(kinds, settings, kafka, vertx, Clock.systemUTC());
    }

    /**
     * Starts roles and returns when all have started; {@link #awaitReady} says when they do their work. While Kafka is away
     * it waits, alive and not ready; where not even the name of a broker is known, before it listens.
     *
     * @param vertx closed with the pipeline
     * @param clock what the roles take for the time
     * @throws RuntimeException of the role that can't start; what was started is closed again
     */
    public static Pipeline start(
            Set<RoleKind> kinds, Settings settings, KafkaConnection kafka, Vertx vertx, Clock clock) {
        String instanceId = instanceId(settings);
        new KafkaArrival().awaitNames(kafka);
        Pipeline pipeline = new Pipeline(
                vertx,
                new ProcessMeters(settings.section(MetricsSettings.class), instanceId, Version.current()),
                BrokerWatch.on(
                        kafka,
                        "fanfare-watch-" + instanceId,
                        settings.section(HealthSettings.class).kafkaPatience()));
        try {
            pipeline.startRoles(kinds, settings, kafka, instanceId, clock);
            return pipeline;
        } catch (RuntimeException e) {
            // a stop that broke off the start must not break off what closes in order
            boolean interrupted = Thread.interrupted();
            pipeline.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            throw e;
        }
    }

    private void startRoles(
            Set<RoleKind> kinds, Settings settings, KafkaConnection kafka, String instanceId, Clock clock) {
        HttpSettings http = settings.section(HttpSettings.class);
        String service =
                kinds.size() == 1 ? "fanfare-" + kinds.iterator().next().text() : "fanfare";
        tracing = Tracing.open(settings.section(TracingSettings.class), service, instanceId);
        RoleContext context = new RoleContext(
                instanceId, settings, kafka, meters.registry(), vertx, clock, new SecureRandom(), tracing);
        for (RoleKind kind : EnumSet.copyOf(kinds)) {
            roles.add(kind.make(context));
        }
        Health watched = new Health(roles, kafkaWatch::readiness);
        health = watched;
        measure(watched);
        HttpFront opened = new HttpFront(vertx, roles, watched, meters.scraped());
        front = opened;
        port = opened.listen(http);
        LOG.info("listening role={} address={}:{}", names(), http.host(), port);
        for (Role role : roles) {
            if (!role.startsWithoutKafka()) {
                new KafkaArrival().awaitAnswer(kafkaWatch);
            }
            long startedAt = System.nanoTime();
            role.start();
            LOG.debug("role started role={} ms={}", role.name(), (System.nanoTime() - startedAt) / 1_000_000);
        }
    }

    private String names() {
        return roles.stream().map(Role::name).collect(Collectors.joining(","));
    }

    private void measure(Health watched) {
        MeterRegistry registry = meters.registry();
        logLines.bindTo(registry);
        ProcessMetric.KAFKA_SILENCE.gauge(
                registry, kafkaWatch, watch -> watch.silence().toMillis() / 1e3);
        for (Role role : roles) {
            ProcessMetric.READY.gauge(registry, role, each -> watched.of(each).isReady() ? 1 : 0, role.name());
        }
    }

    private static String instanceId(Settings settings) {
        return settings.section(ProcessSettings.class).instanceId().orElseGet(() -> {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                throw new IllegalStateException(
                        "this host doesn't know its name: set process.instance-id, a name that no other process of this"
                                + " role has and that stays the same over a restart",
                        e);
            }
        });
    }

    /** The port of the HTTP front. */
    public int port() {
        return port;
    }

    /** Which roles can't do their work now, and why; empty where all can. Safe from any thread. */
    public List<String> notReady() {
        Health watched = health;
        return watched == null ? List.of("nothing has started yet") : watched.notReady();
    }

    /** Waits until all roles do their work; false where the time ran out, or this thread was interrupted. */
    public boolean awaitReady(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!notReady().isEmpty()) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(READY_POLL_NANOS);
        }
        return true;
    }

    @Override
    public void close() {
        HttpFront open = front;
        if (open != null) {
            open.drain();
        }
        List<Role> backwards = new ArrayList<>(roles);
        Collections.reverse(backwards);
        backwards.forEach(role -> closeOne(role.name(), role));
        if (open != null) {
            closeOne("http", open);
        }
        closeOne(
                "vertx",
                () -> vertx.close().toCompletionStage().toCompletableFuture().join());
        closeOne("tracing", tracing);
        closeOne("kafka watch", kafkaWatch);
        closeOne("log lines", logLines);
        closeOne("metrics", meters);
    }

    /** One part that can't close must not keep the others from it. */
    private static void closeOne(String name, AutoCloseable part) {
        long startedAt = System.nanoTime();
        try {
            part.close();
            LOG.debug("closed part={} ms={}", name, (System.nanoTime() - startedAt) / 1_000_000);
        } catch (Exception e) {
            LOG.error("closing failed part={}", name, e);
        }
    }
}
