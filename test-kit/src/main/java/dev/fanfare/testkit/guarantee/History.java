package dev.fanfare.testkit.guarantee;

import dev.fanfare.testkit.Exchange;
import dev.fanfare.testkit.ReceivedRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What should have arrived and what did, as subscribers saw it.
 *
 * <pre>{@code
 * History history = History.byPath(expected, receiver.exchanges()); // each subscription has a path: /all, /orders …
 * Guarantee.assertAll(history, new EveryMatchArrived(), new IdsStableAndUnique());
 * }</pre>
 *
 * @param expected every match, by what it is; no pair twice
 * @param arrivals every request, in the order of arrival
 */
public record History(Map<Pair, ExpectedDelivery> expected, List<Arrival> arrivals) {

    /** The subscription of a request is its path without the slash in front. */
    public static History byPath(Collection<ExpectedDelivery> expected, Collection<Exchange> exchanges) {
        return of(expected, exchanges, request -> request.path().substring(1));
    }

    /** The subscription of a request is what {@code subscriptionOf} says; the event is its {@code ce-id}. */
    public static History of(
            Collection<ExpectedDelivery> expected,
            Collection<Exchange> exchanges,
            Function<ReceivedRequest, String> subscriptionOf) {
        Map<Pair, ExpectedDelivery> byPair = new LinkedHashMap<>();
        for (ExpectedDelivery delivery : expected) {
            if (byPair.put(delivery.pair(), delivery) != null) {
                throw new IllegalArgumentException("expected twice: " + delivery.pair());
            }
        }
        List<Arrival> arrivals = exchanges.stream()
                .sorted(Comparator.comparingLong(exchange -> exchange.request().arrivedNanos()))
                .map(exchange -> new Arrival(
                        new Pair(eventId(exchange.request()), subscriptionOf.apply(exchange.request())), exchange))
                .toList();
        return new History(byPair, arrivals);
    }

    /** The arrivals of each delivery, in order. */
    public Map<Pair, List<Arrival>> byDelivery() {
        return arrivals.stream().collect(Collectors.groupingBy(Arrival::pair, LinkedHashMap::new, Collectors.toList()));
    }

    /** CloudEvents' HTTP binding percent-encodes header values (section 3.1.3.2); a plus is a plus. */
    private static String eventId(ReceivedRequest request) {
        String id = request.header("ce-id");
        return id == null ? "(no ce-id)" : URLDecoder.decode(id.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
