package dev.fanfare.runtime.http;

import dev.fanfare.runtime.lifecycle.Health;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The one HTTP server of a process: what its roles mount, and {@code /health/live}, {@code /health/ready},
 * {@code /metrics} beside it. It listens before the roles start, so that health can be asked while they do.
 *
 * <p>It has an event loop for each processor: a connection stays with one of them, and handlers are called on that.
 */
public final class HttpFront implements AutoCloseable {
    private static final int MOST_FORM_BYTES = 4 * 1024 * 1024;
    private static final int MOST_FORM_FIELDS = 20_000;
    /** For a client to send its first request, and to send another. */
    private static final Duration FIRST_REQUEST = Duration.ofSeconds(30);

    private static final Duration NEXT_REQUEST = Duration.ofMinutes(10);

    private final Vertx vertx;
    private final Router routes;
    private final Health health;
    private final PrometheusMeterRegistry meters;
    private final SilentConnections silent;
    /** How often it is looked whether a certificate was renewed, or a client says nothing. */
    private final long lookMillis;

    private long look;
    /** On one port, each with an event loop of its own. */
    private final Queue<HttpServer> servers = new ConcurrentLinkedQueue<>();

    private @Nullable String deployment;
    /** Set before it listens. */
    private @Nullable PathPrefix prefix;

    /** What a process's front and roles run on: with the system's own way to wait for sockets, where it is known. */
    public static Vertx vertx() {
        return Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    }

    /** Mounts the roles' routes. Nobody watches Kafka for them. */
    public HttpFront(Vertx vertx, List<Role> roles, PrometheusMeterRegistry meters) {
        this(vertx, roles, meters, FIRST_REQUEST, NEXT_REQUEST);
    }

    /** Mounts the roles' routes. */
    public HttpFront(Vertx vertx, List<Role> roles, Health health, PrometheusMeterRegistry meters) {
        this(vertx, roles, health, meters, FIRST_REQUEST, NEXT_REQUEST);
    }

    HttpFront(Vertx vertx, List<Role> roles, PrometheusMeterRegistry meters, Duration first, Duration next) {
        this(vertx, roles, new Health(roles, () -> Readiness.READY), meters, first, next);
    }

    private HttpFront(
            Vertx vertx,
            List<Role> roles,
            Health health,
            PrometheusMeterRegistry meters,
            Duration first,
            Duration next) {
        this.silent = new SilentConnections(first, next);
        this.lookMillis = Math.max(1, Math.min(first.toMillis(), next.toMillis()) / 6);
        this.vertx = vertx;
        this.health = health;
        this.meters = meters;
        this.routes = Router.router(vertx);
        // the last one: a role's own failure handlers come before it
        routes.route().last().failureHandler(Problems::onFailure);
        for (int status : new int[] {400, 404, 406, 413, 415, 500}) {
            routes.errorHandler(status, Problems::onFailure);
        }
        routes.errorHandler(405, this::methodNotAllowed);
        routes.get("/health/live").handler(this::live);
        routes.get("/health/ready").handler(this::ready);
        routes.get("/metrics").handler(this::scrape);
        roles.forEach(role -> role.mount(routes));
        ApiDocs.mount(routes);
    }

    /**
     * Listens as the settings say, with TLS where they ask for it.
     *
     * @return the port, also where 0 was asked for
     * @throws IllegalStateException in one sentence where the port can't be had, or the certificate can't be used
     * @throws dev.fanfare.runtime.config.InvalidSettings where those of TLS don't fit together, or the prefix is no path
     */
    public int listen(HttpSettings settings) {
        ServerTls tls = ServerTls.of(settings);
        PathPrefix asked = PathPrefix.of(settings);
        if (asked != null) {
            asked.requireNoneOf(routes.getRoutes().stream().map(Route::getPath).filter(Objects::nonNull));
            prefix = asked;
            routes.route().order(Integer.MIN_VALUE).handler(asked::onAnswer);
        }
        if (settings.trustForwardedFor()) {
            routes.route().order(Integer.MIN_VALUE).handler(ClientAddress::believe);
        }
        return listen(settings.host(), settings.port(), tls);
    }

    /** Listens without TLS, otherwise as {@link #listen(HttpSettings)}. */
    public int listen(String host, int port) {
        return listen(host, port, null);
    }

