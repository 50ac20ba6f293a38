package dev.fanfare.dispatcher;

import dev.fanfare.contract.topic.Groups;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.address.AddressBook;
import dev.fanfare.dispatcher.commit.Outbox;
import dev.fanfare.dispatcher.commit.OutcomeTransaction;
import dev.fanfare.dispatcher.http.ConnectionCount;
import dev.fanfare.dispatcher.intake.AssignedPartitions;
import dev.fanfare.dispatcher.intake.Intake;
import dev.fanfare.dispatcher.lane.BreakerRules;
import dev.fanfare.dispatcher.lane.LaneLimits;
import dev.fanfare.dispatcher.outcome.AttemptReport;
import dev.fanfare.dispatcher.outcome.DispatcherMetric;
import dev.fanfare.dispatcher.outcome.Outcomes;
import dev.fanfare.dispatcher.outcome.Unsent;
import dev.fanfare.dispatcher.send.BusiestSubscriptions;
import dev.fanfare.dispatcher.send.SendingSetup;
import dev.fanfare.dispatcher.send.Shards;
import dev.fanfare.dispatcher.subscription.SubscriptionView;
import dev.fanfare.retry.plan.RetryPlanner;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaArrival;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.TopicSetup;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.runtime.metric.ProcessMetric;
import dev.fanfare.runtime.secret.Keyset;
import dev.fanfare.runtime.secret.SecretSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.Router;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dispatcher role: puts its parts together, starts them and ends them.
 *
 * <pre>
 * DeliveryConsumer ─▶ OffsetLedger.open ─▶ Lane ─▶ AttemptSender ─▶ ResponseClassifier ─▶ Outcome
 *                                              ─▶ OutcomeTransaction ─▶ OffsetLedger.complete
 * </pre>
 */
public final class DispatcherRole implements Role {
    /** The consumer group of all dispatchers. */
    public static final String GROUP = Groups.DISPATCHERS;

