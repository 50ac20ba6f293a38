package dev.fanfare.dispatcher;

import dev.fanfare.runtime.config.ByteSize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How deliveries are sent. Each default says why it is what it is. */
@ConfigMapping(prefix = "dispatcher")
public interface DispatcherSettings {
    /** How often outcomes and offsets are committed. A crash re-sends about this much; below 200 ms commits queue up. */
    @WithDefault("500ms")
    Duration commitInterval();

    /** How long a partition that is taken away waits for its attempts under way. Less than the broker's patience (45 s). */
    @WithDefault("10s")
    Duration drainTimeout();

    /** Attempts under way at once, all subscriptions together: more than (endpoints that may hang) × (their cap). */
    @WithDefault("2048")
    int maxInFlight();

    /** Deliveries that one subscription queues at most: a second of work for an endpoint that takes 1,000 a second. */
    @WithDefault("1000")
    int maxQueuedPerSubscription();

    /** Deliveries in memory at once: a second of work at full speed, so that commits never leave the senders idle. */
    @WithDefault("50000")
    int maxQueued();

    /** Their bytes: leaves a heap of 512 MiB room for connections and buffers. */
    @WithDefault("64MiB")
    ByteSize maxQueuedBytes();

    /** HTTP clients of one thread each, with the subscriptions shared out among them: as many as cores pays off. */
    @WithDefault("2")
    int reactorThreads();

    /** How old a delivery may get before it is given up. A day spans most outages, and the topics keep three. */
    @WithDefault("24h")
    Duration maxAge();

    /** How long a TCP connection or a TLS handshake may take: far hosts answer within a second, lost packets within 3. */
    @WithDefault("5s")
    Duration connectTimeout();

    /** How long host names are remembered: as Java does by itself. */
    @WithDefault("30s")
    Duration dnsCache();

    /** How much of an answer's body is read before it is cut off: more than any error page, less than an attack. */
    @WithDefault("64KiB")
    ByteSize maxAnswer();

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
}
