package dev.fanfare.control.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.Quota;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.catalog.Tenant.EventTypes;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.control.catalog.CatalogWriter.Condition;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import dev.fanfare.control.http.MergePatch;
import dev.fanfare.control.table.TableWriter.Change;
import dev.fanfare.control.table.TableWriter.Outcome;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tenants are created, changed and deleted here, for the API and the console alike.
 *
 * <p>A tenant of the settings exists without a record; one is made when something about it is changed. A tenant with
 * subscriptions is not deleted; its keys and event types go with it, before it.
 */
public final class TenantEdits {
    static final String WHAT = "tenant";

    private static final Logger LOG = LoggerFactory.getLogger(TenantEdits.class);
    private static final Set<String> KNOWN =
            Set.of("id", "description", "eventTypes", "rateLimit", "quota", "configured", "createdAt", "updatedAt");

    private final Catalog catalog;
    private final CatalogWriter writer;
    private final ToIntFunction<String> subscriptions;
    private final Clock clock;

    /**
     * Over the catalog and its writer, which stay the caller's.
     *
     * @param subscriptions how many a tenant has
     */
    public TenantEdits(Catalog catalog, CatalogWriter writer, ToIntFunction<String> subscriptions, Clock clock) {
        this.catalog = catalog;
        this.writer = writer;
        this.subscriptions = subscriptions;
        this.clock = clock;
    }

    /** Creates one of what the API takes as a body. */
    public CompletionStage<Outcome<CatalogEntry>> create(JsonNode body, Actor by, Condition condition) {
        Tenant draft = read(body, null);
        return submit(draft.id(), condition, current -> {
            if (current != null || isConfigured(draft.id())) {
                throw new ProblemException(Problem.of(
                        409,
                        "already-exists",
                        "Already exists",
                        "there is a tenant '" + draft.id() + "' already: change it with PUT or PATCH"));
            }
            return writer.put(draft, by, "tenant created");
        });
    }

    /** Puts another in its place, or creates it. */
    CompletionStage<Outcome<CatalogEntry>> replace(String id, JsonNode body, Actor by, Condition condition) {
        Tenant draft = read(body, id);
        return submit(id, condition, current -> change(draft, current, by));
    }

    /** Changes members of one, as a merge patch does. */
    public CompletionStage<Outcome<CatalogEntry>> patch(String id, JsonNode changes, Actor by, Condition condition) {
        return submit(id, condition, current -> {
            if (current == null && !isConfigured(id)) {
                throw unknown(id);
            }
            TenantView before = current == null ? TenantView.configured(id) : TenantView.of(current.value(), false);
            return change(read(MergePatch.apply(Json.TOPIC.valueToTree(before), changes), id), current, by);
        });
    }

    /** Deletes one. */
    public CompletionStage<Outcome<CatalogEntry>> delete(String id, Actor by, Condition condition) {
        return writer.submit(Tenant.key(id), Tenant.class, condition, current -> {
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
                    // what a later tenant of this name must not find
                    List<String> besides = catalog.table().rows().keySet().stream()
                            .filter(key -> key.startsWith(id + "/") && !key.equals(Tenant.key(id)))
                            .toList();
                    return writer.remove(Tenant.key(id), besides, by, "tenant deleted");
                })
                .thenApply(outcome -> {
                    LOG.info("tenant deleted id={}", id);
                    return outcome;
                });
    }

    private CompletionStage<Outcome<CatalogEntry>> submit(
            String id, Condition condition, CatalogWriter.Decision<Tenant> decision) {
        return writer.submit(Tenant.key(id), Tenant.class, condition, decision).thenApply(outcome -> {
            LOG.info(
                    "tenant written id={} offset={}",
                    id,
                    Objects.requireNonNull(outcome.after()).offset());
            return outcome;
        });
    }

    private Change<CatalogEntry> change(Tenant draft, @Nullable Row<Tenant> current, Actor by) {
        if (current == null) {
            return writer.put(draft, by, "tenant created");
        }
        Tenant before = current.value();
        Tenant same = with(draft, before.createdAtMillis(), before.updatedAtMillis());
        return same.equals(before)
                ? new Change.Keep<>()
                : writer.put(with(draft, before.createdAtMillis(), draft.updatedAtMillis()), by, "tenant changed");
    }

    private static Tenant with(Tenant draft, long createdAtMillis, long updatedAtMillis) {
        return new Tenant(
                draft.id(),
                draft.description(),
                draft.eventTypes(),
                draft.rateLimit(),
                draft.quota(),
                createdAtMillis,
                updatedAtMillis);
    }

    /** What is ours in it is read over. */
    private Tenant read(JsonNode body, @Nullable String inPath) {
        if (!(body instanceof ObjectNode object)) {
            throw JsonBody.invalid(WHAT, List.of(new FieldError("body", "must be one JSON object")));
        }
        List<FieldError> faults = new ArrayList<>();
        Members members = new Members(object, "", faults);
        members.refuseOthers(KNOWN, name -> null);
        String given = members.text("id", TenantRoutes.MAX_TEXT_LENGTH);
        if (inPath == null && given == null && !members.has("id")) {
            members.fault("id", "is required: " + ObjectName.RULE);
        } else if (inPath != null && given != null && !given.equals(inPath)) {
            members.fault("id", "is not the id of the path, '" + inPath + "': an id can't be changed");
        }
        String id = Objects.requireNonNullElse(inPath == null ? given : inPath, "");
        boolean isGiven = inPath != null || given != null;
        if (isGiven && !ObjectName.isValid(id)) {
            members.fault("id", "must be " + ObjectName.RULE);
        }
        String description = members.text("description", TenantRoutes.MAX_TEXT_LENGTH);
        EventTypes eventTypes = members.choice("eventTypes", EventTypes.class, TenantRoutes.MAX_TEXT_LENGTH);
        RateLimit rateLimit = readRateLimit(members);
        Quota quota = readQuota(members);
        if (!faults.isEmpty()) {
            throw JsonBody.invalid(WHAT, faults);
        }
        long now = clock.millis();
        return new Tenant(
                id, description, Objects.requireNonNullElse(eventTypes, EventTypes.OPEN), rateLimit, quota, now, now);
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

    /** {@code quota.perDay} and {@code quota.perMonth}; null where there is none, or a fault. */
    static @Nullable Quota readQuota(Members members) {
        Members quota = members.object("quota");
        if (quota == null) {
            return null;
        }
        quota.refuseOthers(Set.of("perDay", "perMonth"), name -> null);
        Integer perDay = quota.integer("perDay", 1, Quota.MOST);
        Integer perMonth = quota.integer("perMonth", 1, Quota.MOST);
        if (!quota.has("perDay") && !quota.has("perMonth")) {
            members.fault("quota", "must have 'perDay' or 'perMonth': how many events");
        }
        return perDay == null && perMonth == null
                ? null
                : new Quota(perDay == null ? null : perDay.longValue(), perMonth == null ? null : perMonth.longValue());
    }

    boolean isConfigured(String id) {
        return catalog.configuredTenants().contains(id);
    }

    private static ProblemException inUse(String detail) {
        return new ProblemException(Problem.of(409, "in-use", "In use", detail));
    }

    static ProblemException unknown(String id) {
        return new ProblemException(
                Problem.of(404, "unknown-tenant", "Unknown tenant", "there is no tenant '" + id + "'"));
    }
}
