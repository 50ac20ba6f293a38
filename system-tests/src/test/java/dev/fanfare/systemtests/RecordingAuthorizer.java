package dev.fanfare.systemtests;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** Kafka's own authorizer, with a book of what was asked of it. The broker makes its instances, so the book is static. */
public final class RecordingAuthorizer extends StandardAuthorizer {
    private static final Set<Asked> ALLOWED = ConcurrentHashMap.newKeySet();
    private static final Set<Asked> DENIED = ConcurrentHashMap.newKeySet();

    /** That somebody wanted to do something with one resource. */
    record Asked(String principal, AclOperation operation, ResourcePattern resource) {}

    @Override
    public List<AuthorizationResult> authorize(AuthorizableRequestContext context, List<Action> actions) {
        List<AuthorizationResult> results = super.authorize(context, actions);
        for (int i = 0; i < actions.size(); i++) {
            Action action = actions.get(i);
            Asked asked = new Asked(context.principal().toString(), action.operation(), action.resourcePattern());
            if (results.get(i) == AuthorizationResult.ALLOWED) {
                ALLOWED.add(asked);
            } else if (action.logIfDenied()) {
                // the others are questions with a second way, such as whether a producer may be idempotent
                DENIED.add(asked);
            }
        }
        return results;
    }

    static Set<Asked> allowed() {
        return Set.copyOf(ALLOWED);
    }

    static Set<Asked> denied() {
        return Set.copyOf(DENIED);
    }
}