    private static final Logger LOG = LoggerFactory.getLogger(DispatcherRole.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
    /** Beyond the commit interval: when outcomes have waited this long, Kafka is not taking them, and sending stops. */
    private static final Duration COMMIT_GRACE = Duration.ofSeconds(2);

    /** Longer than a first rest: what would come back from the shortest tier no sooner may as well wait here. */
    private static final Duration BREAKER_HOLD = Duration.ofSeconds(10);

    private static final int OUTCOMES_LINGER_MILLIS = 50;

    private final RoleContext context;
    private final AddressBook.Lookup lookup;
    private final DispatcherSettings settings;
    private final WaysOut waysOut;
    private final TopicLayout layout;
    private final String clientId;
    private final KafkaConnection kafka;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private volatile @Nullable DeliveryConsumer loop;
    private volatile @Nullable Shards sending;
    private @Nullable Thread thread;

    /** Reads its settings; opens nothing yet. */
    public DispatcherRole(RoleContext context) {
        this(context, InetAddress::getAllByName);
    }

    /** With another way to look host names up. */
    DispatcherRole(RoleContext context, AddressBook.Lookup lookup) {
        this.context = context;
        this.lookup = lookup;
        this.settings = context.settings().section(DispatcherSettings.class);
        this.layout = TopicSettings.layout(context.settings().section(TopicSettings.class));
        this.clientId = "fanfare-dispatcher-" + context.instanceId();
        this.kafka = context.kafka().measuredBy(context.meters());
        this.waysOut = DispatcherSettings.check(settings);
    }

    @Override
    public String name() {
        return "dispatcher";
    }

    @Override
    public void mount(Router routes) {
        new LanesRoute(context.settings().section(AccessSettings.class), context.clock(), () -> sending).mount(routes);
    }

    @Override
    public void start() {
        try {
            DeliveryConsumer wired = wire();
            loop = wired;
            thread = new Thread(wired, "dispatcher-poll");
            thread.start();
        } catch (RuntimeException e) {
            closeOpened();
            throw e;
        }
    }

    private DeliveryConsumer wire() {
        Keyset keyset = Keyset.of(context.settings().section(SecretSettings.class));
        Admin admin = open(context.kafka().admin(clientId + "-admin"));
        new KafkaArrival().awaitAnswerTo(() -> new TopicSetup(admin, START_TIMEOUT).require(topics()));
        keyset.awaitOpen();
        SubscriptionView subscriptions = open(
                new SubscriptionView(context.kafka(), clientId + "-subscriptions", keyset.seal(), context.clock()));
        subscriptions.start();

        AttemptReport report = new AttemptReport(context.meters());
        Outcomes outcomes = new Outcomes(new RetryPlanner(layout.tiers(), settings.maxAge()));
        Unsent unsent = new Unsent(outcomes, report, shortestTier(), context.clock());
        Outbox outbox = new Outbox();
        AssignedPartitions partitions = new AssignedPartitions();

        Consumer<byte[], byte[]> consumer = open(consumer());
        OutcomeTransaction transaction = open(new OutcomeTransaction(
                this::producer,
                consumer,
                partitions,
                outbox,
                unsent::tooLarge,
                settings.commitInterval(),
                TRANSACTION_TIMEOUT));
        new KafkaArrival().awaitAnswerTo(transaction::start);
        Shards shards = open(new Shards(
                sendingSetup(subscriptions, outcomes, unsent, report),
                () -> keepsUp(transaction, outbox),
                outbox::add));
        sending = shards;
        measure(shards, transaction);
        Intake intake = new Intake(
                partitions,
                subscriptions,
                shards,
                outcomes,
                unsent,
                outbox::add,
                settings.subscriptionPatience(),
                settings.outagePatience());
        return new DeliveryConsumer(
                consumer,
                partitions,
                intake,
                shards,
                outbox,
                transaction,
                () -> deliveriesTopicId(admin),
                settings.drainTimeout());
    }

    private SendingSetup sendingSetup(
            SubscriptionView subscriptions, Outcomes outcomes, Unsent unsent, AttemptReport report) {
        return new SendingSetup(
                settings.reactorThreads(),
                new LaneLimits(
                        settings.maxQueuedPerSubscription(),
                        settings.maxInFlight(),
                        settings.maxQueued(),
                        settings.maxQueuedBytes().bytes()),
                new BreakerRules(
                        settings.breakerFailures(),
                        settings.breakerFirstRest(),
                        settings.breakerLongestRest(),
                        BREAKER_HOLD),
                waysOut.transport(),
                settings.maxAnswer().bytes(),
                subscriptions,
                open(new AddressBook(lookup, settings.dnsCache())),
                waysOut.policy(),
                outcomes,
                unsent,
                report,
                context.tracing(),
                context.clock());
    }

    private void measure(Shards shards, OutcomeTransaction transaction) {
        MeterRegistry meters = context.meters();
        DispatcherMetric.IN_FLIGHT.gauge(meters, shards, Shards::inFlight);
        DispatcherMetric.HELD.gauge(meters, shards, Shards::held);
        DispatcherMetric.LANES.gauge(meters, shards, Shards::lanes);
        DispatcherMetric.LANE_DEPTH.gauge(meters, shards, Shards::deepestLane);
        DispatcherMetric.BREAKERS_OPEN.gauge(meters, shards, Shards::brokenLanes);
        DispatcherMetric.CONNECTIONS.gauge(meters, shards.connections(), ConnectionCount::open);
        DispatcherMetric.CONNECTIONS_OPENED.counts(meters, shards.connections(), ConnectionCount::opened);
        DispatcherMetric.BACKLOG.gauge(meters, this, role -> role.ofBacklog(Backlog::all));
        ProcessMetric.CONSUMER_LAG.gauge(meters, this, role -> role.ofBacklog(Backlog::lag), Topics.DELIVERIES);
        DispatcherMetric.UNCOMMITTED.gauge(meters, transaction, DispatcherRole::uncommittedSeconds);
        if (settings.subscriptionMetrics() > 0) {
            shards.show(new BusiestSubscriptions(settings.subscriptionMetrics(), meters));
        }
    }

    private static double uncommittedSeconds(OutcomeTransaction transaction) {
        long since = transaction.oldestSinceNanos();
        return since == 0 ? 0 : (System.nanoTime() - since) / 1e9;
    }

    private <T extends AutoCloseable> T open(T resource) {
        opened.push(resource);
        return resource;
    }

    private void closeOpened() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOG.warn("closing failed cause={}", e.toString());
            }
        }
    }

    private Duration shortestTier() {
        return layout.tiers().stream().map(Tier::delay).min(Duration::compareTo).orElseThrow();
    }

    /** Whether outcomes are committed as they come. While they aren't nothing more is sent. */
    private boolean keepsUp(OutcomeTransaction transaction, Outbox outbox) {
        if (outbox.bytes() > settings.maxQueuedBytes().bytes()) {
            return false;
        }
        long since = transaction.oldestSinceNanos();
        return since == 0
                || System.nanoTime() - since
                        < settings.commitInterval().plus(COMMIT_GRACE).toNanos();
    }

    private List<String> topics() {
        List<String> names = new ArrayList<>(List.of(
                Topics.DELIVERIES,
                Topics.SUBSCRIPTIONS,
                Topics.ATTEMPTS,
                Topics.DEAD_LETTERS,
                Topics.PARKED,
                Topics.SIGNALS));
        layout.tiers().forEach(tier -> names.add(tier.topic()));
        return names;
    }

    private Consumer<byte[], byte[]> consumer() {
        return kafka.member(clientId, GROUP, 500);
    }

    private Producer<byte[], byte[]> producer() {
        return kafka.producer(
                clientId + "-outcomes",
                Map.of(
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        clientId,
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        (int) TRANSACTION_TIMEOUT.toMillis(),
                        // Each wait ends before the transaction does.
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        5_000,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        4_000,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        8_000,
                        // Nobody waits for an outcome but the commit, which sends at once what lingers here.
                        ProducerConfig.LINGER_MS_CONFIG,
                        OUTCOMES_LINGER_MILLIS,
                        // A transaction's first batch may be sent back; those behind it would fail for nothing.
                        ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                        1));
    }

    private double ofBacklog(ToDoubleFunction<Backlog> number) {
        DeliveryConsumer now = loop;
        return now == null ? 0 : number.applyAsDouble(now.backlog());
    }

    private static UUID deliveriesTopicId(Admin admin) {
        Uuid id = Objects.requireNonNull(KafkaAnswer.await(
                                admin.describeTopics(List.of(Topics.DELIVERIES)).allTopicNames(),
                                Duration.ofSeconds(5),
                                "asking about topic " + Topics.DELIVERIES)
                        .get(Topics.DELIVERIES))
                .topicId();
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    @Override
    public Readiness readiness() {
        DeliveryConsumer now = loop;
        String trouble = now == null ? "not started" : now.trouble();
        return trouble == null ? Readiness.READY : Readiness.notReady("dispatcher: " + trouble);
    }

    /** Not where another process took over: the two would end each other for ever. */
    @Override
    public @Nullable String fault() {
        DeliveryConsumer now = loop;
        return now == null ? null : now.fault();
    }

    @Override
    public void close() {
        DeliveryConsumer now = loop;
        Thread polling = thread;
        if (now == null || polling == null) {
            return;
        }
        thread = null;
        now.stop();
        try {
            polling.join(settings.drainTimeout().plusSeconds(20).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeOpened();
    }
}
