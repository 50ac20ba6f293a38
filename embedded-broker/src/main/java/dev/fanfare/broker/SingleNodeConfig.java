package dev.fanfare.broker;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.config.ConfigException;

/** The Kafka properties of one node that is its own controller: nothing is replicated, groups settle fast, memory is small. */
final class SingleNodeConfig {

    static final int NODE_ID = 1;

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("default.replication.factor", "1"),
            Map.entry("min.insync.replicas", "1"),
            // whoever misspells a topic gets an error, not a new topic
            Map.entry("auto.create.topics.enable", "false"),
            // internal topics: one copy, few partitions (50 each by default)
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("offsets.topic.num.partitions", "4"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("transaction.state.log.num.partitions", "4"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.num.partitions", "4"),
            // a member that joins or dies is noticed within a second or six, not ten or forty-five
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("group.streams.initial.rebalance.delay.ms", "0"),
            Map.entry("group.min.session.timeout.ms", "1000"),
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
            Map.entry("group.share.heartbeat.interval.ms", "500"),
            Map.entry("group.share.min.heartbeat.interval.ms", "500"),
            Map.entry("group.share.session.timeout.ms", "6000"),
            Map.entry("group.share.min.session.timeout.ms", "1000"),
            Map.entry("group.share.assignment.interval.ms", "0"),
            // after a crash the node waits for its own former session to end before it may serve
            Map.entry("broker.session.timeout.ms", "3000"),
            Map.entry("broker.heartbeat.interval.ms", "500"),
            Map.entry("server.max.startup.time.ms", "120000"),
            // a transaction left open holds every read_committed reader: look for timed-out ones each second
            Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
            // 128 MiB of heap by default, taken at start
            Map.entry("log.cleaner.dedupe.buffer.size", "8388608"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "4"),
            Map.entry("background.threads", "2"));

    private static final Set<String> OURS = Set.of(
            "process.roles",
            "node.id",
            "broker.id",
            "log.dir",
            "log.dirs",
            "metadata.log.dir",
            "listeners",
            "advertised.listeners",
            "listener.security.protocol.map",
            "inter.broker.listener.name",
            "security.inter.broker.protocol",
            "controller.listener.names",
            "controller.quorum.voters",
            "controller.quorum.bootstrap.servers");

    private SingleNodeConfig() {}

    /**
     * The whole of it.
     *
     * @param securedProtocol of the second listener for clients, where there is one
     */
    static KafkaConfig of(
            Path logDir, BoundSockets sockets, Map<String, String> overrides, Optional<String> securedProtocol) {
        for (String key : new TreeSet<>(overrides.keySet())) {
            if (OURS.contains(key)) {
                throw new BrokerStartException(
                        "The broker property " + key
                                + " can't be set on the embedded broker, which chooses it; remove it, or run a Kafka cluster of your own.");
            }
        }
        Properties properties = new Properties();
        properties.putAll(DEFAULTS);
        properties.putAll(overrides);
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", Integer.toString(NODE_ID));
        properties.put("log.dirs", logDir.toString());
        String clients = address(sockets, BoundSockets.CLIENT_LISTENER)
                + securedProtocol
                        .map(protocol -> "," + address(sockets, BoundSockets.SECURED_LISTENER))
                        .orElse("");
        properties.put("listeners", clients + "," + address(sockets, BoundSockets.CONTROLLER_LISTENER));
        properties.put("advertised.listeners", clients);
        properties.put(
                "listener.security.protocol.map",
                BoundSockets.CLIENT_LISTENER + ":PLAINTEXT," + BoundSockets.CONTROLLER_LISTENER + ":PLAINTEXT"
                        + securedProtocol
                                .map(protocol -> "," + BoundSockets.SECURED_LISTENER + ":" + protocol)
                                .orElse(""));
        properties.put("inter.broker.listener.name", BoundSockets.CLIENT_LISTENER);
        properties.put("controller.listener.names", BoundSockets.CONTROLLER_LISTENER);
        // static voters: nothing on disk remembers a port, so the next start may take another
        properties.put(
                "controller.quorum.voters", NODE_ID + "@127.0.0.1:" + sockets.port(BoundSockets.CONTROLLER_LISTENER));
        try {
            return KafkaConfig.fromProps(properties, false);
        } catch (ConfigException | IllegalArgumentException e) {
            throw new BrokerStartException(
                    "The broker properties are not accepted by Kafka (" + DataFolder.reason(e)
                            + "); correct or remove the property it names.",
                    e);
        }
    }

    private static String address(BoundSockets sockets, String listener) {
        return listener + "://127.0.0.1:" + sockets.port(listener);
    }
}
