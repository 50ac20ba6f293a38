package dev.fanfare.ingest;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.Quota;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Caller;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How many events of a tenant, and with one API key, this instance takes: a second, a day, a month.
 *
 * <pre>
 * request ─▶ admit: room for one event? ─▶ its body is read ─▶ charge: the rest of a batch ─▶ … ─▶ not accepted: refund
 *             429 with Retry-After                              429 where a quota has no room for all of it
 * </pre>
 *
 * <p>Each instance takes its share, an {@code ingest.instances}th, and knows nothing of the others; what it counted ends
 * with it. Who has no limit pays nothing. Who has one is told how it stands, in {@code RateLimit-Policy} and
 * {@code RateLimit} (draft-ietf-httpapi-ratelimit-headers-10). Safe for use by several threads.
 */
final class RateLimits {
    private static final String CHARGED = RateLimits.class.getName();
    private static final Quota NO_QUOTA = new Quota(null, null);

    private final Catalog catalog;
    private final @Nullable RateLimit defaultRate;
    private final Quota defaultQuota;
    private final int instances;
    private final LongSupplier nanoTime;
    private final Clock clock;
    private final Taken ofTenants = new Taken(Limit.TENANT);
    private final Taken ofKeys = new Taken(Limit.KEY);

    /** What each of them has taken, by id; of those that there are no longer, see {@link #forgetTheGone}. */
    private record Taken(
            String name, Map<String, TokenBucket> rates, Map<String, QuotaCount> days, Map<String, QuotaCount> months) {
        Taken(String name) {
            this(name, new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        }

        void forget(Predicate<String> gone) {
            rates.keySet().removeIf(gone);
            days.keySet().removeIf(gone);
            months.keySet().removeIf(gone);
        }
    }

    /**
     * With nothing taken yet.
     *
     * @param nanoTime {@link System#nanoTime}
     */
    RateLimits(Catalog catalog, IngestSettings settings, LongSupplier nanoTime, Clock clock) {
        this.catalog = catalog;
        this.defaultRate = settings.rateLimit().map(RateLimit::new).orElse(null);
        this.defaultQuota = IngestSettings.defaultQuota(settings);
        this.instances = settings.instances();
        this.nanoTime = nanoTime;
        this.clock = clock;
    }

    /** Lets a request through that may bring an event now; ends any other with 429, and it has taken nothing. */
    void admit(RoutingContext context) {
        List<Limit> limits = limits(context);
        if (!limits.isEmpty()) {
            context.put(CHARGED, limits);
            for (int i = 0; i < limits.size(); i++) {
                long waitSeconds = limits.get(i).admit();
                if (waitSeconds > 0) {
                    limits.subList(0, i).forEach(Limit::leave);
                    throw refused(context, limits, limits.get(i), waitSeconds);
                }
            }
            tell(context.response(), limits);
        }
        context.next();
    }

    /** Takes what a request brought; ends it with 429 where a quota has no room for all of it. */
    void charge(RoutingContext context, int events) {
        List<Limit> limits = context.get(CHARGED);
        if (limits == null) {
            return;
        }
        for (int i = 0; i < limits.size(); i++) {
            if (!limits.get(i).charge(events)) {
                limits.subList(0, i).forEach(limit -> limit.refund(events));
                throw refused(context, limits, limits.get(i), limits.get(i).resetSeconds());
            }
        }
        tell(context.response(), limits);
    }

    /** Gives back what was charged, of events that were not accepted. */
    void refund(RoutingContext context, int events) {
        List<Limit> limits = context.get(CHARGED);
        if (limits != null) {
            limits.forEach(limit -> limit.refund(events));
        }
    }

    /** Forgets whom the catalog doesn't know any more; to be called now and then. */
    void forgetTheGone() {
        ofKeys.forget(id -> catalog.key(id) == null);
        ofTenants.forget(id -> !catalog.isTenant(id));
    }

    private List<Limit> limits(RoutingContext context) {
        AccessKey key = Caller.of(context).key();
        String tenantId = context.pathParam("tenant");
        Tenant tenant = catalog.tenant(tenantId);
        RateLimit rate = tenant == null || tenant.rateLimit() == null ? defaultRate : tenant.rateLimit();
        Quota quota = tenant == null || tenant.quota() == null ? defaultQuota : tenant.quota();
        boolean isKeyLimited = key != null && (key.rateLimit() != null || key.quota() != null);
        if (!isKeyLimited && rate == null && quota.equals(NO_QUOTA)) {
            return List.of();
        }
        List<Limit> limits = new ArrayList<>(6);
        if (key != null) {
            add(ofKeys, key.id(), key.rateLimit(), Objects.requireNonNullElse(key.quota(), NO_QUOTA), limits);
        }
        add(ofTenants, tenantId, rate, quota, limits);
        return limits;
    }

    private void add(Taken taken, String id, @Nullable RateLimit rate, Quota quota, List<Limit> limits) {
        if (rate != null) {
            long nowNanos = nanoTime.getAsLong();
            TokenBucket bucket = taken.rates().computeIfAbsent(id, first -> new TokenBucket(nowNanos));
            limits.add(new Limit.Rate(taken.name(), rate.perSecond() / instances, bucket, nowNanos));
        }
        addQuota(taken.name(), Period.DAY, quota.perDay(), taken.days(), id, limits);
        addQuota(taken.name(), Period.MONTH, quota.perMonth(), taken.months(), id, limits);
    }

    private void addQuota(
            String of,
            Period period,
            @Nullable Long events,
            Map<String, QuotaCount> counts,
            String id,
            List<Limit> limits) {
        if (events != null) {
            long nowMillis = clock.millis();
            QuotaCount count = counts.compute(
                    id,
                    (same, known) -> known != null && nowMillis < known.endMillis()
                            ? known
                            : new QuotaCount(period.endMillis(nowMillis)));
            limits.add(new Limit.Quota(of, period, Math.max(1, events / instances), count, nowMillis));
        }
    }

    private static void tell(HttpServerResponse response, List<Limit> limits) {
        StringBuilder policy = new StringBuilder();
        StringBuilder state = new StringBuilder();
        for (Limit limit : limits) {
            String name = (policy.length() == 0 ? "\"" : ", \"") + limit.name() + "\"";
            policy.append(name)
                    .append(";q=")
                    .append(limit.events())
                    .append(";w=")
                    .append(limit.windowSeconds());
            state.append(name).append(";r=").append(limit.left()).append(";t=").append(limit.resetSeconds());
        }
        response.putHeader("RateLimit-Policy", policy).putHeader("RateLimit", state);
    }

    private static ProblemException refused(RoutingContext context, List<Limit> limits, Limit by, long waitSeconds) {
        tell(context.response(), limits);
        context.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(waitSeconds));
        return new ProblemException(Problem.of(
                429, "too-many-events", "Too many events", by.text() + ": send it again later, under the same id"));
    }
}
