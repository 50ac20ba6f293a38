package dev.fanfare.testkit.guarantee;

import java.util.ArrayList;
import java.util.List;

/**
 * One promise about deliveries, checked against a whole {@link History}. Drawings in the implementations read from left
 * to right in time: {@code e1→s} is an arrival of event e1 at subscription s.
 */
public interface Guarantee {

    /** What is wrong, one sentence each; empty if the promise was kept. */
    List<String> violations(History history);

    /**
     * Checks all of them and reports everything that is wrong at once.
     *
     * @throws AssertionError if any promise was broken
     */
    static void assertAll(History history, Guarantee... guarantees) {
        int shown = 20;
        List<String> report = new ArrayList<>();
        for (Guarantee guarantee : guarantees) {
            List<String> violations = guarantee.violations(history);
            violations.stream()
                    .limit(shown)
                    .forEach(violation -> report.add(guarantee.getClass().getSimpleName() + ": " + violation));
            if (violations.size() > shown) {
                report.add(guarantee.getClass().getSimpleName() + ": and " + (violations.size() - shown) + " more");
            }
        }
        if (!report.isEmpty()) {
            throw new AssertionError(String.join("\n", report));
        }
    }
}
