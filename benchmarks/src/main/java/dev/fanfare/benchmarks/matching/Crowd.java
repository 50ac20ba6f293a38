package dev.fanfare.benchmarks.matching;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.FilterPool;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.router.matching.SubscriptionIndex;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Very many subscriptions of one tenant, so many to each event type, and events that they want. Subscriptions go the way
 * of the subscriptions topic's records. Confined to one thread.
 */
final class Crowd {
    static final String TENANT = "default";

    private static final byte[] BODY = ("{\"order\":{\"id\":\"o-1\",\"total\":120.50,\"currency\":\"EUR\",\"lines\":["
                    + "{\"sku\":\"a-100\",\"count\":2,\"price\":40.25},{\"sku\":\"b-200\",\"count\":1,\"price\":40.00}]},"
                    + "\"note\":\"" + "x".repeat(850) + "\"}")
            .getBytes(StandardCharsets.UTF_8);

    private final int perType;
    private final FilterKind filters;
    private final FilterPool pool = new FilterPool();

    Crowd(int perType, FilterKind filters) {
        this.perType = perType;
        this.filters = filters;
    }

    /** The record of the n-th subscription, as the control plane writes it, with one sealed secret. */
    byte[] record(int n) {
        try {
            String filter =
                    switch (filters) {
                        case NONE -> "[]";
                        case EXACT_SHARED -> "[{\"not\":{\"exact\":{\"region\":\"r" + n % 10 + "\"}}}]";
                        case EXACT_OWN -> "[{\"not\":{\"exact\":{\"subject\":\"customer-" + n + "\"}}}]";
                        case SQL -> "[{\"sql\":\"region = 'eu' AND subject LIKE 'customer-%'\"}]";
                        case DATA ->
                            "[{\"data\":{\"/order/total\":{\"gt\":100},\"/order/currency\":{\"in\":[\"EUR\"]}}}]";
                    };
            return Subscription.builder(
                            TENANT,
                            id(n),
                            new UUID(n, -n),
                            URI.create("https://customer-" + n + ".example.com/webhooks"))
                    .eventTypes(List.of(type(n)))
                    .filters(Json.STRICT.readTree(filter))
                    .retry(new Subscription.Retry(List.of("1m", "10m", "1h")))
                    .secrets(List.of(new Subscription.SealedSecret("A".repeat(120), 1)))
                    .createdAtMillis(1)
                    .updatedAtMillis(1)
                    .build()
                    .toJson();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the filters above are JSON", e);
        }
    }

    /** What a router makes of a record. */
    RoutedSubscription decode(byte[] record) {
        List<FieldError> faults = new ArrayList<>();
        try {
            RoutedSubscription routed = RoutedSubscription.of(Subscription.fromJson(record), pool, faults);
            if (!faults.isEmpty()) {
                throw new IllegalStateException("faulty filters: " + faults);
            }
            return routed;
        } catch (UndecodableRecord e) {
            throw new IllegalStateException("a record of ours can't be read", e);
        }
    }

    /** An index of so many. */
    SubscriptionIndex index(int count) {
        SubscriptionIndex index = new SubscriptionIndex();
        for (int n = 0; n < count; n++) {
            index.change(null, new Candidate(decode(record(n)), n));
        }
        return index;
    }

    /** An event that the n-th subscription wants, 1 KiB of data. */
    Event event(int n) {
        return new Event(
                Map.of(
                        Event.ID,
                        "e" + n,
                        Event.TYPE,
                        type(n),
                        Event.SOURCE,
                        "/shop",
                        Event.SUBJECT,
                        "customer-x",
                        "region",
                        "eu",
                        Event.TENANT,
                        TENANT),
                "application/json",
                BODY);
    }

    static String id(int n) {
        return "sub-" + String.format("%016d", n);
    }

    private String type(int n) {
        return "shop.order.kind" + n / perType;
    }
}
