package dev.fanfare.control.catalog;

import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.control.catalog.CatalogWriter.Condition;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.MergePatch;
import dev.fanfare.control.http.Paging;
import dev.fanfare.control.table.TableWriter.Outcome;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * {@code /v1/tenants}: create, list, get, replace, patch, delete. For administrators, but a tenant's own keys may see it.
 */
public final class TenantRoutes {
    static final String COLLECTION = "/v1/tenants";
    static final String ONE = COLLECTION + "/:tenant";
    static final int MAX_BODY_BYTES = 64 * 1024;
    static final int MAX_TEXT_LENGTH = 1_024;

    private final Catalog catalog;
    private final TenantEdits edits;

    /** Over the catalog and what changes tenants, which stay the caller's. */
    public TenantRoutes(Catalog catalog, TenantEdits edits) {
        this.catalog = catalog;
        this.edits = edits;
    }

    /**
     * Mounts the routes.
     *
     * @param guard          lets in who may see a tenant
     * @param administrators lets in administrators, whatever the path names
     */
    public void mount(Router router, SecurityPolicyHandler guard, SecurityPolicyHandler administrators) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES);
        router.get(COLLECTION).handler(administrators).handler(this::list);
        router.post(COLLECTION).handler(administrators).handler(body).handler(this::create);
        router.get(ONE).handler(guard).handler(this::get);
        router.put(ONE).handler(administrators).handler(body).handler(this::replace);
        router.patch(ONE).handler(administrators).handler(body).handler(this::patch);
        router.delete(ONE).handler(administrators).handler(this::delete);
    }

    private void list(RoutingContext context) {
        Paging paging = Paging.of(context, ObjectName::isValid);
        List<String> found = catalog.tenantIds().tailSet(paging.after(), false).stream()
                .limit(paging.wanted())
                .toList();
        Answers.json(context, 200, paging.page(found, Function.identity(), this::view));
    }

    private TenantView view(String id) {
        Tenant tenant = catalog.tenant(id);
        return tenant == null ? TenantView.configured(id) : TenantView.of(tenant, edits.isConfigured(id));
    }

    private void get(RoutingContext context) {
        String id = context.pathParam("tenant");
        Row<Tenant> row = CatalogWriter.row(catalog.table().get(Tenant.key(id)), Tenant.class);
        if (row == null) {
            Answers.json(context, 200, TenantView.configured(id));
        } else if (!Answers.isKnown(context, row)) {
            answer(context, 200, row);
        }
    }

    private void create(RoutingContext context) {
        Answers.whenDone(
                context,
                edits.create(
                        JsonBody.read(context, TenantEdits.WHAT, JsonBody.MEDIA_TYPE),
                        Caller.of(context).actor(),
                        Condition.of(context)),
                outcome -> done(context, outcome));
    }

    private void replace(RoutingContext context) {
        Answers.whenDone(
                context,
                edits.replace(
                        context.pathParam("tenant"),
                        JsonBody.read(context, TenantEdits.WHAT, JsonBody.MEDIA_TYPE),
                        Caller.of(context).actor(),
                        Condition.of(context)),
                outcome -> done(context, outcome));
    }

    private void patch(RoutingContext context) {
        Answers.whenDone(
                context,
                edits.patch(
                        context.pathParam("tenant"),
                        JsonBody.read(context, TenantEdits.WHAT, JsonBody.MEDIA_TYPE, MergePatch.MEDIA_TYPE),
                        Caller.of(context).actor(),
                        Condition.of(context)),
                outcome -> done(context, outcome));
    }

    private void delete(RoutingContext context) {
        Answers.whenDone(
                context,
                edits.delete(context.pathParam("tenant"), Caller.of(context).actor(), Condition.of(context)),
                outcome -> context.response().setStatusCode(204).end());
    }

    private void done(RoutingContext context, Outcome<CatalogEntry> outcome) {
        Row<Tenant> row = Objects.requireNonNull(CatalogWriter.row(outcome.after(), Tenant.class));
        boolean isNew = outcome.before() == null;
        if (isNew) {
            context.response()
                    .putHeader(
                            HttpHeaders.LOCATION, COLLECTION + "/" + row.value().id());
        }
        answer(context, isNew ? 201 : 200, row);
    }

    private void answer(RoutingContext context, int status, Row<Tenant> row) {
        Answers.state(
                context,
                status,
                row,
                TenantView.of(row.value(), edits.isConfigured(row.value().id())));
    }
}
