package dev.fanfare.control.http;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entity tags (RFC 9110, sections 8.8.3 and 13.1): an object's is its offset on the topic, so that each state of it has
 * its own.
 */
public final class EntityTag {
    private EntityTag() {}

    /** Of this state. */
    public static String of(Row<?> row) {
        return "\"" + row.offset() + "\"";
    }

    /**
     * Refuses where the caller's conditions don't hold.
     *
     * @param ifMatch     the values of {@code If-Match}; empty where the header is absent
     * @param ifNoneMatch the values of {@code If-None-Match}
     * @throws ProblemException 412
     */
    public static void require(List<String> ifMatch, List<String> ifNoneMatch, @Nullable Row<?> current) {
        if (!ifMatch.isEmpty() && !isAmong(ifMatch, current)) {
            throw refused("If-Match doesn't hold: "
                    + (current == null ? "there is nothing yet" : "it was changed; its ETag is now " + of(current)));
        }
        if (!ifNoneMatch.isEmpty() && isAmong(ifNoneMatch, current)) {
            throw refused("If-None-Match doesn't hold: it exists");
        }
    }

    /** Whether a condition names the current state; {@code *} names any. A weak tag never matches. */
    public static boolean isAmong(List<String> values, @Nullable Row<?> current) {
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
