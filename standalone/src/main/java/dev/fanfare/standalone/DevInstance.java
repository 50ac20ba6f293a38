package dev.fanfare.standalone;

import dev.fanfare.broker.BrokerSettings;
import dev.fanfare.broker.EmbeddedBroker;
import dev.fanfare.cli.cluster.RunningDev;
import dev.fanfare.cli.cluster.SettingsOptions;
import dev.fanfare.cli.process.Pipeline;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.http.HttpSettings;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaArrival;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.TopicSetup;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.runtime.secret.KmsAway;
import dev.fanfare.runtime.secret.SecretSettings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * A whole Fanfare with its broker.
 *
 * <pre>
 * data folder   kafka/         the broker's log
 *               keyset.json    seals the signing secrets that are in it
 *               router/        which events were routed; made again from the broker's log where it is lost
 *
 * start   broker ─▶ topics ─▶ keyset ─▶ roles ─▶ ready
 * close   roles, in order ─▶ broker ─▶ (ephemeral: the folder goes)
 * </pre>
 *
 * Tiers may differ from start to start: the retry role empties those of former starts too. Confined to one thread.
 */
final class DevInstance implements AutoCloseable {
    private static final Duration TOPICS_WITHIN = Duration.ofSeconds(30);
    private static final String KEYSET = "keyset.json";

    /** The API key where nobody sets another. No secret: nothing but this machine gets to the port. */
    static final String KEY = "dev";

    /** What differs here from the defaults of a cluster; files, environment and options win over it. */
    static final Map<String, String> BASE_SETTINGS = Map.of(
            "http.host", "127.0.0.1",
            "access.key", KEY,
            "process.instance-id", "dev",
            "topics.replication-factor", "1",
            "topics.event-partitions", "4",
            "topics.delivery-partitions", "4",
            "dispatcher.allow-loopback", "true");

    /**
     * What is asked for.
     *
     * @param kafkaPort 0 takes any free one
     * @param ephemeral whether the folder goes at the end
     * @param settings  all settings, with further ones that win
     */
    record Plan(Path folder, int kafkaPort, boolean ephemeral, Function<Map<String, String>, Settings> settings) {}

    private final Plan plan;
    private final Settings settings;
    private final EmbeddedBroker broker;
    private final Pipeline pipeline;

    private DevInstance(Plan plan, Settings settings, EmbeddedBroker broker, Pipeline pipeline) {
        this.plan = plan;
        this.settings = settings;
        this.broker = broker;
        this.pipeline = pipeline;
    }

    /** Starts all of it; what was started is closed again where a part can't start. */
    static DevInstance start(Plan plan) {
        CompletableFuture<Vertx> vertx = CompletableFuture.supplyAsync(Vertx::vertx);
        EmbeddedBroker broker = null;
        try {
            broker = EmbeddedBroker.start(
                    new BrokerSettings(plan.folder().resolve("kafka"), plan.kafkaPort(), Map.of()));
            Settings settings = prepare(plan, broker.bootstrapServers());
            Pipeline pipeline =
                    Pipeline.start(EnumSet.allOf(RoleKind.class), settings, connection(settings, broker), vertx.join());
            return new DevInstance(plan, settings, broker, pipeline);
        } catch (RuntimeException e) {
            // a stop that broke off the start must not break off what closes in order
            boolean interrupted = Thread.interrupted();
            CompletableFuture<?> unused = vertx.thenAccept(Vertx::close);
            if (broker != null) {
                broker.close();
            }
            deleteIfEphemeral(plan);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            throw e;
        }
    }

    /** Client properties that were set hold here too; the cluster is always our own. */
    private static KafkaConnection connection(Settings settings, EmbeddedBroker broker) {
        Map<String, String> properties = new HashMap<>(settings.kafka());
        properties.put("bootstrap.servers", broker.bootstrapServers());
        return new KafkaConnection(properties);
    }

