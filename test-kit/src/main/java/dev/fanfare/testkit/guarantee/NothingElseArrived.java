package dev.fanfare.testkit.guarantee;

import java.util.List;

/**
 * Nobody gets what does not match: every arrival was expected.
 *
 * <pre>
 *   expected: e1→s
 *   valid:    e1→s   e1→s
 *   invalid:  e1→s   e1→t      (t did not subscribe to e1)
 * </pre>
 */
public final class NothingElseArrived implements Guarantee {

    @Override
    public List<String> violations(History history) {
        return history.byDelivery().keySet().stream()
                .filter(pair -> !history.expected().containsKey(pair))
                .map(pair -> pair + " arrived although nothing matched")
                .toList();
    }
}
