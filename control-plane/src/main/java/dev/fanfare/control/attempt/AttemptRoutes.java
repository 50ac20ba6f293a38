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

/** {@code GET /v1/tenants/{tenant}/attempts}: attempts, filtered, the newest first. */
public final class AttemptRoutes {
    private static final Set<String> VERDICTS =
            Arrays.stream(Verdict.values()).map(Verdict::text).collect(Collectors.toUnmodifiableSet());
    private static final Set<String> KNOWN =
            Set.of("subscription", "event", "delivery", "verdict", "status", "since", "until", "limit", "cursor");
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final AttemptIndex index;

    public AttemptRoutes(AttemptIndex index) {
        this.index = index;
    }

    /** Mounts the route behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        router.get("/v1/tenants/:tenant/attempts").handler(guard).handler(this::list);
    }

    private void list(RoutingContext context) {
        Query query = new Query(context, KNOWN);
        int limit = query.limit(DEFAULT_LIMIT, MAX_LIMIT);
        String cursor = query.text("cursor");
        if (cursor != null && !AttemptIndex.isCursor(cursor)) {
            query.fault("cursor", "is not one that was answered as nextCursor: start again without it");
        }
        AttemptQuery wanted = new AttemptQuery(
                context.pathParam("tenant"),
                query.text("subscription"),
                query.text("event"),
                query.text("delivery"),
                verdict(query),
                query.number("status", 100, 999),
                query.millis("since"),
                query.millis("until"));
        query.check();
        context.vertx()
                .executeBlocking(() -> index.find(wanted, cursor, limit), false)
                .onComplete(
                        page -> Answers.json(
                                context,
                                200,
                                new Answer(
                                        page.attempts().stream().map(View::of).toList(), page.next(), index.behind())),
                        failure -> Answers.failure(context, failure));
    }

    private static @Nullable Verdict verdict(Query query) {
        String text = query.text("verdict");
        if (text != null && !VERDICTS.contains(text)) {
            query.fault("verdict", "is not a verdict" + Suggestion.among(VERDICTS, text));
        }
        return Arrays.stream(Verdict.values())
                .filter(verdict -> verdict.text().equals(text))
                .findFirst()
                .orElse(null);
    }

    /**
     * What is answered.
     *
     * @param nextCursor null on the last page
     * @param behind     how many records of the topic are not read yet: just after a start there may be more
     */
    record Answer(List<View> items, @Nullable String nextCursor, long behind) {}

    /** An attempt as it is answered; times are RFC 3339, UTC. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record View(
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
            @Nullable String responseExcerpt,
            @Nullable String acceptedAt,
            @Nullable String run) {

        public static View of(Attempt attempt) {
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
                    attempt.responseExcerpt(),
                    attempt.acceptedAtMillis() == null
                            ? null
                            : Instant.ofEpochMilli(attempt.acceptedAtMillis()).toString(),
                    attempt.run());
        }
    }
}
