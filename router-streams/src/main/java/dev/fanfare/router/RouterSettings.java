package dev.fanfare.router;

import dev.fanfare.contract.DurationText;
import dev.fanfare.runtime.config.ByteSize;
import dev.fanfare.runtime.config.InvalidSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /**
     * How long a batch of events may wait for the subscriptions that were promised before it. Then it goes without, which
     * is counted and logged.
     */
    @WithDefault("5s")
    Duration readIndexTimeout();

    /** How long {@code close} may take to finish what was polled. */
    @WithDefault("10s")
    Duration drainTimeout();

    /** How many deliveries a second one replay of past events makes; 1 to 100,000. */
    @WithDefault("500")
    int replayPerSecond();

    /**
     * How many deliveries are made of an event in one go; one that more subscriptions want goes in shares through a topic
     * of its own. A thousand take some 10 ms: other events hardly wait.
     */
    @WithDefault("1000")
    int fanoutChunk();

    /**
     * For how long an event that was routed is remembered: another of the same tenant, source and id is dropped; 0 turns
     * that off. A day: longer than producers try again, and what a disk holds.
     */
    @WithDefault("24h")
    Duration deduplicationWindow();

    /**
     * Native memory for the store of events that were routed, its caches and write buffers together; and up to as much
     * again of the heap, for knowing without a look into the store that an event is new: 64 MiB do for 20 to 50 million.
     */
    @WithDefault("64MiB")
    ByteSize deduplicationMemory();

    /**
     * Where the store of events that were routed lies, in a folder of the cluster's id and this process's name; by default
     * in {@code $XDG_STATE_HOME/fanfare/router} ({@code ~/.local/state/fanfare/router}), or where that can't be written
     * below the system's temporary folder. What is lost is read again from its changelog.
     */
    Optional<Path> stateDir();

    /**
     * Topics that belong to one tenant each, such as {@code orders-events=acme,billing-events=globex}: they are read beside
     * {@code fanfare.events}, and an event there that names another tenant is a dead letter. Every router must be told the
     * same.
     */
    Optional<String> tenantOfTopic();

    /** One write buffer, and a few blocks. */
    ByteSize LEAST_MEMORY = new ByteSize(8L * 1024 * 1024);

    /** How long the broker leaves a transaction open; a batch that waits must not outlive it. */
    Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

    /**
     * Checks the settings, and how they relate.
     *
     * @throws InvalidSettings with every fault
     */
    static void check(RouterSettings settings) {
        List<String> faults = new ArrayList<>();
        if (settings.threads() < 1 || settings.threads() > 64) {
            faults.add("router.threads: " + settings.threads() + " is out of range: 1 to 64");
        }
        if (settings.replayPerSecond() < 1 || settings.replayPerSecond() > 100_000) {
            faults.add("router.replay-per-second: " + settings.replayPerSecond() + " is out of range: 1 to 100000");
        }
        if (settings.fanoutChunk() < 1 || settings.fanoutChunk() > 100_000) {
            faults.add("router.fanout-chunk: " + settings.fanoutChunk() + " is out of range: 1 to 100000");
        }
        range("router.linger", settings.linger(), Duration.ZERO, Duration.ofSeconds(1), faults);
        range("router.drain-timeout", settings.drainTimeout(), Duration.ofMillis(100), Duration.ofMinutes(5), faults);
        if (!settings.deduplicationWindow().isZero()) {
            range(
                    "router.deduplication-window",
                    settings.deduplicationWindow(),
                    Duration.ofMinutes(1),
                    Duration.ofDays(7),
                    faults);
        }
        if (settings.deduplicationMemory().bytes() < LEAST_MEMORY.bytes()) {
            faults.add(
                    "router.deduplication-memory: " + settings.deduplicationMemory() + " is less than " + LEAST_MEMORY);
        }
        Duration longestWait =
                switch (settings.guarantee()) {
                    case AT_LEAST_ONCE -> Duration.ofMinutes(1);
                    case EXACTLY_ONCE_V2 -> TRANSACTION_TIMEOUT.minusSeconds(2);
                };
        tenantByTopic(settings, faults);
        range("router.read-index-timeout", settings.readIndexTimeout(), Duration.ofMillis(10), longestWait, faults);
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
    }

    /** Whose each topic is that belongs to one tenant; the settings have been checked. */
    static Map<String, String> tenantByTopic(RouterSettings settings) {
        return tenantByTopic(settings, new ArrayList<>());
    }

    private static Map<String, String> tenantByTopic(RouterSettings settings, List<String> faults) {
        return settings.tenantOfTopic()
                .map(text -> TenantTopicRules.read(text, faults))
                .orElse(Map.of());
    }

    private static void range(String key, Duration given, Duration least, Duration most, List<String> faults) {
        if (given.compareTo(least) < 0 || given.compareTo(most) > 0) {
            faults.add(key + ": " + DurationText.format(given) + " is out of range: " + DurationText.format(least)
                    + " to " + DurationText.format(most));
        }
    }

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
