package dev.fanfare.dispatcher;

import dev.fanfare.contract.DurationText;
import dev.fanfare.runtime.config.ByteSize;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Secret;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How deliveries are sent. Each default says why it is what it is. */
@ConfigMapping(prefix = "dispatcher")
public interface DispatcherSettings {
    /** How often outcomes and offsets are committed. A crash re-sends about this much; below 200 ms commits queue up. */
    @WithDefault("500ms")
    Duration commitInterval();

    /** How long a partition that is taken away waits for its attempts under way. Less than the broker's patience (45 s). */
    @WithDefault("10s")
    Duration drainTimeout();

    /** Attempts under way at once: more than (endpoints that may hang) × (their cap), and than rate × mean latency. */
    @WithDefault("512")
    int maxInFlight();

    /** Deliveries that one subscription queues at most: bursts wait here, not in a tier. Under an eighth of all. */
    @WithDefault("4000")
    int maxQueuedPerSubscription();

    /** Deliveries in memory at most. An eighth is aimed at: enough to send during a commit; the rest is for busy lanes. */
    @WithDefault("50000")
    int maxQueued();

    /** Their bytes: leaves a heap of 512 MiB room for connections and buffers. */
    @WithDefault("64MiB")
    ByteSize maxQueuedBytes();

    /**
     * Failures in a row after which an endpoint is left alone; a time-out counts for five. Ten are no accident.
     */
    @WithDefault("10")
    int breakerFailures();

    /** How long it is left alone before one delivery asks whether it is back: a restart; doubled each time it isn't. */
    @WithDefault("5s")
    Duration breakerFirstRest();

    /** It is never left alone for longer: as long as an endpoint that is back should have to wait at most. */
    @WithDefault("10m")
    Duration breakerLongestRest();

    /**
     * When half of all endpoints fail at once, our own network is suspected and nothing new is taken in, for so long at
     * most: should they really be dead, the others must not wait for them.
     */
    @WithDefault("1m")
    Duration outagePatience();

    /** HTTP clients of one thread each, with the subscriptions shared out among them: as many as cores pays off. */
    @WithDefault("2")
    int reactorThreads();

    /** How old a delivery may get before it is given up. A day spans most outages, and the topics keep three. */
    @WithDefault("24h")
    Duration maxAge();

    /** How long a TCP connection or a TLS handshake may take: far hosts answer within a second, lost packets within 3. */
    @WithDefault("5s")
    Duration connectTimeout();

    /** How long what a name server says is remembered: an endpoint that moves is found again after this. */
    @WithDefault("30s")
    Duration dnsCache();

    /** How much of an answer's body is read before it is cut off: more than any error page, less than an attack. */
    @WithDefault("64KiB")
    ByteSize maxAnswer();

    /**
     * So many of the busiest subscriptions have metrics of their own, three series each. None: their names are your
     * customers', and each new one is a new series for as long as Prometheus keeps it.
     */
    @WithDefault("0")
    int subscriptionMetrics();

    /** How long a delivery waits for news of its subscription: the view is usually milliseconds behind. */
    @WithDefault("5s")
    Duration subscriptionPatience();

    /** Whether webhooks may go to this machine (127.0.0.0/8, ::1), also without TLS. Off: it is how servers are probed. */
    @WithDefault("false")
    boolean allowLoopback();

    /** Whether webhooks may go to private networks. Off: subscribers must not reach what only we can reach. */
    @WithDefault("false")
    boolean allowPrivate();

    /** Whether webhooks may go out without TLS (loopback apart). Off: bodies are confidential unless you know better. */
    @WithDefault("false")
    boolean allowHttp();

    /**
     * A proxy that all webhooks go through by HTTP CONNECT, such as {@code http://user:password@proxy.example:3128}. It
     * is asked for addresses that were checked here.
     */
    Optional<Secret> proxy();

    /** Whether HTTP/2 is offered to endpoints with TLS: one connection for each subscription, not for each attempt. */
    @WithDefault("true")
    boolean http2();

    /** Certificates that are trusted beside those of Java, such as a company's own CA: a PEM or PKCS12 file. */
    Optional<Path> trustStore();

    /** What opens a PKCS12 file; PEM needs none. */
    Optional<Secret> trustStorePassword();

    /** Networks that webhooks may go to though they are private, loopback or reserved: {@code 10.20.0.0/16}. */
    Optional<List<String>> allowCidrs();

    /** Networks that webhooks never go to, whatever allows them. */
    Optional<List<String>> denyCidrs();

    /** Hosts that may lead to private networks: {@code hooks.corp.example}, or all below a name: {@code *.corp.example}. */
    Optional<List<String>> allowHosts();

    /** Hosts that get no webhooks, whatever allows them. */
    Optional<List<String>> denyHosts();

    /** If given, the only hosts that get webhooks. */
    Optional<List<String>> onlyHosts();

    /** Ports that webhooks may go to: below 1024, all but web servers are mail, logins and the like. */
    @WithDefault("80,443,1024-65535")
    List<String> ports();

    /** Refuses what can't work, all at once; gives what it read for that. */
    static WaysOut check(DispatcherSettings settings) {
        List<String> faults = new ArrayList<>();
        WaysOut waysOut = new WaysOut(AddressRules.of(settings, faults), TransportRules.of(settings, faults));
        between(faults, "commit-interval", settings.commitInterval(), Duration.ofMillis(50), Duration.ofSeconds(5));
        between(faults, "drain-timeout", settings.drainTimeout(), Duration.ofMillis(1), Duration.ofSeconds(40));
        between(faults, "max-age", settings.maxAge(), Duration.ofSeconds(1), Duration.ofDays(3));
        between(faults, "connect-timeout", settings.connectTimeout(), Duration.ofMillis(1), Duration.ofMinutes(1));
        between(faults, "dns-cache", settings.dnsCache(), Duration.ofMillis(1), Duration.ofHours(1));
        between(faults, "subscription-patience", settings.subscriptionPatience(), Duration.ZERO, Duration.ofMinutes(1));
        between(faults, "breaker-failures", settings.breakerFailures(), 1, 1_000_000);
        between(
                faults,
                "breaker-first-rest",
                settings.breakerFirstRest(),
                Duration.ofMillis(100),
                settings.breakerLongestRest());
        between(
                faults,
                "breaker-longest-rest",
                settings.breakerLongestRest(),
                Duration.ofMillis(100),
                Duration.ofHours(24));
        between(faults, "outage-patience", settings.outagePatience(), Duration.ZERO, Duration.ofHours(1));
        between(faults, "reactor-threads", settings.reactorThreads(), 1, 64);
        between(faults, "max-in-flight", settings.maxInFlight(), settings.reactorThreads(), 65_536);
        between(faults, "max-queued", settings.maxQueued(), 100, 10_000_000);
        between(faults, "max-queued-per-subscription", settings.maxQueuedPerSubscription(), 1, settings.maxQueued());
        between(faults, "max-queued-bytes in bytes", settings.maxQueuedBytes().bytes(), 1 << 20, Long.MAX_VALUE);
        between(faults, "max-answer in bytes", settings.maxAnswer().bytes(), 1_024, Integer.MAX_VALUE);
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
        return waysOut;
    }

    private static void between(List<String> faults, String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            faults.add("dispatcher." + key + ": " + DurationText.format(value) + " is out of range: "
                    + DurationText.format(least) + " to " + DurationText.format(most));
        }
    }

    private static void between(List<String> faults, String key, long value, long least, long most) {
        if (value < least || value > most) {
            faults.add("dispatcher." + key + ": " + value + " is out of range: " + least + " to " + most);
        }
    }
}
