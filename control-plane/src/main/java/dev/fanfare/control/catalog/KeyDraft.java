package dev.fanfare.control.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.AccessKey.HashedSecret;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.catalog.Quota;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.Suggestion;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The API key that is asked for, checked.
 *
 * @param expiresAtMillis null: never
 */
record KeyDraft(
        String name,
        Set<Scope> scopes,
        @Nullable RateLimit rateLimit,
        @Nullable Quota quota,
        @Nullable Long expiresAtMillis) {
    static final String WHAT = "key";

    private static final Set<String> KNOWN = Set.of("name", "scopes", "rateLimit", "quota", "expiresAt");
    private static final int MAX_NAME_LENGTH = 128;
    private static final Duration DEFAULT_OVERLAP = Duration.ofHours(24);
    private static final Duration MOST_OVERLAP = Duration.ofDays(30);

    /**
     * Reads what somebody sends.
     *
     * @throws dev.fanfare.contract.problem.ProblemException 400 with every fault
     */
    static KeyDraft read(JsonNode body, long nowMillis) {
        List<FieldError> faults = new ArrayList<>();
        Members members = members(body, faults);
        members.refuseOthers(
                KNOWN, name -> name.equals("key") || name.equals("id") ? "can't be chosen: it is made for you" : null);
        String name = members.text("name", MAX_NAME_LENGTH);
        if (!members.has("name") || (name != null && name.isBlank())) {
            members.fault("name", "is required: what the key is for, such as 'shop backend'");
        }
        Set<Scope> scopes = readScopes(members);
        RateLimit rateLimit = TenantEdits.readRateLimit(members);
        Quota quota = TenantEdits.readQuota(members);
        Long expiresAt = moment(members, "expiresAt");
        if (expiresAt != null && expiresAt <= nowMillis) {
            members.fault("expiresAt", "lies in the past");
        }
        if (!faults.isEmpty()) {
            throw JsonBody.invalid(WHAT, faults);
        }
        return new KeyDraft(Objects.requireNonNull(name), scopes, rateLimit, quota, expiresAt);
    }

    /** How long the secrets so far are to work beside a new one. */
    static Duration readOverlap(JsonNode body) {
        List<FieldError> faults = new ArrayList<>();
        Members members = members(body, faults);
        members.refuseOthers(Set.of("overlap"), name -> null);
        String text = members.text("overlap", MAX_NAME_LENGTH);
        Duration overlap = DEFAULT_OVERLAP;
        if (text != null) {
            try {
                overlap = DurationText.parse(text);
                if (overlap.compareTo(MOST_OVERLAP) > 0) {
                    members.fault("overlap", "is longer than " + DurationText.format(MOST_OVERLAP));
                }
            } catch (IllegalArgumentException e) {
                members.fault("overlap", Objects.requireNonNull(e.getMessage()));
            }
        }
        if (!faults.isEmpty()) {
            throw JsonBody.invalid("rotation", faults);
        }
        return overlap;
    }

    AccessKey create(String id, @Nullable String tenant, KeyToken token, long nowMillis) {
        return new AccessKey(
                id,
                tenant,
                name,
                scopes,
                List.of(new HashedSecret(KeyToken.hash(token.reveal()), nowMillis, null)),
                AccessKey.State.ACTIVE,
                rateLimit,
                quota,
                expiresAtMillis,
                nowMillis,
                nowMillis);
    }

    private static Members members(JsonNode body, List<FieldError> faults) {
        if (!(body instanceof ObjectNode object)) {
            throw JsonBody.invalid(WHAT, List.of(new FieldError("body", "must be one JSON object")));
        }
        return new Members(object, "", faults);
    }

    private static Set<Scope> readScopes(Members members) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        List<String> texts = members.texts("scopes", Scope.values().length, MAX_NAME_LENGTH);
        List<String> known = Arrays.stream(Scope.values()).map(Scope::text).toList();
        for (int i = 0; texts != null && i < texts.size(); i++) {
            Scope scope = Scope.of(texts.get(i));
            if (scope == null) {
                members.fault(
                        "scopes[" + i + "]", "must be one of " + Scope.names() + Suggestion.among(known, texts.get(i)));
            } else {
                scopes.add(scope);
            }
        }
        if (!members.has("scopes") || (texts != null && texts.isEmpty())) {
            members.fault("scopes", "is required: a list of " + Scope.names());
        }
        return scopes;
    }

    /** In Unix milliseconds; null where it is absent, or a fault. */
    static @Nullable Long moment(Members members, String name) {
        String text = members.text(name, MAX_NAME_LENGTH);
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            members.fault(name, "must be a moment in UTC, such as 2026-11-21T12:00:00Z");
            return null;
        }
    }
}
