package dev.fanfare.control.subscription;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entity tags (RFC 9110, sections 8.8.3 and 13.1): a subscription's is its offset on the topic, so that each state of it
 * has its own.
 */
final class EntityTag {
    private EntityTag() {}

    static String of(Row<Subscription> row) {
        return "\"" + row.offset() + "\"";
    }

    /**
     * Refuses where the caller's conditions don't hold.
     *
     * @param ifMatch     the values of {@code If-Match}; empty where the header is absent
     * @param ifNoneMatch the values of {@code If-None-Match}
     * @throws ProblemException 412
     */
    static void require(List<String> ifMatch, List<String> ifNoneMatch, @Nullable Row<Subscription> current) {
        if (!ifMatch.isEmpty() && !isAmong(ifMatch, current)) {
            throw refused("If-Match doesn't hold: the subscription "
                    + (current == null ? "doesn't exist" : "was changed; its ETag is now " + of(current)));
        }
        if (!ifNoneMatch.isEmpty() && isAmong(ifNoneMatch, current)) {
            throw refused("If-None-Match doesn't hold: the subscription exists");
        }
    }

    /** Whether a condition names the current state; {@code *} names any. A weak tag never matches. */
    static boolean isAmong(List<String> values, @Nullable Row<Subscription> current) {
        if (current == null) {
            return false;
        }
        String tag = of(current);
        for (String value : values) {
            for (String one : value.split(",", -1)) {
                if (one.strip().equals("*") || one.strip().equals(tag)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(Problem.of(412, "precondition-failed", "Precondition failed", detail));
    }
}
