package dev.fanfare.control.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.filter.FilterReader;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.Format;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.contract.subscription.Subscription.Retry;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a subscriber sends, and tells every fault at once with the field's name. Immutable.
 *
 * <p>Limits: {@value #MAX_EVENT_TYPES} event types; {@value #MAX_HEADERS} headers of {@value #MAX_VALUE_LENGTH}
 * characters; {@value #MAX_METADATA} metadata entries; {@value #MAX_DELAYS} delays of 100 ms to 24 h; a time-out of
 * 100 ms to 60 s; {@value #MOST_IN_FLIGHT} in flight; {@value RateLimit#LEAST_PER_SECOND} to
 * {@value RateLimit#MOST_PER_SECOND} requests a second.
 */
final class SubscriptionReader {
    static final int MAX_EVENT_TYPES = 100;
    private static final int MAX_HEADERS = 32;
    private static final int MAX_METADATA = 50;
    private static final int MAX_NAME_LENGTH = 128;
    private static final int MAX_VALUE_LENGTH = 1_024;
    private static final int MAX_DELAYS = 50;
    private static final int MOST_IN_FLIGHT = 1_024;
    static final int MAX_DURATION_LENGTH = 20;
    private static final Duration LEAST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MOST_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LEAST_FAILING = Duration.ofMinutes(1);
    /** As long as attempts are kept. */
    private static final Duration MOST_FAILING = Duration.ofDays(7);

    private static final Duration LEAST_DELAY = Duration.ofMillis(100);
    private static final Duration MOST_DELAY = Duration.ofHours(24);

    /** The last six are ours, and read over: whoever gets a subscription, changes it and sends it back does no wrong. */
    private static final Set<String> KNOWN = Set.of(
            "id",
            "tenant",
            "url",
            "eventTypes",
            "filters",
            "headers",
            "timeout",
            "maxInFlight",
            "rateLimit",
            "retry",
            "disableFailingAfter",
            "auth",
            "signing",
            "format",
            "state",
            "description",
            "metadata",
            "verification",
            "publicKey",
            "verificationState",
            "oldSecretsUntil",
            "stateReason",
            "createdAt",
            "updatedAt");

    private final Retry defaultRetry;

    /** With the schedule of subscriptions that name none. */
    SubscriptionReader(Retry defaultRetry) {
        this.defaultRetry = defaultRetry;
    }

    /**
     * Reads a whole subscription; absent members have their defaults.
     *
     * @param tenant as in the path; a member {@code tenant} must say the same
     * @param id     as in the path; null where the body may choose it
     * @throws ProblemException 400 with every fault
     */
    SubscriptionDraft read(JsonNode body, String tenant, @Nullable String id) {
        if (!(body instanceof ObjectNode object)) {
            throw invalid(List.of(new FieldError("body", "must be one JSON object")));
        }
        List<FieldError> faults = new ArrayList<>();
        Members members = new Members(object, "", faults);
        members.refuseOthers(KNOWN, SubscriptionReader::whyNot);
        readTenant(members, tenant);
        String chosenId = readId(members, id);
        URI url = readUrl(members);
        List<String> eventTypes = readEventTypes(members);
        JsonNode filters = readFilters(members);
        Map<String, String> headers = readHeaders(members);
        String timeout = members.text("timeout", MAX_DURATION_LENGTH);
        Duration timeoutRead = timeout == null
                ? Subscription.DEFAULT_TIMEOUT
                : duration(members, "timeout", timeout, LEAST_TIMEOUT, MOST_TIMEOUT);
        Integer maxInFlight = members.integer("maxInFlight", 1, MOST_IN_FLIGHT);
        RateLimit rateLimit = readRateLimit(members);
        Retry retry = readRetry(members);
        String disableFailingAfter = readDisableFailingAfter(members);
        AuthDraft auth = AuthReader.read(members);
        Format format = members.choice("format", Format.class, MAX_VALUE_LENGTH);
        Signing signing = members.choice("signing", Signing.class, MAX_VALUE_LENGTH);
        State state = members.choice("state", State.class, MAX_VALUE_LENGTH);
        Verifying.Way verification = members.choice("verification", Verifying.Way.class, MAX_VALUE_LENGTH);
        String description = members.text("description", MAX_VALUE_LENGTH);
        Map<String, String> metadata = members.map("metadata", MAX_METADATA, MAX_NAME_LENGTH, MAX_VALUE_LENGTH);
        if (!faults.isEmpty() || url == null || timeoutRead == null) {
            throw invalid(faults);
        }
        return new SubscriptionDraft(
                chosenId,
                url,
                eventTypes,
                filters,
                headers,
                DurationText.format(timeoutRead),
                maxInFlight == null ? Subscription.DEFAULT_MAX_IN_FLIGHT : maxInFlight,
                rateLimit,
                retry,
                disableFailingAfter,
                auth,
                signing,
                Objects.requireNonNullElse(format, Format.BINARY),
                Objects.requireNonNullElse(state, State.ACTIVE),
                verification != null,
                description,
                metadata == null ? Map.of() : metadata);
    }

    private static @Nullable String whyNot(String name) {
        return name.equals("secret") || name.equals("secrets")
                ? "can't be set: a signing secret is made for you and shown once, when the subscription is created"
                : null;
    }

    private static void readTenant(Members members, String tenant) {
        String given = members.text("tenant", MAX_VALUE_LENGTH);
        if (given != null && !given.equals(tenant)) {
            members.fault("tenant", "is not the tenant of the path, '" + tenant + "'");
        }
    }

    private static @Nullable String readId(Members members, @Nullable String inPath) {
        String given = members.text("id", MAX_VALUE_LENGTH);
        if (inPath != null) {
            if (given != null && !given.equals(inPath)) {
                members.fault("id", "is not the id of the path, '" + inPath + "': an id can't be changed");
            }
            return inPath;
        }
        if (given != null && !ObjectName.isValid(given)) {
            members.fault("id", "must be " + ObjectName.RULE);
        }
        return given;
    }

    private static @Nullable URI readUrl(Members members) {
        if (!members.has("url")) {
            members.fault("url", "is required: where webhooks are sent to, such as https://example.com/webhooks");
            return null;
        }
        String text = members.text("url", EndpointUrl.MAX_LENGTH);
        if (text == null) {
            return null;
        }
        try {
            return EndpointUrl.parse(text);
        } catch (IllegalArgumentException e) {
            members.fault("url", Objects.requireNonNull(e.getMessage()));
            return null;
        }
    }

    private static List<String> readEventTypes(Members members) {
        if (!members.has("eventTypes")) {
            members.fault("eventTypes", "is required: a list such as [\"order.created\", \"invoice.*\"], or [\"*\"]");
            return List.of();
        }
        List<String> types = members.texts("eventTypes", MAX_EVENT_TYPES, EventRules.MAX_ATTRIBUTE_LENGTH);
        if (types == null) {
            return List.of();
        }
        if (types.isEmpty()) {
            members.fault("eventTypes", "must name at least one type, or be [\"*\"] for all");
        }
        checkTypes(members, "eventTypes", types);
        return types;
    }

    /** Notes what is no event type, no prefix of any, or is there twice. */
    static void checkTypes(Members members, String name, List<String> types) {
        Set<String> seen = new HashSet<>();
        for (String type : types) {
            String exact = type.endsWith(".*") ? type.substring(0, type.length() - 2) : type;
            if (!type.equals("*") && !EventRules.isEventType(exact)) {
                members.fault(
                        name, "'" + type + "' is neither an event type (order.created), nor a prefix (order.*), nor *");
            } else if (!seen.add(type)) {
                members.fault(name, "names '" + type + "' twice");
            }
        }
    }

    /** Kept as they were written; that they compile is all that is asked here. */
    private static @Nullable JsonNode readFilters(Members members) {
        List<FieldError> faults = new ArrayList<>();
        JsonNode filters = members.json("filters");
        FilterReader.read(filters, "filters", faults);
        faults.forEach(fault -> members.fault(fault.field(), fault.detail()));
        return filters;
    }

    private static Map<String, String> readHeaders(Members members) {
        Map<String, String> headers = members.map("headers", MAX_HEADERS, MAX_NAME_LENGTH, MAX_VALUE_LENGTH);
        if (headers == null) {
            return Map.of();
        }
        Map<String, String> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, value) -> {
            String other = known.put(name, value);
            if (other != null) {
                members.fault("headers." + name, "is there twice: upper and lower case don't differ");
            }
            try {
                CustomHeader.check(name, value);
            } catch (IllegalArgumentException e) {
                members.fault("headers." + name, Objects.requireNonNull(e.getMessage()));
            }
        });
        return headers;
    }

    private static @Nullable RateLimit readRateLimit(Members members) {
        Members limit = members.object("rateLimit");
        if (limit == null) {
            return null;
        }
        limit.refuseOthers(Set.of("perSecond"), name -> null);
        if (!limit.has("perSecond")) {
            limit.fault("perSecond", "is required: how many requests may begin in a second, such as 50 or 0.5");
            return null;
        }
        Double perSecond = limit.number("perSecond", RateLimit.LEAST_PER_SECOND, RateLimit.MOST_PER_SECOND);
        return perSecond == null ? null : new RateLimit(perSecond);
    }

    private Retry readRetry(Members members) {
        Members retry = members.object("retry");
        if (retry == null) {
            return defaultRetry;
        }
        retry.refuseOthers(Set.of("schedule"), name -> null);
        List<String> schedule = retry.texts("schedule", MAX_DELAYS, MAX_DURATION_LENGTH);
        if (schedule == null) {
            return defaultRetry;
        }
        List<String> delays = new ArrayList<>();
        for (int i = 0; i < schedule.size(); i++) {
            Duration delay = duration(retry, "schedule[" + i + "]", schedule.get(i), LEAST_DELAY, MOST_DELAY);
            if (delay != null) {
                delays.add(DurationText.format(delay));
            }
        }
        return new Retry(delays);
    }

    private static @Nullable String readDisableFailingAfter(Members members) {
        String text = members.text("disableFailingAfter", MAX_DURATION_LENGTH);
        if (text == null || isNever(text)) {
            return text == null ? null : Disabling.NEVER;
        }
        Duration after = duration(members, "disableFailingAfter", text, LEAST_FAILING, MOST_FAILING);
        return after == null ? null : DurationText.format(after);
    }

    private static boolean isNever(String text) {
        try {
            return DurationText.parse(text).isZero();
        } catch (IllegalArgumentException e) {
            return false; // said in full where it is read as a duration
        }
    }

    static @Nullable Duration duration(Members members, String name, String text, Duration least, Duration most) {
        try {
            Duration duration = DurationText.parse(text);
            if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                return duration;
            }
            members.fault(
                    name,
                    "'" + text + "' is out of range: " + DurationText.format(least) + " to "
                            + DurationText.format(most));
        } catch (IllegalArgumentException e) {
            members.fault(name, Objects.requireNonNull(e.getMessage()));
        }
        return null;
    }

    static ProblemException invalid(List<FieldError> faults) {
        return JsonBody.invalid("subscription", faults);
    }
}
