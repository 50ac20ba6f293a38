package dev.fanfare.testkit.guarantee;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A delivery has one {@code webhook-id}, which all its attempts carry and no other delivery does: so a receiver that
 * drops ids it has seen drops exactly the repetitions.
 *
 * <pre>
 *   valid:    e1→s id=a   e1→s id=a   e1→t id=b
 *   invalid:  e1→s id=a   e1→s id=c                (a repetition that looks new)
 *   invalid:  e1→s id=a   e2→s id=a                (a new one that looks like a repetition)
 *   invalid:  e1→s without an id
 * </pre>
 */
public final class IdsStableAndUnique implements Guarantee {

    @Override
    public List<String> violations(History history) {
        List<String> violations = new ArrayList<>();
        Map<String, Pair> owners = new HashMap<>();
        history.byDelivery().forEach((pair, arrivals) -> {
            List<String> ids =
                    arrivals.stream().map(Arrival::webhookId).distinct().toList();
            if (ids.size() > 1) {
                violations.add(pair + " came under several ids: " + ids);
            }
            for (String id : ids) {
                Pair owner = owners.putIfAbsent(id, pair);
                if (id.isEmpty()) {
                    violations.add(pair + " came without a webhook-id");
                } else if (owner != null) {
                    violations.add(pair + " shares the id " + id + " with " + owner);
                }
            }
        });
        return violations;
    }
}
