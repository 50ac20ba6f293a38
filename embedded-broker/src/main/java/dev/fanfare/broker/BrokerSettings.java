package dev.fanfare.broker;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What an {@link EmbeddedBroker} needs to know before it starts.
 *
 * @param dataDir the folder that holds everything the broker keeps; created when absent
 * @param port the port that clients connect to on 127.0.0.1; 0 takes any free one
 * @param overrides Kafka broker properties that win over Fanfare's single-node defaults; the few on which the embedding
 *     itself rests (roles, listeners, folders) are refused
 * @param secured the security protocol, such as {@code SASL_SSL}, of a second listener for clients, on any free port;
 *     its keys and users are told by overrides that begin with {@code listener.name.secured.}
 */
public record BrokerSettings(Path dataDir, int port, Map<String, String> overrides, Optional<String> secured) {

    /** @throws IllegalArgumentException if the port is outside 0..65535 */
    public BrokerSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "Port " + port + " is not a port: choose 1 to 65535, or 0 for any free one.");
        }
        overrides = Map.copyOf(overrides);
    }

    /** Without a second listener. */
    public BrokerSettings(Path dataDir, int port, Map<String, String> overrides) {
        this(dataDir, port, overrides, Optional.empty());
    }

    /** A broker on any free port, with its data in {@code dataDir}. */
    public static BrokerSettings in(Path dataDir) {
        return new BrokerSettings(dataDir, 0, Map.of());
    }

    /** The same settings with another port; 0 takes any free one. */
    public BrokerSettings withPort(int port) {
        return new BrokerSettings(dataDir, port, overrides, secured);
    }
}
