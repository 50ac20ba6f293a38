package dev.fanfare.dispatcher.http;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Sends requests over connections that it keeps. It shows one TLS identity: each other one needs a client of its own,
 * which may use the same reactor.
 *
 * <pre>
 * send ─▶ a connection that is free? ─ yes ─────────────────────────────▶ Http1Connection | Http2Connection ─▶ Reply
 *                    └ no ─▶ Connecting: TCP, the proxy's tunnel, TLS ──────▲
 *                            (joined, where that may be shared)
 * </pre>
 *
 * Any thread.
 */
public final class WebhookClient implements AutoCloseable {
    private static final long SWEEP_SECONDS = 5;

    private final Reactor reactor;
    private final Transport transport;
    private final Connections connections;
    private final ScheduledFuture<?> sweeping;

    /**
     * With no connection yet.
     *
     * @param count told of each that is made and closed
     */
    public WebhookClient(Reactor reactor, Transport transport, ConnectionCount count) {
        this.reactor = reactor;
        this.transport = transport;
        this.connections = new Connections(count);
        this.sweeping = reactor.loop()
                .scheduleWithFixedDelay(
                        () -> connections.sweep(System.nanoTime()), SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    /** Sends a request. There is no time-out but for connecting: whoever has waited long enough abandons the call. */
    public Call send(Way way, Request request, AnswerLimits limits, Reply reply) {
        Call call = new Call(reactor, way, request, limits, reply);
        if (reactor.isHere()) {
            begin(call);
        } else {
            reactor.run(() -> begin(call));
        }
        return call;
    }

    private void begin(Call call) {
        if (call.isOver()) {
            return;
        }
        Connection free = connections.find(call.way());
        if (free != null) {
            free.carry(call);
            return;
        }
        Connecting pending = connections.pending(call.way());
        if (pending != null) {
            pending.join(call);
        } else {
            new Connecting(reactor, transport, connections, call, this::begin).start();
        }
    }

    /** Closes its connections, whatever goes on there. */
    @Override
    public void close() {
        reactor.run(() -> {
            sweeping.cancel(false);
            connections.close();
        });
    }
}
