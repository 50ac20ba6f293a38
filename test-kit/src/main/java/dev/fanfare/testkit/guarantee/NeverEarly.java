package dev.fanfare.testkit.guarantee;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * No retry comes before its delay has passed. Attempt n + 1 may follow the first arrival of attempt n by the n-th delay
 * of the schedule at the earliest. The first, because after a crash the same attempt may arrive again (at least once),
 * and the retry of the earlier one is still due when it is due.
 *
 * <pre>
 *   schedule: 1 s, 5 s
 *   valid:    0.0 s attempt 1   0.4 s attempt 1 (again, after a crash)   1.0 s attempt 2   6.3 s attempt 3
 *   invalid:  0.0 s attempt 1   0.9 s attempt 2
 * </pre>
 *
 * The attempt's number is its {@code fanfare-attempt} header; the last delay holds for all attempts beyond the schedule.
 * Valid for receivers that never asked for another delay with Retry-After.
 */
public final class NeverEarly implements Guarantee {

    private final List<Duration> schedule;

    /** @param schedule the delay before attempt 2, before attempt 3, … */
    public NeverEarly(List<Duration> schedule) {
        if (schedule.isEmpty()) {
            throw new IllegalArgumentException("a schedule has at least one delay");
        }
        this.schedule = List.copyOf(schedule);
    }

    @Override
    public List<String> violations(History history) {
        List<String> violations = new ArrayList<>();
        history.byDelivery().forEach((pair, arrivals) -> {
            TreeMap<Integer, Long> firstArrivals = new TreeMap<>();
            for (Arrival arrival : arrivals) {
                String number = arrival.request().header("fanfare-attempt");
                if (number == null || !number.matches("[1-9][0-9]{0,8}")) {
                    violations.add(pair + " came with an unreadable fanfare-attempt header: " + number);
                } else {
                    firstArrivals.putIfAbsent(
                            Integer.valueOf(number), arrival.request().arrivedNanos());
                }
            }
            firstArrivals.forEach((attempt, arrivedNanos) -> {
                var before = firstArrivals.lowerEntry(attempt);
                if (before != null) {
                    Duration gap = Duration.ofNanos(arrivedNanos - before.getValue());
                    Duration delay = delayBetween(before.getKey(), attempt);
                    if (gap.compareTo(delay) < 0) {
                        violations.add(pair + ": attempt " + attempt + " came " + gap.toMillis() + " ms after attempt "
                                + before.getKey() + ", " + delay.minus(gap).toMillis() + " ms early");
                    }
                }
            });
        });
        return violations;
    }

    private Duration delayBetween(int earlier, int later) {
        Duration delay = Duration.ZERO;
        for (int attempt = earlier; attempt < later; attempt++) {
            delay = delay.plus(schedule.get(Math.min(attempt, schedule.size()) - 1));
        }
        return delay;
    }
}
