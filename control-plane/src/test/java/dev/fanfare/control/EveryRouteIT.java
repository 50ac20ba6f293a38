package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That no key does more than it may on any route there is. */
@WithBroker
class EveryRouteIT {
    private static final String KEYS = "/v1/tenants/acme/keys";
    private static final String JSON = "application/json";
    /** Changing a tenant is for administrators, though its path names the tenant. */
    private static final Set<String> FOR_ADMINISTRATORS =
            Set.of("PUT /v1/tenants/:tenant", "PATCH /v1/tenants/:tenant", "DELETE /v1/tenants/:tenant");
    /** Open to all, or behind a session of their own. */
    private static final List<String> OUTSIDE = List.of("/openapi.json", "/docs", "/console");

    @TempDir
    static Path folder;

    private static TestBroker broker;
    private static RunningControl control;

    @BeforeAll
    static void startTheControlPlane(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        control = RunningControl.on(fresh, folder);
    }

    @AfterAll
    static void stopTheControlPlane() {
        control.close();
    }

    @Test
    void onNoRouteDoesAnyKeyDoMoreThanItMay() {
        DeadLetterSample.send(broker, "dlv_walked", "acme", "walked");
        control.put(SUBSCRIPTIONS + "/walked", "{\"url\":\"https://example.com/\",\"eventTypes\":[\"*\"]}");
        String walkedKey = KeyToken.idIn(control.makeKey("acme", "read"));
        String revoked = control.makeKey("acme", "read", "manage", "events:write");
        control.send("POST", KEYS + "/" + KeyToken.idIn(revoked) + "/revoke", null, Map.of());
        String forged = KeyToken.mint(walkedKey, new SecureRandom()).reveal();
        String foreign = control.makeKey("other", "read", "manage", "events:write");
        String reader = control.makeKey("acme", "read");
        String manager = control.makeKey("acme", "manage");
        String sender = control.makeKey("acme", "events:write");
        String administrator = control.makeKey(null, "manage");
        String onlooker = control.makeKey(null, "read");
        String everything = everythingOfAcme();

        List<String> routes = routes();
        assertThat(routes).hasSizeGreaterThan(25);
        for (String route : routes) {
            String method = route.substring(0, route.indexOf(' '));
            String pattern = route.substring(method.length() + 1);
            boolean looks = method.equals("GET");
            boolean forAdministrators = !pattern.contains(":tenant") || FOR_ADMINISTRATORS.contains(route);
            for (String id : List.of("walked", walkedKey)) {
                String path = pattern.replace(":tenant", "acme").replaceAll(":\\w+", id);
                for (String nobody : List.of("", "nonsense", forged, revoked)) {
                    assertThat(call(method, path, nobody))
                            .as(route + " as nobody")
                            .isEqualTo(401);
                }
                for (String stranger : List.of(foreign, sender)) {
                    assertThat(call(method, path, stranger))
                            .as(route + " as a stranger")
                            .isEqualTo(403);
                }
                assertRefused(call(method, path, reader), !looks || forAdministrators, route + " as a reader");
                assertRefused(call(method, path, onlooker), !looks, route + " as an onlooker");
                if (forAdministrators) {
                    assertThat(call(method, path, manager))
                            .as(route + " as a manager")
                            .isEqualTo(403);
                }
            }
            // What is allowed is tried where there is nothing, so that nothing is changed.
            String nowhere = pattern.replace(":tenant", "acme").replaceAll(":\\w+", "nowhere");
            assertRefused(call(method, nowhere, manager), forAdministrators, route + " as a manager");
            if (!FOR_ADMINISTRATORS.contains(route)) {
                assertRefused(call(method, nowhere, administrator), false, route + " as an administrator");
            }
            // Another tenant's objects are not found under one's own name either.
            if (pattern.startsWith("/v1/tenants/:tenant/") && pattern.contains(":id")) {
                for (String id : List.of("walked", walkedKey)) {
                    String own = pattern.replace(":tenant", "other").replaceAll(":\\w+", id);
                    assertThat(call(method, own, foreign))
                            .as(route + " under another name")
                            .isIn(400, 404);
                }
            }
        }
        assertThat(everythingOfAcme()).isEqualTo(everything);
    }

    private static void assertRefused(int status, boolean refused, String what) {
        if (refused) {
            assertThat(status).as(what).isEqualTo(403);
        } else {
            assertThat(status).as(what).isNotIn(401, 403, 500);
        }
    }

    private static String everythingOfAcme() {
        return Stream.of(
                        SUBSCRIPTIONS + "?limit=500",
                        KEYS + "?limit=500",
                        "/v1/tenants/acme",
                        "/v1/tenants/acme/dead-letters",
                        "/v1/tenants/acme/dead-letters/runs")
                .map(path -> control.get(path).body())
                .toList()
                .toString();
    }

    /** Each method and path that the role mounts. */
    private static List<String> routes() {
        List<String> routes = new ArrayList<>();
        Vertx vertx = Vertx.vertx();
        try (ControlRole role = RunningControl.role("127.0.0.1:1", folder.resolve("keyset.json"), Map.of(), vertx)) {
            Router router = Router.router(vertx);
            role.mount(router);
            for (Route route : router.getRoutes()) {
                String path = route.getPath();
                assertThat(path).as("a route for every path has no rule").isNotNull();
                if (OUTSIDE.stream().anyMatch(path::startsWith)) {
                    continue;
                }
                assertThat(path).startsWith("/v1/");
                for (HttpMethod method : route.methods()) {
                    routes.add(method + " " + path);
                }
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        return routes;
    }

    private static int call(String method, String path, String key) {
        boolean looks = method.equals("GET") || method.equals("DELETE");
        return control.send(
                        method,
                        path,
                        looks ? null : "{\"no\":\"such member\"}",
                        key.isEmpty()
                                ? Map.of("content-type", JSON, "authorization", "")
                                : Map.of("content-type", JSON, "authorization", "Bearer " + key))
                .status();
    }
}
