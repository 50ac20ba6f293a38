package dev.fanfare.control.portal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import dev.fanfare.control.portal.PortalLinks.Made;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.http.PathPrefix;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code POST /v1/tenants/{tenant}/portal-links}: a link into the console for a subscriber. */
public final class PortalRoutes {
    static final String WHAT = "portal link";

    private static final int MAX_BODY_BYTES = 4 * 1024;
    private static final int MAX_TEXT_LENGTH = 32;

    private final PortalLinks links;

    /** Over the links, which stay the caller's. */
    public PortalRoutes(PortalLinks links) {
        this.links = links;
    }

    /** Mounts the route behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        router.post("/v1/tenants/:tenant/portal-links")
                .handler(guard)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(this::make);
    }

    /**
     * What is answered.
     *
     * @param path      for a browser, on this control plane's own host; not to be shown to anybody else
     * @param expiresAt RFC 3339, UTC
     */
    record View(String id, String tenant, Scope scope, String path, String expiresAt) {
        static View of(Made made, String root) {
            return new View(
                    made.link().id(),
                    made.link().tenant(),
                    made.link().scope(),
                    root + made.path(),
                    Instant.ofEpochMilli(made.link().expiresAtMillis()).toString());
        }

        @Override
        public String toString() {
            return "View[" + id + "]";
        }
    }

    private void make(RoutingContext context) {
        ObjectNode body = JsonBody.readOptional(context, WHAT);
        Caller caller = Caller.of(context);
        context.vertx()
                .executeBlocking(() -> make(context.pathParam("tenant"), body, caller), false)
                .onComplete(
                        made -> Answers.json(context, 201, View.of(made, PathPrefix.before(context))),
                        failure -> Answers.failure(context, failure));
    }

    private Made make(String tenant, ObjectNode body, Caller caller) {
        List<FieldError> faults = new ArrayList<>();
        Members members = new Members(body, "", faults);
        members.refuseOthers(Set.of("expiresIn", "scope"), name -> null);
        Duration lifetime = PortalLinks.USUAL;
        String text = members.text("expiresIn", MAX_TEXT_LENGTH);
        if (text != null) {
            try {
                lifetime = DurationText.parse(text);
            } catch (IllegalArgumentException e) {
                members.fault("expiresIn", String.valueOf(e.getMessage()));
            }
        }
        Scope scope = Scope.MANAGE;
        String named = members.text("scope", MAX_TEXT_LENGTH);
        if (named != null) {
            Scope known = Scope.of(named);
            if (known == null || known == Scope.EVENTS_WRITE) {
                members.fault("scope", "must be read or manage");
            } else {
                scope = known;
            }
        }
        if (!faults.isEmpty()) {
            throw JsonBody.invalid(WHAT, faults);
        }
        return links.make(tenant, scope, lifetime, caller, caller.actor());
    }
}
