package dev.fanfare.testkit.guarantee;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The body of every arrival is the event's data, byte for byte. Arrivals that were not expected are left to
 * {@link NothingElseArrived}.
 *
 * <pre>
 *   expected: e1→s {"a": 1}
 *   valid:    e1→s {"a": 1}
 *   invalid:  e1→s {"a":1}      (the same JSON, other bytes)
 * </pre>
 */
public final class BodiesByteForByte implements Guarantee {

    @Override
    public List<String> violations(History history) {
        return history.arrivals().stream()
                .flatMap(arrival -> difference(history, arrival))
                .toList();
    }

    private static Stream<String> difference(History history, Arrival arrival) {
        ExpectedDelivery expected = history.expected().get(arrival.pair());
        byte[] body = arrival.request().body();
        if (expected == null || Arrays.equals(expected.body(), body)) {
            return Stream.empty();
        }
        return Stream.of(arrival.pair() + " has another body from byte " + Arrays.mismatch(expected.body(), body)
                + " on (" + body.length + " bytes, expected " + expected.body().length + ")");
    }
}