    /** Makes topics and keyset ready, and returns the settings for what is there. */
    private static Settings prepare(Plan plan, String bootstrapServers) {
        try (Admin admin = KafkaConnection.to(bootstrapServers).admin("fanfare-dev")) {
            Map<String, String> more = new HashMap<>();
            more.put(SettingsOptions.BOOTSTRAP_SERVERS, bootstrapServers);
            SecretSettings secrets = plan.settings().apply(more).section(SecretSettings.class);
            boolean isOurs = secrets.keyset().isEmpty();
            if (isOurs) {
                more.put("secrets.keyset-file", keyset(plan).toString());
            }
            more.put("router.state-dir", plan.folder().resolve("router").toString());
            more.put("control.state-dir", plan.folder().resolve("control").toString());
            Settings settings = plan.settings().apply(more);
            TopicLayout layout = TopicSettings.layout(settings.section(TopicSettings.class));
            TopicSetup setup = new TopicSetup(admin, TOPICS_WITHIN);
            new KafkaArrival().awaitAnswerTo(() -> setup.create(layout.specs()));
            List<String> drift = setup.drift(layout.specs());
            if (!drift.isEmpty()) {
                throw new CommandFailure(String.join("; ", drift) + ": set what it was, or choose another --data-dir");
            }
            if (isOurs) {
                new KafkaArrival().awaitAnswerTo(() -> createKeysetOnce(plan, secrets, admin));
            }
            return settings;
        }
    }

    private static void createKeysetOnce(Plan plan, SecretSettings secrets, Admin admin) {
        Path keyset = keyset(plan);
        if (Files.exists(keyset)) {
            return;
        }
        TopicPartition subscriptions = new TopicPartition(Topics.SUBSCRIPTIONS, 0);
        long end = KafkaAnswer.await(
                        admin.listOffsets(Map.of(subscriptions, OffsetSpec.latest()))
                                .partitionResult(subscriptions),
                        TOPICS_WITHIN,
                        "asking for subscriptions")
                .offset();
        if (end > 0) {
            throw new CommandFailure("the keyset " + keyset + " is gone, and without it the signing secrets of the"
                    + " subscriptions in this folder can't be opened: put it back, or start with another --data-dir");
        }
        try {
            KeysetFile.create(keyset, secrets);
        } catch (IOException e) {
            throw new CommandFailure("the keyset " + keyset + " can't be written: " + e.getMessage(), e);
        } catch (KmsAway e) {
            throw new CommandFailure(
                    "the KMS of secrets.kms-key-uri can't encrypt a new keyset now: " + e.getMessage(), e);
        }
    }

    private static Path keyset(Plan plan) {
        return plan.folder().resolve(KEYSET);
    }

    boolean awaitReady(Duration timeout) {
        return pipeline.awaitReady(timeout);
    }

    List<String> notReady() {
        return pipeline.notReady();
    }

    String apiUrl() {
        return "http://" + settings.section(HttpSettings.class).host() + ":" + pipeline.port();
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    Path folder() {
        return plan.folder();
    }

    boolean isEphemeral() {
        return plan.ephemeral();
    }

    Settings settings() {
        return settings;
    }

    /** The tiers, which are also the delays of a subscription that names none. */
    List<Tier> tiers() {
        return TopicSettings.layout(settings.section(TopicSettings.class)).tiers();
    }

    /** How other commands find it. */
    RunningDev asRunning() {
        TopicSettings topics = settings.section(TopicSettings.class);
        return new RunningDev(
                ProcessHandle.current().pid(),
                apiUrl(),
                bootstrapServers(),
                folder().toString(),
                Map.of(
                        "topics.replication-factor", Short.toString(topics.replicationFactor()),
                        "topics.event-partitions", Integer.toString(topics.eventPartitions()),
                        "topics.delivery-partitions", Integer.toString(topics.deliveryPartitions()),
                        "topics.retry-tiers", topics.retryTiers()));
    }

    @Override
    public void close() {
        try {
            pipeline.close();
        } finally {
            broker.close();
            deleteIfEphemeral(plan);
        }
    }

    private static void deleteIfEphemeral(Plan plan) {
        if (!plan.ephemeral() || !Files.exists(plan.folder())) {
            return;
        }
        try (Stream<Path> files = Files.walk(plan.folder())) {
            for (Path file : new TreeSet<>(files.toList()).descendingSet()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary folder " + plan.folder() + " can't be deleted", e);
        }
    }
}