    private int listen(String host, int port, @Nullable ServerTls tls) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setIdleTimeout(120)
                // nobody talks WebSocket here, and each request would pass by their negotiation
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setHandle100ContinueAutomatically(true)
                // each form has a lower limit of its own for all fields together; what comes of it after its refusal is
                // unpacked all the same
                .setMaxFormAttributeSize(MOST_FORM_BYTES)
                .setMaxFormFields(MOST_FORM_FIELDS)
                // where it may be asked for, a connection is not known before its first request's head is whole
                .setHttp2ClearTextEnabled(false);
        if (tls != null) {
            tls.applyTo(options);
        }
        try {
            servers.clear();
            // a port of the system's choice can't be shared: each loop would get another
            int loops = port == 0 ? 1 : Runtime.getRuntime().availableProcessors();
            deployment = vertx.deployVerticle(() -> new Listener(options), new DeploymentOptions().setInstances(loops))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            HttpServer first = servers.element();
            look = vertx.setPeriodic(lookMillis, looked -> {
                silent.leave();
                if (tls != null) {
                    tls.renew(first); // those who share the port share this
                }
            });
            return first.actualPort();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof BindException) {
                throw new IllegalStateException(
                        "Port " + port + " on " + host
                                + " can't be had (" + cause.getMessage()
                                + "): stop what uses it, or choose another with --port (http.port)",
                        cause);
            }
            throw new IllegalStateException("can't listen on " + host + ":" + port + ": " + cause.getMessage(), cause);
        }
    }

    /** Listens on its own event loop, until it is undeployed. */
    private final class Listener extends VerticleBase {
        private final HttpServerOptions options;

        Listener(HttpServerOptions options) {
            this.options = options;
        }

        @Override
        public Future<?> start() {
            HttpServer server = vertx.createHttpServer(options)
                    .connectionHandler(silent::met)
                    .requestHandler(HttpFront.this::serve)
                    .invalidRequestHandler(Problems::onInvalidRequest);
            servers.add(server);
            return server.listen();
        }
    }

    private void serve(HttpServerRequest request) {
        silent.heard(request);
        String fault = RequestHead.fault(request.headers());
        if (fault != null) {
            Problems.refuse(request, fault);
            return;
        }
        PathPrefix gateways = prefix;
        routes.handle(gateways == null ? request : gateways.strip(request));
    }

    /** From now on {@code /health/ready} says no, so that load balancers turn away before the roles stop. */
    public void drain() {
        health.drain();
    }

    @Override
    public void close() {
        String open = deployment;
        if (open != null) {
            deployment = null;
            vertx.cancelTimer(look);
            vertx.undeploy(open).toCompletionStage().toCompletableFuture().join();
            servers.clear();
        }
    }

    /** Names the methods that there are, as a 405 must (RFC 9110, section 15.5.6). */
    private void methodNotAllowed(RoutingContext context) {
        String[] asked = context.request().path().split("/", -1);
        String allowed = routes.getRoutes().stream()
                .filter(route -> route.methods() != null && matches(route.getPath(), asked))
                .flatMap(route -> route.methods().stream())
                .map(HttpMethod::name)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        context.response().putHeader(HttpHeaders.ALLOW, allowed);
        Problems.onFailure(context);
    }

    private static boolean matches(@Nullable String pattern, String[] asked) {
        String[] parts = pattern == null ? new String[0] : pattern.split("/", -1);
        return parts.length == asked.length
                && IntStream.range(0, parts.length)
                        .allMatch(i -> parts[i].startsWith(":") || parts[i].equals(asked[i]));
    }

    private void live(RoutingContext context) {
        Map<String, String> broken = health.broken();
        JsonObject body = new JsonObject().put("status", broken.isEmpty() ? "live" : "broken");
        if (!broken.isEmpty()) {
            JsonObject perRole = new JsonObject();
            broken.forEach(perRole::put);
            body.put("roles", perRole);
        }
        json(context, broken.isEmpty() ? 200 : 503, body);
    }

    private void ready(RoutingContext context) {
        JsonObject perRole = new JsonObject();
        boolean draining = health.isDraining();
        boolean ready = !draining;
        for (Map.Entry<String, Readiness> role : health.byRole().entrySet()) {
            Readiness readiness = role.getValue();
            ready &= readiness.isReady();
            perRole.put(role.getKey(), readiness.isReady() ? "ready" : readiness.reason());
        }
        json(
                context,
                ready ? 200 : 503,
                new JsonObject()
                        .put("status", draining ? "draining" : ready ? "ready" : "not ready")
                        .put("roles", perRole));
    }

    private void scrape(RoutingContext context) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                .end(meters.scrape());
    }

    private static void json(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(body.toBuffer());
    }
}
