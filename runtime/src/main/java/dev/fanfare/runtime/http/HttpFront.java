package dev.fanfare.runtime.http;

import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The one HTTP server of a process: what its roles mount, and {@code /health/live}, {@code /health/ready},
 * {@code /metrics} beside it. It listens before the roles start, so that health can be asked while they do.
 */
public final class HttpFront implements AutoCloseable {
    private final Vertx vertx;
    private final Router routes;
    private final List<Role> roles;
    private final PrometheusMeterRegistry meters;
    private volatile boolean draining;
    private @Nullable HttpServer server;

    /** Mounts the roles' routes. */
    public HttpFront(Vertx vertx, List<Role> roles, PrometheusMeterRegistry meters) {
        this.vertx = vertx;
        this.roles = List.copyOf(roles);
        this.meters = meters;
        this.routes = Router.router(vertx);
        // the last one: a role's own failure handlers come before it
        routes.route().last().failureHandler(Problems::onFailure);
        for (int status : new int[] {400, 404, 405, 406, 413, 415, 500}) {
            routes.errorHandler(status, Problems::onFailure);
        }
        routes.get("/health/live").handler(context -> json(context, 200, new JsonObject().put("status", "live")));
        routes.get("/health/ready").handler(this::ready);
        routes.get("/metrics").handler(this::scrape);
        roles.forEach(role -> role.mount(routes));
    }

    /**
     * Listens.
     *
     * @return the port, also where 0 was asked for
     * @throws IllegalStateException in one sentence where the port can't be had
     */
    public int listen(String host, int port) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setIdleTimeout(120)
                .setHandle100ContinueAutomatically(true);
        try {
            HttpServer started = vertx.createHttpServer(options)
                    .requestHandler(routes)
                    .invalidRequestHandler(Problems::onInvalidRequest)
                    .listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            server = started;
            return started.actualPort();
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

    /** From now on {@code /health/ready} says no, so that load balancers turn away before the roles stop. */
    public void drain() {
        draining = true;
    }

    @Override
    public void close() {
        HttpServer open = server;
        if (open != null) {
            server = null;
            open.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private void ready(RoutingContext context) {
        JsonObject perRole = new JsonObject();
        boolean ready = !draining;
        for (Role role : roles) {
            Readiness readiness = role.readiness();
            ready &= readiness.isReady();
            perRole.put(role.name(), readiness.isReady() ? "ready" : readiness.reason());
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
