package dev.fanfare.control;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.subscription.Subscription.Retry;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptRoutes;
import dev.fanfare.control.catalog.CatalogWriter;
import dev.fanfare.control.catalog.EventTypeEdits;
import dev.fanfare.control.catalog.EventTypeRoutes;
import dev.fanfare.control.catalog.KeyEdits;
import dev.fanfare.control.catalog.KeyRoutes;
import dev.fanfare.control.catalog.TenantEdits;
import dev.fanfare.control.catalog.TenantRoutes;
import dev.fanfare.control.console.ConsoleRoutes;
import dev.fanfare.control.console.IssuerLogin;
import dev.fanfare.control.console.Parts;
import dev.fanfare.control.deadletter.AuditTail;
import dev.fanfare.control.deadletter.DeadLetterCount;
import dev.fanfare.control.deadletter.DeadLetterDesk;
import dev.fanfare.control.deadletter.DeadLetterRoutes;
import dev.fanfare.control.event.EventRoutes;
import dev.fanfare.control.event.EventSearch;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.insight.HealthRoutes;
import dev.fanfare.control.pipeline.Backlog;
import dev.fanfare.control.pipeline.Breakers;
import dev.fanfare.control.portal.PortalLinks;
import dev.fanfare.control.portal.PortalRoutes;
import dev.fanfare.control.subscription.ExhaustionNotices;
import dev.fanfare.control.subscription.FailureWatch;
import dev.fanfare.control.subscription.ReplayRoutes;
import dev.fanfare.control.subscription.Resealing;
import dev.fanfare.control.subscription.RunLog;
import dev.fanfare.control.subscription.SignalFollower;
import dev.fanfare.control.subscription.SubscriptionActions;
import dev.fanfare.control.subscription.SubscriptionEdits;
import dev.fanfare.control.subscription.SubscriptionIndex;
import dev.fanfare.control.subscription.SubscriptionRoutes;
import dev.fanfare.control.subscription.SubscriptionWriter;
import dev.fanfare.control.subscription.TestRoutes;
import dev.fanfare.control.subscription.TestSender;
import dev.fanfare.control.subscription.Verifications;
import dev.fanfare.control.table.AuditWriter;
import dev.fanfare.control.table.FencedHand;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.StateFolder;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.http.Access;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.kafka.KafkaArrival;
import dev.fanfare.runtime.kafka.TopicSetup;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.runtime.secret.Keyset;
import dev.fanfare.runtime.secret.SecretSettings;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * The role {@code control}: the management API, questions over attempts, the console.
 *
 * <pre>
 * HTTP ─▶ TenantEdits, KeyEdits, EventTypeRoutes ─▶ CatalogWriter ─▶ fanfare.catalog ─▶ Catalog ─▶ Access, HTTP
 * HTTP ─▶ SubscriptionRoutes ─▶ SubscriptionWriter ─▶ fanfare.subscriptions ─▶ SubscriptionIndex ─▶ HTTP
 *                                      ▲
 *          ReplayRoutes ───────▶ RunLog ─▶ fanfare.runs
 *          TestRoutes ─────▶ TestSender ─▶ fanfare.deliveries
 * fanfare.signals ─▶ SignalFollower ───┤              fanfare.attempts ─▶ AttemptIndex ─▶ AttemptRoutes ─▶ HTTP
 *                         Resealing ───┤
 *                      FailureWatch ───┘◀─────────────────────────────────────┤
 * fanfare.events ◀─ ExhaustionNotices ◀───────────────────────────────────────┤
 * fanfare.events, fanfare.deliveries ─▶ EventSearch ─▶ EventRoutes ◀────────┘
 * fanfare.dead-letters ◀─▶ DeadLetterDesk ◀─ DeadLetterRoutes, console
 * fanfare.signals ─▶ Breakers, where topics end and groups are ─▶ Backlog ─▶ the console's overview
 * </pre>
 */
public final class ControlRole implements Role {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final List<String> TOPICS = List.of(
            Topics.SUBSCRIPTIONS,
            Topics.CATALOG,
            Topics.SIGNALS,
            Topics.ATTEMPTS,
            Topics.RUNS,
            Topics.AUDIT,
            Topics.EVENTS,
            Topics.DELIVERIES,
            Topics.DEAD_LETTERS);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private enum Phase {
        NEW,
        STARTED,
        CLOSED
    }

    private final RoleContext context;
    private final Catalog catalog;
    private final EventTypeEdits eventTypeEdits;
    private final KeyEdits keyEdits;
    private final TenantEdits tenantEdits;
    private final AuditWriter audit;
    private final PortalLinks links;
    private final Access access;
    private final Keyset keyset;
    private final SubscriptionIndex index;
    private final FencedHand hand;
    private final SignalFollower signals;
    private final AttemptIndex attempts;
    private final FailureWatch failures;
    private final ExhaustionNotices notices;
    private final Verifications verifications;
    private final Resealing resealing;
    private final Rounds rounds;
    private final EventSearch events;
    private final SubscriptionRoutes subscriptionRoutes;
    private final RunLog runs;
    private final ReplayRoutes replayRoutes;
    private final TestSender tests;
    private final TestRoutes testRoutes;
    private final DeadLetterDesk deadLetters;
    private final DeadLetterCount deadLetterCount;
    private final Backlog backlog;
    private final Breakers breakers;
    private final ConsoleRoutes console;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Phase phase = Phase.NEW;

