package dev.fanfare.testkit.conservation;

import java.util.List;
import java.util.Map;

/**
 * What the oracle says.
 *
 * @param perSubscription by key
 * @param repeats         of all accepted requests, why they came again
 * @param counts          how often each promise was broken; those that were kept are left out
 * @param findings        the first of each kind, in words
 * @param tableBytes      how much memory the judging took for deliveries
 */
public record Judgement(
        Tally total,
        Map<String, Tally> perSubscription,
        Repeats repeats,
        Map<Fault, Long> counts,
        List<Finding> findings,
        long tableBytes) {

    /** Whether no promise was broken. */
    public boolean isKept() {
        return counts.isEmpty();
    }

    /**
     * Throws where a promise was broken.
     *
     * @throws AssertionError naming what was broken
     */
    public void assertKept() {
        if (!isKept()) {
            throw new AssertionError(this + "\n"
                    + String.join("\n", findings.stream().map(Finding::toString).toList()));
        }
    }

    @Override
    public String toString() {
        return total + (counts.isEmpty() ? "" : "; broken: " + counts);
    }
}
