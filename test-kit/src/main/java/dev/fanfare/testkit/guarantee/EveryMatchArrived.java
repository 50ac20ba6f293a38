package dev.fanfare.testkit.guarantee;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Nothing is lost: every expected delivery was accepted (answered 2xx) at least once.
 *
 * <pre>
 *   expected: e1→s, e2→s
 *   valid:    e1→s 500   e2→s 204   e1→s 204   e1→s 204    (late, out of order, twice: all allowed)
 *   invalid:  e1→s 500   e2→s 204                          (e1 was tried, but never accepted)
 * </pre>
 */
public final class EveryMatchArrived implements Guarantee {

    @Override
    public List<String> violations(History history) {
        Set<Pair> accepted = history.arrivals().stream()
                .filter(arrival -> arrival.exchange().accepted())
                .map(Arrival::pair)
                .collect(Collectors.toSet());
        return history.expected().keySet().stream()
                .filter(pair -> !accepted.contains(pair))
                .map(pair -> pair + " was never accepted")
                .toList();
    }
}
