package dev.fanfare.cli.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.Bar;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import dev.fanfare.retry.dead.DeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Dead letters counted by what one looks at first. Memory grows with the names there are, not with the letters. */
final class Tallies {
    /** What they are counted by. */
    enum By {
        TENANT,
        SUBSCRIPTION,
        TYPE,
        REASON,
        STATUS,
        AGE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The upper end of each age; what is older is the last. */
    private static final List<Age> AGES = List.of(
            new Age("under 1 h", Duration.ofHours(1)),
            new Age("1 h to 6 h", Duration.ofHours(6)),
            new Age("6 h to 1 d", Duration.ofDays(1)),
            new Age("1 d to 7 d", Duration.ofDays(7)),
            new Age("over 7 d", Duration.ofDays(36_500)));

    private static final int LONGEST_BAR = 30;

    private record Age(String name, Duration under) {}

    private final Instant now = Instant.now();
    private final Map<By, Map<String, Long>> counts = new EnumMap<>(By.class);
    private long total;

    void add(DeadLetter letter) {
        total++;
        count(By.TENANT, letter.tenant());
        count(By.SUBSCRIPTION, letter.subscription() == null ? null : letter.tenant() + "/" + letter.subscription());
        count(By.TYPE, letter.eventType());
        count(By.REASON, letter.reason());
        count(By.STATUS, letter.status());
        Duration age = Duration.between(letter.diedAt(), now);
        AGES.stream()
                .filter(one -> age.compareTo(one.under()) < 0)
                .findFirst()
                .ifPresent(one -> count(By.AGE, one.name()));
    }

    long total() {
        return total;
    }

    /** A table with bars: the most first, ages in their order. */
    void print(Shell shell, By by, int most) {
        List<Map.Entry<String, Long>> entries = sorted(by);
        long largest = entries.stream().mapToLong(Map.Entry::getValue).max().orElse(1);
        Table table = new Table("COUNT", "BY " + by.name(), "");
        entries.stream()
                .limit(most)
                .forEach(entry -> table.add(
                        String.format(Locale.ROOT, "%,d", entry.getValue()),
                        entry.getKey(),
                        Bar.of(entry.getValue(), largest, LONGEST_BAR)));
        table.alignRight(0);
        table.print(shell);
        if (entries.size() > most) {
            long rest =
                    entries.stream().skip(most).mapToLong(Map.Entry::getValue).sum();
            shell.out().println(String.format(Locale.ROOT, "… and %,d in %,d more", rest, entries.size() - most));
        }
        shell.out().println();
    }

    /** For scripts: {@code {"total":…,"by":{"reason":[{"name":…,"count":…}]}}}. */
    ObjectNode json(List<By> wanted) {
        ObjectNode json = Json.TOPIC.createObjectNode().put("total", total);
        ObjectNode groups = json.putObject("by");
        for (By by : wanted) {
            ArrayNode group = groups.putArray(by.toString());
            sorted(by)
                    .forEach(entry ->
                            group.addObject().put("name", entry.getKey()).put("count", entry.getValue()));
        }
        return json;
    }

    private List<Map.Entry<String, Long>> sorted(By by) {
        Map<String, Long> group = counts.getOrDefault(by, Map.of());
        if (by == By.AGE) {
            return AGES.stream()
                    .filter(age -> group.containsKey(age.name()))
                    .map(age -> Map.entry(age.name(), group.getOrDefault(age.name(), 0L)))
                    .toList();
        }
        return group.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry::getKey))
                .toList();
    }

    private void count(By by, @Nullable Object name) {
        counts.computeIfAbsent(by, key -> new HashMap<>()).merge(name == null ? "-" : name.toString(), 1L, Long::sum);
    }
}
