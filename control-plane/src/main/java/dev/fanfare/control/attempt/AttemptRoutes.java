package dev.fanfare.control.attempt;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.problem.Suggestion;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.Query;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/tenants/{tenant}/attempts}: the newest attempts, filtered. */
public final class AttemptRoutes {
    private static final Set<String> VERDICTS =
            Arrays.stream(Verdict.values()).map(Verdict::text).collect(Collectors.toUnmodifiableSet());
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final AttemptTail tail;

    public AttemptRoutes(AttemptTail tail) {
        this.tail = tail;
    }

    /** Mounts the route behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        router.get("/v1/tenants/:tenant/attempts").handler(guard).handler(this::list);
    }

    private void list(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        Query query = new Query(context, Set.of("subscription", "event", "delivery", "verdict", "since", "limit"));
        String subscription = query.text("subscription");
        String event = query.text("event");
        String delivery = query.text("delivery");
        String verdict = query.text("verdict");
        Long since = query.millis("since");
        int limit = query.limit(DEFAULT_LIMIT, MAX_LIMIT);
        if (verdict != null && !VERDICTS.contains(verdict)) {
            query.fault("verdict", "is not a verdict" + Suggestion.among(VERDICTS, verdict));
        }
        query.check();
        List<View> items = tail.newestFirst()
                .takeWhile(attempt -> since == null || attempt.startedAtMillis() >= since)
                .filter(attempt -> attempt.tenant().equals(tenant))
                .filter(attempt -> isWanted(subscription, attempt.subscription()))
                .filter(attempt -> isWanted(event, attempt.eventId()))
                .filter(attempt -> isWanted(delivery, attempt.deliveryId()))
                .filter(attempt -> isWanted(verdict, attempt.verdict()))
                .limit(limit)
                .map(View::of)
                .toList();
        Answers.json(context, 200, new Answer(items));
    }

    private static boolean isWanted(@Nullable String wanted, String found) {
        return wanted == null || wanted.equals(found);
    }

    /** What is answered. */
    record Answer(List<View> items) {}

    /** An attempt as it is answered; times are RFC 3339, UTC. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            String deliveryId,
            String tenant,
            String subscription,
            String eventId,
            String eventType,
            int attempt,
            String verdict,
            String startedAt,
            long durationMillis,
            @Nullable Integer status,
            @Nullable String error,
            @Nullable Long nextDelayMillis,
            @Nullable String responseExcerpt) {

        static View of(Attempt attempt) {
            return new View(
                    attempt.deliveryId(),
                    attempt.tenant(),
                    attempt.subscription(),
                    attempt.eventId(),
                    attempt.eventType(),
                    attempt.attempt(),
                    attempt.verdict(),
                    Instant.ofEpochMilli(attempt.startedAtMillis()).toString(),
                    attempt.durationMillis(),
                    attempt.status(),
                    attempt.error(),
                    attempt.nextDelayMillis(),
                    attempt.responseExcerpt());
        }
    }
}
