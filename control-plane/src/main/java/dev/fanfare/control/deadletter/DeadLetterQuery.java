package dev.fanfare.control.deadletter;

import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.problem.Suggestion;
import dev.fanfare.control.http.Members;
import dev.fanfare.control.http.Query;
import dev.fanfare.retry.dead.DeadLetterFilter;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which dead letters of a tenant a request means: by the names of the command's options, and all must hold. */
final class DeadLetterQuery {
    /** What may be given. */
    static final Set<String> NAMES =
            Set.of("ids", "subscription", "type", "reason", "status", "since", "until", "error");

    private static final List<String> REASONS = Arrays.stream(Verdict.values())
            .filter(Verdict::isDeadLetter)
            .map(Verdict::text)
            .toList();
    private static final int MAX_IDS = 1_000;
    private static final int MAX_LENGTH = EventRules.MAX_ATTRIBUTE_LENGTH;
    private static final int LEAST_STATUS = 100;
    private static final int GREATEST_STATUS = 999;

    private DeadLetterQuery() {}

    /** By a URL's parameters, ids with commas between them; what is wrong is noted there. */
    static DeadLetterFilter of(String tenant, Query query) {
        return checked(
                new DeadLetterFilter(
                        ids(query),
                        tenant,
                        query.text("subscription"),
                        query.text("type"),
                        query.text("reason"),
                        query.number("status", LEAST_STATUS, GREATEST_STATUS),
                        moment(query.millis("since")),
                        moment(query.millis("until")),
                        query.text("error")),
                query::fault);
    }

    /** By a body's members; what is wrong is noted there. */
    static DeadLetterFilter of(String tenant, Members members) {
        return checked(
                new DeadLetterFilter(
                        ids(members),
                        tenant,
                        members.text("subscription", MAX_LENGTH),
                        members.text("type", MAX_LENGTH),
                        members.text("reason", MAX_LENGTH),
                        members.integer("status", LEAST_STATUS, GREATEST_STATUS),
                        members.moment("since"),
                        members.moment("until"),
                        members.text("error", MAX_LENGTH)),
                members::fault);
    }

    private static Set<String> ids(Query query) {
        String text = query.text("ids");
        if (text == null) {
            return Set.of();
        }
        Set<String> ids =
                Arrays.stream(text.split(",")).filter(id -> !id.isBlank()).collect(Collectors.toSet());
        if (ids.isEmpty() || ids.size() > MAX_IDS) {
            query.fault("ids", "must be 1 to " + MAX_IDS + " ids with commas between them");
        }
        return ids;
    }

    /** An empty list is refused: whoever computed it means none, and a filter without ids means any. */
    private static Set<String> ids(Members members) {
        List<String> ids = members.texts("ids", MAX_IDS, MAX_LENGTH);
        if (ids == null) {
            return Set.of();
        }
        if (ids.isEmpty()) {
            members.fault("ids", "must hold at least one: leave it out to mean any");
        }
        return Set.copyOf(ids);
    }

    private static DeadLetterFilter checked(DeadLetterFilter filter, BiConsumer<String, String> fault) {
        String reason = filter.reason();
        if (reason != null && !REASONS.contains(reason)) {
            fault.accept("reason", "is none of " + String.join(", ", REASONS) + Suggestion.among(REASONS, reason));
        }
        Instant since = filter.since();
        Instant until = filter.until();
        if (since != null && until != null && !until.isAfter(since)) {
            fault.accept("until", "must be later than since");
        }
        return filter;
    }

    private static @Nullable Instant moment(@Nullable Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
