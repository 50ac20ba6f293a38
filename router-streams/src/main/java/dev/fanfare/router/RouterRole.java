package dev.fanfare.router;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.EventRouter.Tenants;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import dev.fanfare.router.replay.Replays;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.catalog.EventTypeRules;
import dev.fanfare.runtime.config.StateFolder;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaArrival;
import dev.fanfare.runtime.kafka.TopicSetup;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.runtime.metric.ProcessMetric;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes events to subscriptions.
 *
 * <pre>
 * fanfare.subscriptions ─▶ CompactedTable ─▶ SubscriptionIndex
 *                                │ how far it has read     │ who wants what
 *                                ▼                         ▼
 * fanfare.events ─────────▶ ReadIndex ───────────────▶ EventRouter ─▶ fanfare.deliveries
 *                                                          │ very many  ▲
 *                                                          ▼            │
 *                                                 fanfare.fanout ─▶ ChunkRouter
 *
 * fanfare.catalog ────▶ Catalog: which tenants there are, and what their events are held to ─▶ EventRouter
 * topics of one tenant ─▶ TenantTopics ─▶ fanfare.events
 * fanfare.runs, fanfare.events ──────────────────────▶ Replays ─────▶ fanfare.deliveries
 * </pre>
 *
 * Any number of instances share the partitions of the events topic; each holds all subscriptions.
 */
public final class RouterRole implements Role {
    private static final Logger LOG = LoggerFactory.getLogger(RouterRole.class);
    private static final int TOPOLOGIES = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> TOPICS = List.of(
            Topics.EVENTS,
            Topics.SUBSCRIPTIONS,
            Topics.CATALOG,
            Topics.FANOUT,
            Topics.DELIVERIES,
            Topics.DEAD_LETTERS,
            Topics.RUNS,
            Topics.SEEN_CHANGELOG);

    /** The group of all routers. */
    public static final String GROUP = RouterStreams.APPLICATION_ID;

    private static final Duration BEFORE_A_NEW_THREAD = Duration.ofSeconds(1);

    private final RoleContext context;
    private final RouterSettings settings;
    private final RouterMetrics metrics;
    private final CompactedTable.Decoder<RoutedSubscription> decoder;
    private final SubscriptionIndex index = new SubscriptionIndex();
    private final StoreMemory storeMemory;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable CompactedTable<RoutedSubscription> table;
    private @Nullable Catalog catalog;
    private @Nullable Replays replays;
    private volatile @Nullable TenantTopics tenantTopics;
    private final List<KafkaStreamsMetrics> streamsMetrics = new ArrayList<>();
    private final List<KafkaStreams> streams = new CopyOnWriteArrayList<>();
    private volatile @Nullable ThreadFailure stoppedBy;

    /** Prepares the role; nothing is opened yet. */
    public RouterRole(RoleContext context) {
        this(context, UnaryOperator.identity());
    }

    /** With something around the decoder: for a test that slows the table down. */
    RouterRole(RoleContext context, UnaryOperator<CompactedTable.Decoder<RoutedSubscription>> around) {
        this.context = context;
        this.metrics = new RouterMetrics(context.meters());
        this.settings = context.settings().section(RouterSettings.class);
        RouterSettings.check(settings);
        this.decoder = around.apply(new SubscriptionDecoder(metrics));
        this.storeMemory = new StoreMemory(settings.deduplicationMemory());
    }

    @Override
    public String name() {
        return "router";
    }