    /**
     * Makes its parts; nothing runs before {@link #start}.
     *
     * @throws InvalidSettings where the keyset can't be opened or the default schedule can't be read
     */
    public ControlRole(RoleContext context) {
        this.context = context;
        ControlSettings settings = context.settings().section(ControlSettings.class);
        TopicSettings topics = context.settings().section(TopicSettings.class);
        Retry defaultRetry = defaultRetry(settings, topics);
        this.keyset = Keyset.of(context.settings().section(SecretSettings.class));
        SecretSeal seal = keyset.seal();
        String client = "fanfare-control-" + context.instanceId();
        AccessSettings accessSettings = context.settings().section(AccessSettings.class);
        this.catalog = new Catalog(context.kafka(), Set.copyOf(accessSettings.tenants()), client + "-catalog");
        this.hand = new FencedHand(context.kafka(), client + "-writer", context.random(), settings.writeTimeout());
        CatalogWriter catalogWriter = new CatalogWriter(hand, catalog, context.clock(), settings.writeTimeout());
        this.access = new Access(accessSettings, catalog, context.clock());
        this.index = new SubscriptionIndex(context.kafka(), client + "-subscriptions");
        SubscriptionWriter writer = new SubscriptionWriter(
                hand, index, context.clock(), settings.maxSubscriptions(), settings.writeTimeout());
        this.signals = new SignalFollower(context.kafka(), writer, context.clock(), client + "-signals");
        this.attempts = new AttemptIndex(
                context.kafka().measuredBy(context.meters()),
                StateFolder.choose("control", settings.stateDir()).resolve(context.instanceId()),
                attemptsMemory(settings),
                context.clock(),
                client + "-attempts");
        this.failures = new FailureWatch(attempts, index, writer, settings.disableFailingAfter(), context.clock());
        this.notices = new ExhaustionNotices(
                context.kafka(), attempts, index, context.clock(), client + "-notices", settings.writeTimeout());
        this.verifications =
                new Verifications(attempts, index, writer, settings.verificationTimeout(), context.clock());
        this.resealing = new Resealing(index, writer, keyset, context.clock(), context.random());
        this.rounds = new Rounds(client + "-rounds");
        this.events = new EventSearch(
                context.kafka(), attempts, index, context.clock(), accessSettings.defaultTenant(), client + "-events");
        this.runs = new RunLog(
                context.kafka(), context.clock(), context.random(), client + "-runs", settings.writeTimeout());
        this.tests = new TestSender(
                context.kafka(), index, context.clock(), context.random(), client + "-tests", settings.writeTimeout());
        SubscriptionActions actions =
                new SubscriptionActions(index, writer, tests, runs, seal, context.clock(), context.random());
        SubscriptionEdits edits = new SubscriptionEdits(
                index,
                catalog::isTenant,
                writer,
                tests,
                seal,
                context.clock(),
                context.random(),
                defaultRetry,
                settings.maxSubscriptions());
        this.subscriptionRoutes = new SubscriptionRoutes(index, edits, actions, context.clock());
        this.replayRoutes = new ReplayRoutes(index, runs, context.clock(), context.random());
        this.testRoutes = new TestRoutes(tests);
        this.deadLetters =
                new DeadLetterDesk(context.kafka(), context.clock(), context.random(), client + "-dead-letters");
        this.eventTypeEdits = new EventTypeEdits(catalog, catalogWriter, context.clock());
        this.keyEdits = new KeyEdits(catalog, catalogWriter, context.clock(), context.random());
        this.tenantEdits = new TenantEdits(catalog, catalogWriter, index::count, context.clock());
        this.deadLetterCount = new DeadLetterCount(context.kafka(), context.clock(), client + "-dead-letter-count");
        this.backlog = new Backlog(context.kafka(), TopicSettings.layout(topics), context.clock(), client + "-backlog");
        this.breakers = new Breakers(context.kafka(), index, attempts, client + "-breakers");
        this.audit = new AuditWriter(context.kafka(), client + "-audit-writer", settings.writeTimeout());
        this.links = new PortalLinks(seal, catalog, audit, context.clock(), context.random());
        this.console = new ConsoleRoutes(
                access,
                catalog,
                new Parts(
                        index,
                        edits,
                        actions,
                        attempts,
                        events,
                        runs,
                        deadLetters,
                        deadLetterCount,
                        backlog,
                        breakers,
                        eventTypeEdits,
                        keyEdits,
                        tenantEdits,
                        links,
                        new AuditTail(context.kafka(), client + "-audit"),
                        audit),
                seal,
                context.clock(),
                context.random(),
                issuerLogin(accessSettings, settings, seal, context.clock()));
    }

    @Override
    public String name() {
        return "control";
    }

