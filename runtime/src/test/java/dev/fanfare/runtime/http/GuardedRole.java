package dev.fanfare.runtime.http;

import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;

/** A route for each scope, which answers with the tenant, the caller and the body; and one for administrators. */
final class GuardedRole implements Role {
    private final Access access;

    GuardedRole(Access access) {
        this.access = access;
    }

    @Override
    public String name() {
        return "guarded";
    }

    @Override
    public void mount(Router routes) {
        for (Scope scope : Scope.values()) {
            routes.post("/v1/tenants/:tenant/" + scope)
                    .handler((SecurityPolicyHandler) context -> access.check(context, scope))
                    .handler(BodyHandler.create(false))
                    .handler(context -> context.end(context.pathParam("tenant") + " "
                            + Caller.of(context).name() + " " + context.body().asString()));
        }
        routes.post("/v1/administer")
                .handler((SecurityPolicyHandler) context -> access.check(context, Scope.READ))
                .handler(BodyHandler.create(false))
                .handler(context -> context.end());
    }

    @Override
    public void start() {}

    @Override
    public Readiness readiness() {
        return Readiness.READY;
    }

    @Override
    public void close() {}
}
