package dev.fanfare.systemtests.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.fanfare.systemtests.DevProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files in {@code deploy/observability} and the pages that go with them. */
final class Observability {
    static final Path PROMETHEUS = DevProcess.ROOT.resolve("deploy/observability/prometheus");
    static final Path RULES = PROMETHEUS.resolve("rules");
    static final Path DASHBOARDS = DevProcess.ROOT.resolve("deploy/observability/grafana/dashboards");
    static final Path RUNBOOKS = DevProcess.ROOT.resolve("docs/operating/runbooks");
    private static final Path METRICS = DevProcess.ROOT.resolve("docs/reference/metrics.md");
    private static final Pattern HISTOGRAM_PART = Pattern.compile("_(bucket|count|sum|max)$");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Observability() {}

    /** Each rule, as it stands in its file. */
    static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        for (Path file : in(RULES)) {
            YAML.readTree(file.toFile()).path("groups").forEach(group -> group.path("rules")
                    .forEach(rules::add));
        }
        return rules;
    }

    static List<JsonNode> alerts() throws IOException {
        return rules().stream().filter(rule -> rule.has("alert")).toList();
    }

    static List<String> alertNames() throws IOException {
        return alerts().stream().map(alert -> alert.path("alert").asText()).toList();
    }

    /** The series that our rules record. */
    static Set<String> recorded() throws IOException {
        Set<String> names = new TreeSet<>();
        rules().stream()
                .filter(rule -> rule.has("record"))
                .forEach(rule -> names.add(rule.path("record").asText()));
        return names;
    }

    static List<Path> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /** The metrics of Fanfare's own that a text names and the reference doesn't. */
    static Set<String> undocumented(String text) throws IOException {
        String reference = Files.readString(METRICS);
        Set<String> unknown = new TreeSet<>();
        for (String metric : Selectors.metrics(text)) {
            boolean ours = metric.startsWith("fanfare_");
            Matcher part = HISTOGRAM_PART.matcher(metric);
            boolean known = isNamed(reference, metric) || (part.find() && isNamed(reference, part.replaceFirst("")));
            if (ours && !known) {
                unknown.add(metric);
            }
        }
        return unknown;
    }

    private static boolean isNamed(String reference, String metric) {
        return Pattern.compile("`" + metric + "[`{]").matcher(reference).find();
    }
}
