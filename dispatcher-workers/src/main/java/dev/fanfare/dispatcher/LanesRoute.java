package dev.fanfare.dispatcher;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.dispatcher.lane.LaneView;
import dev.fanfare.dispatcher.send.Shards;
import dev.fanfare.runtime.catalog.Directory;
import dev.fanfare.runtime.http.Access;
import dev.fanfare.runtime.http.AccessSettings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /lanes}: the lanes of this process in which most waits, for {@code fanfare top}. It names subscriptions, so
 * it wants the configured key ({@code access.key}); there is no catalog here that would know another.
 */
final class LanesRoute {
    private static final int MOST = 20;

    private final Access access;
    private final Supplier<@Nullable Shards> shards;

    /** With what may not be there yet. */
    LanesRoute(AccessSettings settings, Clock clock, Supplier<@Nullable Shards> shards) {
        this.access = new Access(settings, new NobodyElse(), clock);
        this.shards = shards;
    }

    void mount(Router routes) {
        routes.get("/lanes")
                .handler(context -> access.checkAdministrator(context, Scope.READ))
                .handler(this::get);
    }

    private void get(RoutingContext context) {
        JsonArray lanes = new JsonArray();
        Shards now = shards.get();
        if (now != null) {
            now.deepestLanes(MOST).forEach(lane -> lanes.add(json(lane)));
        }
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(new JsonObject().put("lanes", lanes).toBuffer());
    }

    private static JsonObject json(Map.Entry<String, LaneView> lane) {
        LaneView view = lane.getValue();
        return new JsonObject()
                .put("subscription", lane.getKey())
                .put("queued", view.queued())
                .put("inFlight", view.inFlight())
                .put("cap", view.cap())
                .put("broken", view.broken())
                .put("restLeftMillis", Math.max(0, TimeUnit.NANOSECONDS.toMillis(view.restLeftNanos())));
    }

    private static final class NobodyElse implements Directory {
        @Override
        public @Nullable AccessKey key(String id) {
            return null;
        }

        @Override
        public boolean isTenant(String id) {
            return false;
        }

        @Override
        public CompletionStage<Void> catchUp() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