    @Override
    public synchronized void start() {
        String clientId = RouterStreams.APPLICATION_ID + "-" + context.instanceId();
        AtomicReference<String> clusterId = new AtomicReference<>("");
        try (Admin admin = context.kafka().admin(clientId + "-setup")) {
            TopicSetup setup = new TopicSetup(admin, PATIENCE);
            new KafkaArrival().awaitAnswerTo(() -> {
                setup.require(TOPICS);
                requireTenantTopics(setup);
                clusterId.set(KafkaAnswer.await(
                        admin.describeCluster().clusterId(), PATIENCE, "asking for the cluster's id"));
                DeletedEvents.tell(admin, PATIENCE);
            });
        }
        CompactedTable<RoutedSubscription> subscriptions = new CompactedTable<>(
                context.kafka(), Topics.SUBSCRIPTIONS, clientId + "-subscriptions", decoder, this::changed);
        table = subscriptions;
        subscriptions.start();
        LOG.info("subscriptions loaded count={}", subscriptions.rows().size());
        RouterMetric.SUBSCRIPTIONS.gauge(
                context.meters(), subscriptions, known -> known.rows().size());

        ReadIndex readIndex = new ReadIndex(view(subscriptions), settings.readIndexTimeout(), metrics);
        AccessSettings access = context.settings().section(AccessSettings.class);
        Catalog catalogued = new Catalog(context.kafka(), Set.copyOf(access.tenants()), clientId + "-catalog");
        catalog = catalogued;
        catalogued.start();
        Tenants tenants = tenants(catalogued);
        EventRouter.Shared shared = new EventRouter.Shared(
                access.defaultTenant(),
                tenants,
                () -> new SubscriptionMatcher(index, metrics::filterFailed),
                subscriptions(subscriptions),
                settings.deduplicationWindow(),
                storeMemory,
                settings.fanoutChunk(),
                readIndex,
                new OtherEvents(System::nanoTime),
                metrics,
                context.tracing());
        Path stateDir = RouterStreams.stateDir(
                StateFolder.choose("router", settings.stateDir()),
                settings,
                Objects.requireNonNull(clusterId.get()),
                context.instanceId());
        KafkaStreams events = new KafkaStreams(
                RouterTopology.of(shared, context.clock()),
                RouterStreams.events(
                        settings, context.kafka(), context.instanceId(), stateDir, readIndex, storeMemory));
        ProcessMetric.CONSUMER_LAG.gauge(
                context.meters(), events, running -> ConsumerLag.of(running.metrics(), Topics.EVENTS), Topics.EVENTS);
        start(events);
        start(new KafkaStreams(
                FanoutTopology.of(shared),
                RouterStreams.chunks(settings, context.kafka(), context.instanceId(), stateDir)));
        Replays replaying = new Replays(
                context.kafka(),
                context.instanceId(),
                new ReplayRouting(subscriptions, tenants, access.defaultTenant(), metrics),
                context.clock(),
                settings.replayPerSecond(),
                settings.drainTimeout());
        replays = replaying;
        replaying.start();
        Map<String, String> tenantByTopic = RouterSettings.tenantByTopic(settings);
        if (!tenantByTopic.isEmpty()) {
            TenantTopics reading = new TenantTopics(
                    context.kafka(),
                    context.instanceId(),
                    tenantByTopic,
                    settings.drainTimeout(),
                    metrics,
                    context.meters());
            tenantTopics = reading;
            reading.start();
        }
    }

    private void requireTenantTopics(TopicSetup setup) {
        Set<String> missing =
                setup.missing(RouterSettings.tenantByTopic(settings).keySet());
        if (!missing.isEmpty()) {
            throw new IllegalStateException("router.tenant-of-topic names topics that don't exist: "
                    + String.join(", ", missing) + ": create them, or take them out");
        }
    }

    private void start(KafkaStreams made) {
        made.setUncaughtExceptionHandler(this::threadEnded);
        made.setStateListener((now, before) -> LOG.info("router state={} before={}", now, before));
        KafkaStreamsMetrics binder = new KafkaStreamsMetrics(made);
        binder.bindTo(context.meters());
        streamsMetrics.add(binder);
        streams.add(made);
        made.start();
    }

    @Override
    public Readiness readiness() {
        if (streams.size() < TOPOLOGIES) {
            return Readiness.notReady("the router has not loaded the subscriptions yet");
        }
        TenantTopics reading = tenantTopics;
        return Stream.concat(
                        streams.stream().map(running -> readiness(running.state())),
                        Stream.ofNullable(reading).map(TenantTopics::readiness))
                .filter(readiness -> !readiness.isReady())
                .findFirst()
                .orElse(Readiness.READY);
    }

