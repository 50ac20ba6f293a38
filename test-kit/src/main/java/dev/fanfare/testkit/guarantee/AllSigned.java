package dev.fanfare.testkit.guarantee;

import dev.fanfare.testkit.SignatureCheck;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every arrival carries a signature that verifies with its subscription's secret; see {@link SignatureCheck} for by
 * whom it is verified. Use it within five minutes of the first arrival.
 *
 * <pre>
 *   secrets:  s: k1   t: k2
 *   valid:    e1→s signed with k1   e1→t signed with k2
 *   invalid:  e1→s signed with k2   or not at all, or changed after it was signed
 * </pre>
 */
public final class AllSigned implements Guarantee {

    private final Map<String, SignatureCheck> checks = new HashMap<>();

    /** @param secrets the secret of each subscription as shown to the subscriber ({@code whsec_…}) */
    public AllSigned(Map<String, String> secrets) {
        secrets.forEach((subscription, secret) -> checks.put(subscription, new SignatureCheck(secret)));
    }

    @Override
    public List<String> violations(History history) {
        return history.arrivals().stream().flatMap(this::complaint).toList();
    }

    private Stream<String> complaint(Arrival arrival) {
        SignatureCheck check = checks.get(arrival.pair().subscription());
        if (check == null) {
            return Stream.of(arrival.pair() + " can't be verified: no secret is known");
        }
        return check.complaintAbout(arrival.request()).map(why -> arrival.pair() + ": " + why).stream();
    }
}
