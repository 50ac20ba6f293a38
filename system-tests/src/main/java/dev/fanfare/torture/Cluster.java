package dev.fanfare.torture;

import dev.fanfare.testkit.TcpRelay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * Three brokers, each a process, each its own controller too; and for each role a cable to every broker that can be cut.
 *
 * <pre>
 *   us ────────────────────────────▶ listener INTERNAL of brokers 1, 2, 3
 *   role a ──▶ three relays ───────▶ listener A        of brokers 1, 2, 3
 *   role b ──▶ three relays ───────▶ listener B        of brokers 1, 2, 3
 * </pre>
 *
 * Kafka tells a client the addresses of the listener by which it came, so a role never gets round its relays. A cluster of
 * somebody else's has neither: no broker to break, no cable to cut. Confined to one thread, but for {@link Link}s and the
 * brokers, which are thread-safe.
 */
final class Cluster implements AutoCloseable {
    static final int SIZE = 3;
    private static final String OURS = "INTERNAL";
    private static final String CONTROLLER = "CONTROLLER";
    private static final Duration START_WITHIN = Duration.ofMinutes(10);
    private static final List<String> JAVA_OPTIONS =
            List.of("-Xmx384m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    /** The cables of one role. Thread-safe. */
    record Link(List<TcpRelay> relays, String bootstrapServers) {
        void cut() {
            relays.forEach(TcpRelay::cut);
        }

        void silence() {
            relays.forEach(TcpRelay::silence);
        }

        void heal() {
            relays.forEach(TcpRelay::heal);
        }
    }

    /** One broker's process, or the lack of one. Thread-safe. */
    static final class Broker {
        private final String name;
        private final Path properties;
        private final Path log;
        private final Path data;
        private final String clusterId;
        private final String classPath;
        private Child child;
        private boolean wanted = true;

        private Broker(String name, Path folder, Path properties, String clusterId, String classPath) {
            this.name = name;
            this.properties = properties;
            this.log = folder.resolve(name + ".log");
            this.data = folder.resolve(name);
            this.clusterId = clusterId;
            this.classPath = classPath;
            this.child = launch();
        }

        private Child launch() {
            return Child.start(
                    name, log, JAVA_OPTIONS, classPath, BrokerNode.class, List.of(properties.toString(), clusterId));
        }

        synchronized void startAgain() {
            wanted = true;
            supervise();
        }

        /** Starts it again if it ended by itself, as one does whose disk is full, by and by. */
        synchronized void supervise() {
            if (wanted && !child.isAlive()) {
                child = launch();
            }
        }

        synchronized boolean isAlive() {
            return child.isAlive();
        }

        synchronized void kill() {
            wanted = false;
            child.kill();
        }

        /** As SIGTERM does; false where it had to be killed. */
        boolean stop() {
            Child stopped;
            synchronized (this) {
                wanted = false;
                stopped = child;
            }
            return stopped.stop();
        }

        void freeze(Duration duration) {
            running().freeze(duration);
        }

        void slowDown(Duration duration) {
            running().slowDown(duration);
        }

        /**
         * Has no room on its disk for a time. Nobody starts it again before there is some, and whoever supervises it does so
         * afterwards. False where that can't be done here.
         */
        synchronized boolean fillDisk(Duration duration) {
            Child filled = child;
            boolean full = filled.fillDisk();
            Waiting.rest(duration);
            filled.makeRoom();
            return full;
        }

        /** It, which is down, begins with an empty disk next time. */
        synchronized void loseDisk() {
            Torture.delete(data);
        }

        private synchronized Child running() {
            return child;
        }
    }

    private final List<Broker> brokers = new ArrayList<>();
    private final Map<String, Link> links = new HashMap<>();
    private final Map<String, Object> clientConfig;
    private final short replicas;

    private Cluster(Map<String, Object> clientConfig, short replicas) {
        this.clientConfig = Map.copyOf(clientConfig);
        this.replicas = replicas;
    }

    /**
     * Somebody else's.
     *
     * @param clientConfig reaches it
     * @param replicas     of each topic
     */
    static Cluster borrowed(Map<String, Object> clientConfig, short replicas) {
        return new Cluster(clientConfig, replicas);
    }

    private boolean isOurs() {
        return !links.isEmpty();
    }

    /** Of each topic. */
    short replicas() {
        return replicas;
    }

    /** Starts all, with the Kafka of that class path, and returns when they have found each other. */
    static Cluster start(Path folder, Ports ports, List<String> roles, String classPath) {
        String clusterId = Uuid.randomUuid().toString();
        List<Integer> ours = new ArrayList<>();
        List<Integer> controllers = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            ours.add(ports.next());
            controllers.add(ports.next());
        }
        String bootstrapServers = ours.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        Cluster cluster = new Cluster(Map.of("bootstrap.servers", bootstrapServers), (short) SIZE);
        Map<String, List<Integer>> listeners = new HashMap<>();
        for (String role : roles) {
            List<Integer> targets = List.of(ports.next(), ports.next(), ports.next());
            List<TcpRelay> relays = targets.stream().map(TcpRelay::to).toList();
            listeners.put(role, targets);
            cluster.links.put(
                    role,
                    new Link(
                            relays,
                            relays.stream()
                                    .map(relay -> "127.0.0.1:" + relay.port())
                                    .collect(Collectors.joining(","))));
        }
        for (int i = 0; i < SIZE; i++) {
            Properties properties = settings(i, ours.get(i), controllers);
            properties.put("log.dirs", folder.resolve("broker-" + (i + 1)).toString());
            for (String role : roles) {
                addListener(
                        properties,
                        role.toUpperCase(Locale.ROOT).replace('-', '_'),
                        listeners.getOrDefault(role, List.of()).get(i),
                        cluster.link(role).relays().get(i).port());
            }
            Path file = write(properties, folder.resolve("broker-" + (i + 1) + ".properties"));
            cluster.brokers.add(new Broker("broker-" + (i + 1), folder, file, clusterId, classPath));
        }
        try {
            cluster.awaitAll();
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private static Properties settings(int index, int port, List<Integer> controllers) {
        Properties properties = new Properties();
        properties.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", Integer.toString(index + 1)),
                Map.entry(
                        "listeners",
                        OURS + "://127.0.0.1:" + port + "," + CONTROLLER + "://127.0.0.1:" + controllers.get(index)),
                Map.entry("advertised.listeners", OURS + "://127.0.0.1:" + port),
                Map.entry("listener.security.protocol.map", OURS + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT"),
                Map.entry("inter.broker.listener.name", OURS),
                Map.entry("controller.listener.names", CONTROLLER),
                Map.entry(
                        "controller.quorum.voters",
                        "1@127.0.0.1:" + controllers.get(0) + ",2@127.0.0.1:" + controllers.get(1) + ",3@127.0.0.1:"
                                + controllers.get(2)),
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("default.replication.factor", "3"),
                Map.entry("min.insync.replicas", "2"),
                Map.entry("offsets.topic.replication.factor", "3"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.replication.factor", "3"),
                Map.entry("transaction.state.log.min.isr", "2"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("share.coordinator.state.topic.num.partitions", "1")));
        // deaths are noticed within seconds: that is what makes a run worth its minutes
        properties.putAll(Map.ofEntries(
                Map.entry("broker.session.timeout.ms", "3000"),
                Map.entry("broker.heartbeat.interval.ms", "500"),
                Map.entry("replica.lag.time.max.ms", "5000"),
                Map.entry("group.consumer.heartbeat.interval.ms", "500"),
                Map.entry("group.consumer.min.heartbeat.interval.ms", "500"),
                Map.entry("group.consumer.session.timeout.ms", "6000"),
                Map.entry("group.consumer.min.session.timeout.ms", "1000"),
                Map.entry("group.consumer.assignment.interval.ms", "0"),
                Map.entry("group.streams.heartbeat.interval.ms", "500"),
                Map.entry("group.streams.min.heartbeat.interval.ms", "500"),
                Map.entry("group.streams.session.timeout.ms", "6000"),
                Map.entry("group.streams.min.session.timeout.ms", "1000"),
                Map.entry("group.streams.assignment.interval.ms", "0"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("group.streams.initial.rebalance.delay.ms", "0"),
                Map.entry("group.min.session.timeout.ms", "1000"),
                Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
                Map.entry("log.cleaner.dedupe.buffer.size", "8388608"),
                // for each listener
                Map.entry("num.network.threads", "1"),
                Map.entry("num.io.threads", "4"),
                Map.entry("background.threads", "2")));
        return properties;
    }

    private static void addListener(Properties properties, String name, int port, int relayPort) {
        append(properties, "listeners", name + "://127.0.0.1:" + port);
        append(properties, "advertised.listeners", name + "://127.0.0.1:" + relayPort);
        append(properties, "listener.security.protocol.map", name + ":PLAINTEXT");
    }

    private static void append(Properties properties, String key, String more) {
        properties.put(key, properties.getProperty(key) + "," + more);
    }

    private static Path write(Properties properties, Path file) {
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until all brokers that should be there are. */
    void awaitAll() {
        try (Admin admin = Admin.create(clientConfig())) {
            Waiting.until(
                    "three brokers that have found each other",
                    START_WITHIN,
                    () -> !isOurs() || admin.describeCluster().nodes().get().size() == SIZE);
        }
    }

    /** Waits until all brokers hold all of every partition again; false where that takes too long. */
    boolean awaitWhole(Duration patience) {
        try (Admin admin = Admin.create(clientConfig())) {
            Waiting.until("three whole brokers", patience, () -> {
                var topics = admin.describeTopics(admin.listTopics().names().get())
                        .allTopicNames()
                        .get();
                return topics.values().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .allMatch(partition -> partition.isr().size() == SIZE);
            });
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** All of them are frozen, and go on together. */
    void freezeAll(Duration duration) {
        List<Thread> each = brokers.stream()
                .map(broker -> new Thread(() -> broker.freeze(duration), "freeze-" + broker.name))
                .toList();
        each.forEach(Thread::start);
        each.forEach(Waiting::join);
    }

    Map<String, Object> clientConfig() {
        return new HashMap<>(clientConfig);
    }

    String bootstrapServers() {
        return String.valueOf(clientConfig.get("bootstrap.servers"));
    }

    Link link(String role) {
        if (!isOurs()) {
            return new Link(List.of(), bootstrapServers());
        }
        Link link = links.get(role);
        if (link == null) {
            throw new IllegalArgumentException("no cables for " + role);
        }
        return link;
    }

    List<Broker> brokers() {
        return Collections.unmodifiableList(brokers);
    }

    @Override
    public void close() {
        brokers.forEach(Broker::kill);
        links.values().forEach(link -> link.relays().forEach(TcpRelay::close));
    }
}