    private Readiness readiness(KafkaStreams.State state) {
        return switch (state) {
            case RUNNING -> Readiness.READY;
            case CREATED, REBALANCING ->
                Readiness.notReady("the router waits for its partitions of " + Topics.EVENTS + " and " + Topics.FANOUT
                        + ", or restores what it has seen");
            case PENDING_SHUTDOWN, NOT_RUNNING -> Readiness.notReady("the router is closing");
            case PENDING_ERROR, ERROR -> stopped();
        };
    }

    private Readiness stopped() {
        String fault = fault();
        return Readiness.notReady(fault == null ? "the router stopped" : fault);
    }

    @Override
    public @Nullable String fault() {
        ThreadFailure failure = stoppedBy;
        if (failure != null) {
            return "the router stopped (" + failure + "): " + failure.advice();
        }
        TenantTopics reading = tenantTopics;
        return reading == null ? null : reading.fault();
    }

    @Override
    public synchronized void close() {
        closing.countDown();
        TenantTopics reading = tenantTopics;
        if (reading != null) {
            reading.close();
            tenantTopics = null;
        }
        if (replays != null) {
            replays.close();
            replays = null;
        }
        long deadlineNanos = System.nanoTime() + settings.drainTimeout().toNanos();
        for (KafkaStreams running : streams) {
            // a member that stays keeps its partitions from the next start until its session times out
            Duration left = Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
            CloseOptions leave =
                    CloseOptions.timeout(left).withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP);
            if (!running.close(leave)) {
                LOG.warn(
                        "the router did not end in time: what it had under way is routed again timeoutMillis={}",
                        settings.drainTimeout().toMillis());
            }
        }
        storeMemory.close();
        streamsMetrics.forEach(KafkaStreamsMetrics::close);
        streamsMetrics.clear();
        if (table != null) {
            table.close();
            table = null;
        }
        if (catalog != null) {
            catalog.close();
            catalog = null;
        }
    }

    private static Tenants tenants(Catalog catalog) {
        EventTypeRules rules = new EventTypeRules(catalog);
        return new Tenants() {
            @Override
            public List<FieldError> faults(String tenant, Event event) {
                return rules.applyTo(tenant) ? rules.faults(tenant, event, "") : List.of();
            }

            @Override
            public boolean isKnown(String name) {
                return catalog.isTenant(name);
            }

            @Override
            public void catchUp() {
                catalog.catchUpNow();
            }
        };
    }

    /** Called on the table's thread. */
    private void changed(
            String key, @Nullable Row<RoutedSubscription> before, @Nullable Row<RoutedSubscription> after) {
        index.change(
                before == null ? null : before.value(),
                after == null ? null : new Candidate(after.value(), after.offset()));
    }

    /** Called on the thread that ends. */
    private StreamThreadExceptionResponse threadEnded(Throwable thrown) {
        ThreadFailure failure = ThreadFailure.of(thrown);
        if (failure.passes()) {
            LOG.warn("a router thread ended, {} reason={}", failure.advice(), failure, thrown);
            pauseBriefly();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        stoppedBy = failure;
        LOG.error(
                "the router stops; no event is lost, routing goes on from here after a restart reason={} remedy={}",
                failure,
                failure.advice(),
                thrown);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private void pauseBriefly() {
        try {
            if (closing.await(BEFORE_A_NEW_THREAD.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closing anyway");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private EventRouter.Subscriptions subscriptions(CompactedTable<?> subscriptions) {
        return new EventRouter.Subscriptions() {
            @Override
            public String topicId() {
                return subscriptions.topicId();
            }

            @Override
            public long position() {
                return subscriptions.position();
            }

            @Override
            public boolean awaitPosition(long offset) {
                return subscriptions.awaitPosition(offset, settings.readIndexTimeout());
            }
        };
    }

    private static ReadIndex.View view(CompactedTable<?> subscriptions) {
        return new ReadIndex.View() {
            @Override
            public CompletionStage<Long> endOffset() {
                return subscriptions.endOffset();
            }

            @Override
            public boolean awaitPosition(long offset, Duration timeout) {
                return subscriptions.awaitPosition(offset, timeout);
            }
        };
    }
}
