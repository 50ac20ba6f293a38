package dev.fanfare.router;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How the router runs. */
@ConfigMapping(prefix = "router")
public interface RouterSettings {
    /** {@code at-least-once}: after a crash some deliveries are made again, with the same ids. Or {@code exactly-once-v2}. */
    @WithDefault("at-least-once")
    Guarantee guarantee();

    /**
     * How instances share the work: {@code streams} (KIP-1071, brokers of 4.2 or newer), or {@code classic} on older ones.
     */
    @WithDefault("streams")
    Protocol groupProtocol();

    /** Threads of this instance; each takes whole partitions of the events topic. */
    @WithDefault("1")
    int threads();

    /** How long the producer waits for company before it sends a batch: latency against throughput. */
    @WithDefault("2ms")
    Duration linger();

    /** How long a batch of events may wait for the subscriptions that were promised before it. Then it goes without. */
    @WithDefault("5s")
    Duration readIndexTimeout();

    /** How long the subscriptions may take to load at start. */
    @WithDefault("5m")
    Duration loadTimeout();

    /** How long {@code close} may take to finish what was polled. */
    @WithDefault("10s")
    Duration drainTimeout();

    /** Kafka Streams' folder; by default one under the system's temporary folder. The router keeps nothing in it. */
    Optional<Path> stateDir();

    /** What a crash may do to deliveries on the topic. */
    enum Guarantee {
        AT_LEAST_ONCE,
        EXACTLY_ONCE_V2
    }

    /** Who assigns partitions: the broker, or one of the instances. */
    enum Protocol {
        STREAMS,
        CLASSIC
    }
}
