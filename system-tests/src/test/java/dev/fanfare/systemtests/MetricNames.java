package dev.fanfare.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names and types of Fanfare's metrics, such as {@code fanfare_attempts_total counter}: as a process shows them, and as
 * {@code docs/reference/metrics.md} has them.
 */
final class MetricNames {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(fanfare_\\w+)` \\| (counter|gauge|histogram) \\| .* \\| (.*) \\|$");
    private static final Pattern SHOWN = Pattern.compile("(?m)^# TYPE (fanfare_\\w+) (\\w+)$");

    private MetricNames() {}

    /** Those that a pipeline with the default settings shows, the {@code _max} beside each histogram included. */
    static Set<String> documented() throws IOException {
        Set<String> names = new TreeSet<>();
        Matcher rows = ROW.matcher(Files.readString(DevProcess.ROOT.resolve("docs/reference/metrics.md")));
        while (rows.find()) {
            if (!rows.group(3).contains(". Only where ")) {
                names.add(rows.group(1) + " " + rows.group(2));
                if (rows.group(2).equals("histogram")) {
                    names.add(rows.group(1) + "_max gauge");
                }
            }
        }
        return names;
    }

    /** Those of a scrape. */
    static Set<String> shown(String scrape) {
        Set<String> names = new TreeSet<>();
        Matcher types = SHOWN.matcher(scrape);
        while (types.find()) {
            names.add(types.group(1) + " " + types.group(2));
        }
        return names;
    }
}
