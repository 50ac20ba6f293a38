package dev.fanfare.control.catalog;

import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.control.catalog.CatalogWriter.Condition;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Paging;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * API keys: {@code /v1/tenants/{tenant}/keys} of one tenant, {@code /v1/keys} of administrators.
 *
 * <pre>
 * POST …/keys            the key is shown, once          POST …/{id}/rotate   another secret; the old one for a while yet
 * POST …/{id}/revoke     refused from now on, for good    DELETE …/{id}        likewise, and forgotten
 * </pre>
 */
public final class KeyRoutes {
    private static final String OF_TENANT = TenantRoutes.ONE + "/keys";
    private static final String OF_ADMINISTRATORS = "/v1/keys";

    private final Catalog catalog;
    private final KeyEdits edits;
    private final Clock clock;

    /** Over the catalog and what changes keys, which stay the caller's. */
    public KeyRoutes(Catalog catalog, KeyEdits edits, Clock clock) {
        this.catalog = catalog;
        this.edits = edits;
        this.clock = clock;
    }

    /** Mounts the routes, each behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        for (String all : List.of(OF_TENANT, OF_ADMINISTRATORS)) {
            BodyHandler body = BodyHandler.create(false).setBodyLimit(TenantRoutes.MAX_BODY_BYTES);
            String one = all + "/:id";
            router.get(all).handler(guard).handler(this::list);
            router.post(all).handler(guard).handler(body).handler(this::create);
            router.get(one).handler(guard).handler(this::get);
            router.delete(one).handler(guard).handler(this::delete);
            router.post(one + "/rotate").handler(guard).handler(body).handler(this::rotate);
            router.post(one + "/revoke").handler(guard).handler(this::revoke);
        }
    }

    private void list(RoutingContext context) {
        Paging paging = Paging.of(context, ObjectName::isValid);
        List<AccessKey> found = catalog.keys(tenant(context)).tailMap(paging.after(), false).values().stream()
                .limit(paging.wanted())
                .toList();
        long now = clock.millis();
        Answers.json(context, 200, paging.page(found, AccessKey::id, key -> KeyView.of(key, null, now)));
    }

    private void get(RoutingContext context) {
        String path = AccessKey.key(tenant(context), context.pathParam("id"));
        Row<AccessKey> row = CatalogWriter.row(catalog.table().get(path), AccessKey.class);
        if (row == null) {
            throw KeyEdits.unknown(context.pathParam("id"));
        }
        answer(context, 200, row, null);
    }

    private void create(RoutingContext context) {
        Caller caller = Caller.of(context);
        Answers.whenDone(
                context,
                edits.create(
                        tenant(context),
                        JsonBody.read(context, KeyDraft.WHAT, JsonBody.MEDIA_TYPE),
                        caller.scopes(),
                        caller.actor()),
                issued -> {
                    context.response()
                            .putHeader(
                                    HttpHeaders.LOCATION,
                                    context.request().path() + "/"
                                            + issued.row().value().id());
                    answer(context, 201, issued.row(), issued.token());
                });
    }

    private void rotate(RoutingContext context) {
        Caller caller = Caller.of(context);
        Answers.whenDone(
                context,
                edits.rotate(
                        tenant(context),
                        context.pathParam("id"),
                        JsonBody.readOptional(context, "rotation"),
                        caller.scopes(),
                        caller.actor(),
                        Condition.of(context)),
                issued -> answer(context, 200, issued.row(), issued.token()));
    }

    private void revoke(RoutingContext context) {
        Answers.whenDone(
                context,
                edits.revoke(
                        tenant(context),
                        context.pathParam("id"),
                        Caller.of(context).actor(),
                        Condition.of(context)),
                row -> answer(context, 200, row, null));
    }

    private void delete(RoutingContext context) {
        Answers.whenDone(
                context,
                edits.delete(
                        tenant(context),
                        context.pathParam("id"),
                        Caller.of(context).actor(),
                        Condition.of(context)),
                done -> context.response().setStatusCode(204).end());
    }

    private void answer(RoutingContext context, int status, Row<AccessKey> row, @Nullable KeyToken token) {
        Answers.state(context, status, row, KeyView.of(row.value(), token, clock.millis()));
    }

    /** Null where the path is the administrators'. */
    private static @Nullable String tenant(RoutingContext context) {
        return context.pathParam("tenant");
    }
}
