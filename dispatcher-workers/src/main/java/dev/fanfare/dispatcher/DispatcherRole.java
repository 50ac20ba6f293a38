package dev.fanfare.dispatcher;

import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.address.AddressBook;
import dev.fanfare.dispatcher.address.AddressPolicy;
import dev.fanfare.dispatcher.commit.OutcomeTransaction;
import dev.fanfare.dispatcher.intake.AssignedPartitions;
import dev.fanfare.dispatcher.intake.Intake;
import dev.fanfare.dispatcher.lane.LaneLimits;
import dev.fanfare.dispatcher.outcome.AttemptReport;
import dev.fanfare.dispatcher.outcome.Outcome;
import dev.fanfare.dispatcher.outcome.Outcomes;
import dev.fanfare.dispatcher.outcome.Unsent;
import dev.fanfare.dispatcher.send.SendingSetup;
import dev.fanfare.dispatcher.send.Shards;
import dev.fanfare.dispatcher.subscription.SubscriptionView;
import dev.fanfare.retry.plan.RetryPlanner;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.TopicSetup;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import dev.fanfare.runtime.lifecycle.RoleContext;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.runtime.secret.SecretSettings;
import io.micrometer.core.instrument.Gauge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

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
    public static final String GROUP = "fanfare-dispatchers";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
    /** Beyond the commit interval: when outcomes have waited this long, Kafka is not taking them, and sending stops. */
    private static final Duration COMMIT_GRACE = Duration.ofSeconds(2);

    private final RoleContext context;
    private final DispatcherSettings settings;
    private final TopicLayout layout;
    private final String clientId;
    private @Nullable Running running;

    /** What there is between start and close. */
    private record Running(
            Admin admin,
            SubscriptionView subscriptions,
            AddressBook addressBook,
            DeliveryConsumer loop,
            Thread thread) {}

    /** Reads its settings; opens nothing yet. */
    public DispatcherRole(RoleContext context) {
        this.context = context;
        this.settings = context.settings().section(DispatcherSettings.class);
        this.layout = TopicSettings.layout(context.settings().section(TopicSettings.class));
        this.clientId = "fanfare-dispatcher-" + context.instanceId();
    }

    @Override
    public String name() {
        return "dispatcher";
    }

    @Override
    public void start() {
        Admin admin = context.kafka().admin(clientId + "-admin");
        new TopicSetup(admin, START_TIMEOUT).require(topics());
        SubscriptionView subscriptions = new SubscriptionView(
                context.kafka(),
                clientId + "-subscriptions",
                KeysetFile.open(context.settings().section(SecretSettings.class)));
        subscriptions.start(START_TIMEOUT);

        AttemptReport report = new AttemptReport(context.meters());
        Outcomes outcomes = new Outcomes(new RetryPlanner(layout.tiers(), settings.maxAge()));
        Duration shortest = layout.tiers().stream()
                .map(Tier::delay)
                .min(Duration::compareTo)
                .orElseThrow();
        Unsent unsent = new Unsent(outcomes, report, shortest, context.clock());
        AddressBook addressBook = AddressBook.ofSystem(settings.dnsCache());
        BlockingQueue<Outcome> outbox = new LinkedTransferQueue<>();
        AssignedPartitions partitions = new AssignedPartitions();
        Consumer<byte[], byte[]> consumer = consumer();
        OutcomeTransaction transaction = new OutcomeTransaction(
                this::producer, consumer, partitions, settings.commitInterval(), TRANSACTION_TIMEOUT);
        transaction.start();
        Shards shards = new Shards(
                new SendingSetup(
                        settings.reactorThreads(),
                        new LaneLimits(
                                settings.maxQueuedPerSubscription(),
                                settings.maxInFlight(),
                                settings.maxQueued(),
                                settings.maxQueuedBytes().bytes()),
                        settings.connectTimeout(),
                        settings.maxAnswer().bytes(),
                        subscriptions,
                        addressBook,
                        new AddressPolicy(settings.allowLoopback(), settings.allowPrivate(), settings.allowHttp()),
                        outcomes,
                        unsent,
                        report,
                        context.clock()),
                () -> keepsUp(transaction),
                outbox::add);
        Gauge.builder("fanfare.in.flight", shards, Shards::inFlight)
                .description("Attempts under way")
                .register(context.meters());
        Gauge.builder("fanfare.lanes.held", shards, Shards::held)
                .description("Deliveries in memory: queued and under way")
                .register(context.meters());
        Intake intake = new Intake(
                partitions, subscriptions, shards, outcomes, unsent, outbox::add, settings.subscriptionPatience());
        DeliveryConsumer loop = new DeliveryConsumer(
                consumer,
                partitions,
                intake,
                shards,
                outbox,
                transaction,
                () -> deliveriesTopicId(admin),
                settings.drainTimeout());
        Thread thread = new Thread(loop, "dispatcher-poll");
        running = new Running(admin, subscriptions, addressBook, loop, thread);
        thread.start();
    }

    private boolean keepsUp(OutcomeTransaction transaction) {
        long since = transaction.oldestSinceNanos();
        return since == 0
                || System.nanoTime() - since
                        < settings.commitInterval().plus(COMMIT_GRACE).toNanos();
    }

    private List<String> topics() {
        List<String> names = new ArrayList<>(
                List.of(Topics.DELIVERIES, Topics.SUBSCRIPTIONS, Topics.ATTEMPTS, Topics.DEAD_LETTERS, Topics.SIGNALS));
        layout.tiers().forEach(tier -> names.add(tier.topic()));
        return names;
    }

    private Consumer<byte[], byte[]> consumer() {
        return context.kafka()
                .consumer(
                        clientId,
                        Map.of(
                                ConsumerConfig.GROUP_ID_CONFIG,
                                GROUP,
                                ConsumerConfig.GROUP_PROTOCOL_CONFIG,
                                "consumer",
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                1_000));
    }

    private org.apache.kafka.clients.producer.Producer<byte[], byte[]> producer() {
        return context.kafka()
                .producer(
                        clientId + "-outcomes",
                        Map.of(
                                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                                clientId,
                                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                                (int) TRANSACTION_TIMEOUT.toMillis(),
                                // All waits end before the transaction does.
                                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                                5_000,
                                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                                4_000,
                                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                                8_000));
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
        Running now = running;
        String trouble = now == null ? "not started" : now.loop().trouble();
        return trouble == null ? Readiness.READY : Readiness.notReady("dispatcher: " + trouble);
    }

    @Override
    public void close() {
        Running now = running;
        if (now == null) {
            return;
        }
        running = null;
        now.loop().stop();
        try {
            now.thread().join(settings.drainTimeout().plusSeconds(20).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        now.subscriptions().close();
        now.addressBook().close();
        now.admin().close(Duration.ofSeconds(2));
    }
}
