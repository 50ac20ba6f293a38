package dev.fanfare.control.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.catalog.Tenant.EventTypes;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import dev.fanfare.control.http.MergePatch;
import dev.fanfare.control.http.Paging;
import dev.fanfare.control.table.TableWriter.Change;
import dev.fanfare.control.table.TableWriter.Outcome;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /v1/tenants}: create, list, get, replace, patch, delete. For administrators, but a tenant's own keys may see it.
 *
 * <p>A tenant of the settings exists without a record; one is made when something about it is changed. A tenant with
 * subscriptions is not deleted; its keys and event types go with it, before it.
 */
public final class TenantRoutes {
    static final String COLLECTION = "/v1/tenants";
    static final String ONE = COLLECTION + "/:tenant";
    static final int MAX_BODY_BYTES = 64 * 1024;
    static final int MAX_TEXT_LENGTH = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(TenantRoutes.class);
    private static final String WHAT = "tenant";
    private static final Set<String> KNOWN =
            Set.of("id", "description", "eventTypes", "rateLimit", "configured", "createdAt", "updatedAt");

    private final Catalog catalog;
    private final CatalogWriter writer;
    private final ToIntFunction<String> subscriptions;
    private final Clock clock;

    /**
     * Over the catalog and its writer, which stay the caller's.
     *
     * @param subscriptions how many a tenant has
     */
    public TenantRoutes(Catalog catalog, CatalogWriter writer, ToIntFunction<String> subscriptions, Clock clock) {
        this.catalog = catalog;
        this.writer = writer;
        this.subscriptions = subscriptions;
        this.clock = clock;
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
        return tenant == null ? TenantView.configured(id) : TenantView.of(tenant, isConfigured(id));
    }

    private void get(RoutingContext context) {
        String id = context.pathParam(WHAT);
        Row<Tenant> row = CatalogWriter.row(catalog.table().get(Tenant.key(id)), Tenant.class);
        if (row == null) {
            Answers.json(context, 200, TenantView.configured(id));
        } else if (!Answers.isKnown(context, row)) {
            answer(context, 200, row);
        }
    }

    private void create(RoutingContext context) {
        JsonNode body = JsonBody.read(context, WHAT, JsonBody.MEDIA_TYPE);
        Tenant draft = read(body, null);
        Caller caller = Caller.of(context);
        writer.submit(
                context,
                draft.key(),
                Tenant.class,
                current -> {
                    if (current != null || isConfigured(draft.id())) {
                        throw new ProblemException(Problem.of(
                                409,
                                "already-exists",
                                "Already exists",
                                "there is a tenant '" + draft.id() + "' already: change it with PUT or PATCH"));
                    }
                    return writer.put(draft, caller, "tenant created");
                },
                outcome -> done(context, outcome));
    }

    private void replace(RoutingContext context) {
        String id = context.pathParam(WHAT);
        Tenant draft = read(JsonBody.read(context, WHAT, JsonBody.MEDIA_TYPE), id);
        Caller caller = Caller.of(context);
        writer.submit(
                context,
                draft.key(),
                Tenant.class,
                current -> change(draft, current, caller),
                outcome -> done(context, outcome));
    }

    private void patch(RoutingContext context) {
        String id = context.pathParam(WHAT);
        JsonNode changes = JsonBody.read(context, WHAT, JsonBody.MEDIA_TYPE, MergePatch.MEDIA_TYPE);
        Caller caller = Caller.of(context);
        writer.submit(
                context,
                Tenant.key(id),
                Tenant.class,
                current -> {
                    if (current == null && !isConfigured(id)) {
                        throw unknown(id);
                    }
                    TenantView before =
                            current == null ? TenantView.configured(id) : TenantView.of(current.value(), false);
                    return change(read(MergePatch.apply(Json.TOPIC.valueToTree(before), changes), id), current, caller);
                },
                outcome -> done(context, outcome));
    }

    private Change<CatalogEntry> change(Tenant draft, @Nullable Row<Tenant> current, Caller caller) {
        if (current == null) {
            return writer.put(draft, caller, "tenant created");
        }
        Tenant before = current.value();
        Tenant same = with(draft, before.createdAtMillis(), before.updatedAtMillis());
        return same.equals(before)
                ? new Change.Keep<>()
                : writer.put(with(draft, before.createdAtMillis(), draft.updatedAtMillis()), caller, "tenant changed");
    }

