package dev.fanfare.ingest;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Caller;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many events of a tenant, and with one API key, this instance takes.
 *
 * <pre>
 * request ─▶ admit: room for one event? ─▶ its body is read ─▶ charge: the rest of a batch ─▶ …
 *             429 with Retry-After          a batch is let in when one event would be, and paid in full
 * </pre>
 *
 * <p>Who has no limit pays nothing. Who has one is told how it stands, in {@code RateLimit-Policy} and {@code RateLimit}
 * (draft-ietf-httpapi-ratelimit-headers-10). Safe for use by several threads.
 */
final class RateLimits {
    private static final String CHARGED = RateLimits.class.getName();

    /** One limit that a request is under. */
    private record Limit(String name, RateLimit rate, TokenBucket bucket) {}

    private final Catalog catalog;
    private final @Nullable RateLimit tenantDefault;
    private final LongSupplier nanoTime;
    private final Map<String, TokenBucket> buckets = new ConcurrentHashMap<>();

    /**
     * With nothing taken yet.
     *
     * @param tenantDefault of tenants whose record names none; null: no limit
     * @param nanoTime      {@link System#nanoTime}
     */
    RateLimits(Catalog catalog, @Nullable RateLimit tenantDefault, LongSupplier nanoTime) {
        this.catalog = catalog;
        this.tenantDefault = tenantDefault;
        this.nanoTime = nanoTime;
    }

    /** Lets a request through that may bring an event now; ends any other with 429. */
    void admit(RoutingContext context) {
        List<Limit> limits = limits(context);
        if (!limits.isEmpty()) {
            context.put(CHARGED, limits);
            long now = nanoTime.getAsLong();
            for (Limit limit : limits) {
                long waitNanos = limit.bucket().take(limit.rate().perSecond(), now);
                if (waitNanos > 0) {
                    tell(context.response(), limits, now);
                    throw refused(context, limit, waitNanos);
                }
            }
            tell(context.response(), limits, now);
        }
        context.next();
    }

    /** Takes what a batch brings beside its first event. */
    void charge(RoutingContext context, int events) {
        List<Limit> limits = context.get(CHARGED);
        if (limits != null && events > 1) {
            long now = nanoTime.getAsLong();
            limits.forEach(
                    limit -> limit.bucket().charge(events - 1, limit.rate().perSecond(), now));
            tell(context.response(), limits, now);
        }
    }

    private List<Limit> limits(RoutingContext context) {
        AccessKey key = Caller.of(context).key();
        RateLimit ofKey = key == null ? null : key.rateLimit();
        String tenantId = context.pathParam("tenant");
        Tenant tenant = catalog.tenant(tenantId);
        RateLimit ofTenant = tenant == null || tenant.rateLimit() == null ? tenantDefault : tenant.rateLimit();
        if (ofKey == null && ofTenant == null) {
            return List.of();
        }
        List<Limit> limits = new ArrayList<>(2);
        if (key != null && ofKey != null) {
            limits.add(new Limit("key", ofKey, bucket("key/" + key.id())));
        }
        if (ofTenant != null) {
            limits.add(new Limit("tenant", ofTenant, bucket("tenant/" + tenantId)));
        }
        return limits;
    }

    private TokenBucket bucket(String name) {
        return buckets.computeIfAbsent(name, ignored -> new TokenBucket(nanoTime.getAsLong()));
    }

    private static void tell(HttpServerResponse response, List<Limit> limits, long now) {
        StringBuilder policy = new StringBuilder();
        StringBuilder state = new StringBuilder();
        for (Limit limit : limits) {
            double perSecond = limit.rate().perSecond();
            long burst = TokenBucket.burst(perSecond);
            String name = (policy.length() == 0 ? "\"" : ", \"") + limit.name() + "\"";
            policy.append(name).append(";q=").append(burst).append(";w=").append((long) Math.ceil(burst / perSecond));
            state.append(name)
                    .append(";r=")
                    .append(limit.bucket().left(perSecond, now))
                    .append(";t=")
                    .append(seconds(limit.bucket().untilFullNanos(now)));
        }
        response.putHeader("RateLimit-Policy", policy).putHeader("RateLimit", state);
    }

    private static ProblemException refused(RoutingContext context, Limit limit, long waitNanos) {
        context.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, seconds(waitNanos))));
        return new ProblemException(Problem.of(
                429,
                "too-many-events",
                "Too many events",
                "the limit of this " + limit.name() + " is " + limit.rate().perSecond()
                        + " events a second: send it again later, under the same id"));
    }

    private static long seconds(long nanos) {
        return (nanos + 999_999_999) / 1_000_000_000;
    }
}
