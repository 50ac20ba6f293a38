package dev.fanfare.runtime.http;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.run.Actor;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, as {@link Access} found out.
 *
 * @param name   for the audit; no secret
 * @param tenant the only one that they may do anything for; null: an administrator
 * @param key    the API key that they showed; null where it was something else
 */
public record Caller(
        String name,
        @Nullable String tenant,
        Set<Scope> scopes,
        @Nullable AccessKey key) {
    private static final String ATTRIBUTE = Caller.class.getName();

    /** Who sent this request; only behind {@link Access}. */
    public static Caller of(RoutingContext context) {
        return Objects.requireNonNull(context.get(ATTRIBUTE), "the route is not behind Access");
    }

    void attachTo(RoutingContext context) {
        context.put(ATTRIBUTE, this);
    }

    /** Whether they may do what a scope names. */
    public boolean may(Scope scope) {
        return scope.isAllowedBy(scopes);
    }

    /** As the audit names them. */
    public Actor actor() {
        return new Actor(name, null, null);
    }
}
