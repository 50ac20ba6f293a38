package dev.fanfare.broker;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.raft.QuorumConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * A real Kafka broker (KRaft, broker and controller in one node) inside this JVM, reachable on 127.0.0.1 only.
 *
 * <pre>{@code
 * try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
 *     Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
 * }
 * }</pre>
 *
 * <pre>
 *   lock the folder ─▶ bind the sockets ─▶ format once ─▶ controller ─▶ broker
 *   (a second process   (a port in use      (first start    unreadable data fails the start
 *    stops here)         stops here)         only)           with a clear sentence
 * </pre>
 *
 * A start on a folder that was used before carries on with its data, on any port, and also after a {@code kill -9}.
 * Thread-safe. What Kafka logs goes to slf4j; how loud is the caller's choice.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

    private static final Duration GIVING_UP = Duration.ofSeconds(30);

    private final DataFolder folder;
    private final BoundSockets sockets;
    private final FatalFaults faults = new FatalFaults();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final int port;
    private volatile @Nullable ControllerServer controller;
    private volatile @Nullable BrokerServer broker;

    private EmbeddedBroker(DataFolder folder, BoundSockets sockets) {
        this.folder = folder;
        this.sockets = sockets;
        this.port = sockets.port(BoundSockets.CLIENT_LISTENER);
    }

    /**
     * Starts a broker and returns when it answers clients.
     *
     * @throws BrokerStartException if the port is in use, the folder is locked, unreadable or not writable, or Kafka
     *     refuses a property; nothing is left running
     */
    public static EmbeddedBroker start(BrokerSettings settings) {
        DataFolder folder = DataFolder.take(settings.dataDir());
        BoundSockets sockets;
        try {
            sockets = BoundSockets.bind(settings.port(), settings.secured().isPresent());
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
        EmbeddedBroker broker = new EmbeddedBroker(folder, sockets);
        try {
            broker.startServers(settings);
            return broker;
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    private void startServers(BrokerSettings settings) {
        KafkaConfig config = SingleNodeConfig.of(folder.path(), sockets, settings.overrides(), settings.secured());
        folder.formatOnce(SingleNodeConfig.NODE_ID, BoundSockets.CONTROLLER_LISTENER);
        // a fault on one of Kafka's threads would leave startup waiting: whichever comes first decides
        CompletableFuture<@Nullable Void> started = new CompletableFuture<>();
        faults.whileStarting().thenAccept(started::completeExceptionally);
        Thread starter = new Thread(() -> startAndTell(config, started), "embedded-broker-start");
        starter.setDaemon(true);
        starter.start();
        try {
            started.get();
            faults.started();
        } catch (ExecutionException e) {
            endStart(starter);
            throw folder.unusable(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            endStart(starter);
            Thread.currentThread().interrupt();
            throw new BrokerStartException("The start of the broker was interrupted; start it again.", e);
        }
    }

    private void startAndTell(KafkaConfig config, CompletableFuture<@Nullable Void> started) {
        try {
            startup(config);
            started.complete(null);
        } catch (Throwable e) {
            // whatever it is, the caller of start() gets it; Kafka has shut down what it had begun
            started.completeExceptionally(e);
        }
    }

    /** An interrupted startup undoes itself; Kafka offers no other way to give one up. */
    private static void endStart(Thread starter) {
        starter.interrupt();
        try {
            starter.join(GIVING_UP.toMillis());
            if (starter.isAlive()) {
                LOG.warn("the start of the broker does not end, waited={}", GIVING_UP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startup(KafkaConfig config) {
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> identity = KafkaRaftServer.initializeLogDirs(config, LOG, "");
        String clusterId = identity._1().clusterId().orElseThrow();
        SharedServer shared = new SharedServer(
                config,
                identity._1(),
                Time.SYSTEM,
                Server.initializeMetrics(config, Time.SYSTEM, clusterId),
                CompletableFuture.completedFuture(
                        QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
                QuorumConfig.parseBootstrapServers(config.quorumConfig().bootstrapServers()),
                faults,
                sockets);
        ControllerServer newController = new ControllerServer(shared, KafkaRaftServer.configSchema(), identity._2());
        controller = newController;
        newController.startup();
        awaitEndOfFormerSession(shared, config.serverMaxStartupTimeMs());
        BrokerServer newBroker = new BrokerServer(shared);
        broker = newBroker;
        newBroker.startup();
    }

    private static void awaitEndOfFormerSession(SharedServer shared, long timeoutMillis) {
        FormerSession former = new FormerSession();
        shared.loader().installPublishers(List.of(former)).join();
        try {
            former.over().get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the controller does not let go of the broker's former session", e);
        }
        shared.loader().removeAndClosePublisher(former).join();
    }

    /** Where clients connect, as Kafka's {@code bootstrap.servers} wants it. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /**
     * Where clients of the second listener connect.
     *
     * @throws IllegalArgumentException if there is none
     */
    public String securedBootstrapServers() {
        return "127.0.0.1:" + sockets.port(BoundSockets.SECURED_LISTENER);
    }

    /** The port that is bound on 127.0.0.1, also when any free one was asked for. */
    public int port() {
        return port;
    }

    /** Stops the broker, keeps its data and gives the folder and the port back. Further calls do nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        faults.closing();
        try {
            // the broker first: its orderly leave needs the controller
            Optional.ofNullable(broker).ifPresent(BrokerServer::shutdown);
            Optional.ofNullable(controller).ifPresent(ControllerServer::shutdown);
        } finally {
            sockets.close();
            folder.close();
        }
    }
}