    @Override
    public void mount(Router routes) {
        SecurityPolicyHandler guard = this::guard;
        new TenantRoutes(catalog, tenantEdits).mount(routes, guard, this::guardForAdministrators);
        new KeyRoutes(catalog, keyEdits, context.clock()).mount(routes, guard);
        new EventTypeRoutes(catalog, eventTypeEdits).mount(routes, guard);
        subscriptionRoutes.mount(routes, guard);
        replayRoutes.mount(routes, guard);
        testRoutes.mount(routes, guard);
        new AttemptRoutes(attempts).mount(routes, guard);
        new EventRoutes(events).mount(routes, guard);
        new DeadLetterRoutes(deadLetters, runs).mount(routes, guard);
        new HealthRoutes(index, attempts, context.clock()).mount(routes, guard);
        new PortalRoutes(links).mount(routes, guard);
        console.mount(routes);
    }

    @Override
    public void start() {
        try (Admin admin = context.kafka().admin("fanfare-control-" + context.instanceId() + "-setup")) {
            TopicSetup setup = new TopicSetup(admin, START_TIMEOUT);
            new KafkaArrival().awaitAnswerTo(() -> setup.require(TOPICS));
        }
        keyset.awaitOpen();
        new KafkaArrival().awaitAnswerTo(hand::start);
        catalog.start();
        index.start();
        runs.start();
        signals.start();
        new KafkaArrival().awaitAnswerTo(attempts::start);
        breakers.start();
        rounds.every(LOOK_EVERY, "endpoints that only fail", failures::look);
        rounds.every(LOOK_EVERY, "endpoints that were asked", verifications::look);
        rounds.every(LOOK_EVERY, "deliveries that were given up", notices::look);
        rounds.every(LOOK_EVERY, "secrets of older keys", resealing::look);
        for (State state : State.values()) {
            ControlMetric.SUBSCRIPTIONS.gauge(
                    context.meters(),
                    index,
                    known -> known.count(state),
                    state.name().toLowerCase(Locale.ROOT));
        }
        ControlMetric.ATTEMPTS_BEHIND.gauge(context.meters(), attempts, AttemptIndex::behind);
        ControlMetric.SECRETS_LEFT.gauge(context.meters(), resealing, Resealing::left);
        phase = Phase.STARTED;
    }

    @Override
    public Readiness readiness() {
        return switch (phase) {
            case NEW -> Readiness.notReady(keyset.isOpen() ? "reading subscriptions" : "waiting for the keyset's KMS");
            case STARTED -> Readiness.READY;
            case CLOSED -> Readiness.notReady("closed");
        };
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        phase = Phase.CLOSED;
        rounds.close();
        notices.close();
        signals.close();
        deadLetters.close();
        deadLetterCount.close();
        backlog.close();
        breakers.close();
        hand.close();
        attempts.close();
        tests.close();
        audit.close();
        runs.close();
        index.close();
        catalog.close();
    }

    private void guard(RoutingContext request) {
        requireStarted(request);
        access.check(request, scope(request));
    }

    private void guardForAdministrators(RoutingContext request) {
        requireStarted(request);
        access.checkAdministrator(request, scope(request));
    }

    /** Before the index has been read, an answer from it would be wrong: nothing is found there yet. */
    private void requireStarted(RoutingContext request) {
        if (phase != Phase.STARTED) {
            throw Answers.unavailable(request, "the control plane is " + (closed.get() ? "stopping" : "starting"));
        }
    }

    /** Who only looks needs no more than {@code read}. */
    private static Scope scope(RoutingContext request) {
        HttpMethod method = request.request().method();
        return method == HttpMethod.GET || method == HttpMethod.HEAD ? Scope.READ : Scope.MANAGE;
    }

    private static @Nullable IssuerLogin issuerLogin(
            AccessSettings access, ControlSettings settings, SecretSeal seal, Clock clock) {
        if (settings.oidcClientId().isEmpty()) {
            if (settings.oidcClientSecret().isPresent()) {
                throw new InvalidSettings(
                        List.of("control.oidc-client-id: is required with control.oidc-client-secret"));
            }
            return null;
        }
        return IssuerLogin.of(
                access,
                new IssuerLogin.Client(
                        settings.oidcClientId().get(),
                        settings.oidcClientSecret().orElse(null),
                        settings.oidcScopes(),
                        settings.oidcSession()),
                seal,
                clock);
    }

    private static long attemptsMemory(ControlSettings settings) {
        if (settings.attemptsMemory().bytes() < ControlSettings.LEAST_MEMORY.bytes()) {
            throw new InvalidSettings(List.of("control.attempts-memory: " + settings.attemptsMemory() + " is less than "
                    + ControlSettings.LEAST_MEMORY));
        }
        return settings.attemptsMemory().bytes();
    }

    private static Retry defaultRetry(ControlSettings settings, TopicSettings topics) {
        String text = settings.retrySchedule().orElse(topics.retryTiers());
        try {
            return new Retry(Arrays.stream(text.split(","))
                    .map(delay -> DurationText.format(DurationText.parse(delay)))
                    .toList());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidSettings(List.of("control.retry-schedule: " + e.getMessage()));
        }
    }
}
