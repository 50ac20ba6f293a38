package dev.fanfare.ingest;

import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Access;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.kafka.TopicSetup;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import dev.fanfare.runtime.lifecycle.RoleContext;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The front door: takes events over HTTP and writes them to {@code fanfare.events}.
 *
 * <pre>
 * POST /v1/tenants/{t}/events ─▶ Access ─▶ IngestHandler ─▶ 202 after acks=all
 *                                 401…404, 503
 * </pre>
 *
 * <p>Nothing is written on a 4xx, but where the topic's own limit is below ours. A 503 says that an event was not seen to
 * be safe: it may have been written, and repeating it under its own id is harmless.
 */
public final class IngestRole implements Role {
    private static final Logger LOG = LoggerFactory.getLogger(IngestRole.class);
    private static final Duration TOPIC_CHECK = Duration.ofSeconds(5);
    private static final long WATCH_EVERY_MILLIS = 100;
    private static final long FORGET_EVERY_MILLIS = 60_000;

    private final RoleContext context;
    private final IngestSettings settings;
    private final Catalog catalog;
    private final Access access;
    private final RateLimits limits;
    private final EventPublisher publisher;
    private final IngestHandler handler;
    private final List<Long> timers = new ArrayList<>();

    /** With the process's settings; {@link IngestSettings} and {@link AccessSettings} must be among the sections. */
    public IngestRole(RoleContext context) {
        this.context = context;
        this.settings = context.settings().section(IngestSettings.class);
        IngestSettings.check(settings);
        AccessSettings accessSettings = context.settings().section(AccessSettings.class);
        String client = "fanfare-ingest-" + context.instanceId();
        this.catalog = new Catalog(context.kafka(), Set.copyOf(accessSettings.tenants()), client + "-catalog");
        this.access = new Access(accessSettings, catalog, context.clock());
        this.publisher =
                EventPublisher.on(context.kafka().measuredBy(context.meters()), settings, client, context.tracing());
        this.limits = new RateLimits(catalog, settings, System::nanoTime, context.clock());
        this.handler = new IngestHandler(
                settings,
                new EventValidator(context.clock(), context.random()),
                new EventTypeCheck(catalog, new Room(settings.buffer().bytes())),
                limits,
                publisher,
                context.meters());
    }

    @Override
    public String name() {
        return "ingest";
    }

    @Override
    public boolean startsWithoutKafka() {
        return true;
    }

    @Override
    public void mount(Router routes) {
        routes.post("/v1/tenants/:tenant/events")
                .handler(handler::measure)
                .handler(request -> access.check(request, Scope.EVENTS_WRITE))
                .handler(this::requireCatalog)
                .handler(limits::admit)
                .handler(handler::handle);
    }

    /** Until it is read, nobody knows what a tenant is limited to, nor whether it is held to its event types. */
    private void requireCatalog(RoutingContext request) {
        if (!catalog.isLoaded()) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, IngestHandler.RETRY_AFTER_SECONDS);
            throw new ProblemException(Problem.of(
                    503,
                    "not-accepted",
                    "Event not accepted",
                    "tenants and their event types are not read yet: send it again later"));
        }
        request.next();
    }

    /**
     * Checks that the topic exists; a cluster that can't be reached now is waited for, and readiness says so.
     *
     * @throws IllegalStateException where the topic is missing
     */
    @Override
    public void start() {
        Admin admin = context.kafka().admin("fanfare-ingest-start-" + context.instanceId());
        try {
            new TopicSetup(admin, TOPIC_CHECK).require(List.of(Topics.EVENTS, Topics.CATALOG));
        } catch (KafkaException e) {
            LOG.warn("Kafka can't be reached yet, ingest is not ready cause={}", e.toString());
        } finally {
            // without waiting for what was asked: Kafka's own patience is a minute
            admin.close(Duration.ZERO);
        }
        catalog.startWhenPossible();
        timers.add(context.vertx().setPeriodic(1, WATCH_EVERY_MILLIS, timer -> {
            publisher.watch();
            handler.turnAwayTheSlow();
        }));
        timers.add(context.vertx().setPeriodic(FORGET_EVERY_MILLIS, timer -> limits.forgetTheGone()));
    }

    @Override
    public Readiness readiness() {
        return publisher.readiness().isReady() && !catalog.isLoaded()
                ? Readiness.notReady("tenants and keys are not read yet")
                : publisher.readiness();
    }

    /** Turns new events away, answers those under way (within {@code ingest.ack-timeout}), and leaves. */
    @Override
    public void close() {
        publisher.refuse();
        int left = handler.awaitAnswers(settings.ackTimeout());
        if (left > 0) {
            LOG.warn("requests were still under way when their time ran out requests={}", left);
        }
        timers.forEach(timer -> context.vertx().cancelTimer(timer));
        publisher.close();
        catalog.close();
    }
}