    private static Tenant with(Tenant draft, long createdAtMillis, long updatedAtMillis) {
        return new Tenant(
                draft.id(),
                draft.description(),
                draft.eventTypes(),
                draft.rateLimit(),
                createdAtMillis,
                updatedAtMillis);
    }

    private void delete(RoutingContext context) {
        String id = context.pathParam(WHAT);
        Caller caller = Caller.of(context);
        writer.submit(
                context,
                Tenant.key(id),
                Tenant.class,
                current -> {
                    if (isConfigured(id)) {
                        throw inUse("tenant '" + id + "' is in the settings (access.tenants): take it out there first");
                    }
                    if (current == null) {
                        throw unknown(id);
                    }
                    int count = subscriptions.applyAsInt(id);
                    if (count > 0) {
                        throw inUse("tenant '" + id + "' has " + count + " subscriptions: delete them first");
                    }
                    // the process may die between them: what a tenant of this name must not find later goes first
                    List<String> first = catalog.table().rows().keySet().stream()
                            .filter(key -> key.startsWith(id + "/") && !key.equals(Tenant.key(id)))
                            .toList();
                    return writer.remove(Tenant.key(id), first, caller, "tenant deleted");
                },
                outcome -> {
                    LOG.info("tenant deleted id={}", id);
                    context.response().setStatusCode(204).end();
                });
    }

    private void done(RoutingContext context, Outcome<CatalogEntry> outcome) {
        Row<Tenant> row = Objects.requireNonNull(CatalogWriter.row(outcome.after(), Tenant.class));
        boolean isNew = outcome.before() == null;
        LOG.info("tenant written id={} offset={}", row.value().id(), row.offset());
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
                TenantView.of(row.value(), isConfigured(row.value().id())));
    }

    /** What is ours in it is read over. */
    private Tenant read(JsonNode body, @Nullable String inPath) {
        if (!(body instanceof ObjectNode object)) {
            throw JsonBody.invalid(WHAT, List.of(new FieldError("body", "must be one JSON object")));
        }
        List<FieldError> faults = new ArrayList<>();
        Members members = new Members(object, "", faults);
        members.refuseOthers(KNOWN, name -> null);
        String given = members.text("id", MAX_TEXT_LENGTH);
        if (inPath == null && given == null && !members.has("id")) {
            members.fault("id", "is required: " + ObjectName.RULE);
        } else if (inPath != null && given != null && !given.equals(inPath)) {
            members.fault("id", "is not the id of the path, '" + inPath + "': an id can't be changed");
        }
        String id = Objects.requireNonNullElse(inPath == null ? given : inPath, "");
        if (!id.isEmpty() && !ObjectName.isValid(id)) {
            members.fault("id", "must be " + ObjectName.RULE);
        }
        String description = members.text("description", MAX_TEXT_LENGTH);
        EventTypes eventTypes = members.choice("eventTypes", EventTypes.class, MAX_TEXT_LENGTH);
        RateLimit rateLimit = readRateLimit(members);
        if (!faults.isEmpty()) {
            throw JsonBody.invalid(WHAT, faults);
        }
        long now = clock.millis();
        return new Tenant(
                id, description, Objects.requireNonNullElse(eventTypes, EventTypes.OPEN), rateLimit, now, now);
    }

    /** {@code rateLimit.perSecond}; null where there is none, or a fault. */
    static @Nullable RateLimit readRateLimit(Members members) {
        Members rateLimit = members.object("rateLimit");
        if (rateLimit == null) {
            return null;
        }
        rateLimit.refuseOthers(Set.of("perSecond"), name -> null);
        Double perSecond = rateLimit.number("perSecond", RateLimit.LEAST_PER_SECOND, RateLimit.MOST_PER_SECOND);
        if (perSecond == null && !rateLimit.has("perSecond")) {
            rateLimit.fault("perSecond", "is required: events a second");
        }
        return perSecond == null ? null : new RateLimit(perSecond);
    }

    private boolean isConfigured(String id) {
        return catalog.configuredTenants().contains(id);
    }

    private static ProblemException inUse(String detail) {
        return new ProblemException(Problem.of(409, "in-use", "In use", detail));
    }

    private static ProblemException unknown(String id) {
        return new ProblemException(
                Problem.of(404, "unknown-tenant", "Unknown tenant", "there is no tenant '" + id + "'"));
    }
}
