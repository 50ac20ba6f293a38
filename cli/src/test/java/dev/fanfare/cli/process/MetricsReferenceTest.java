package dev.fanfare.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.control.ControlMetric;
import dev.fanfare.dispatcher.outcome.DispatcherMetric;
import dev.fanfare.ingest.IngestMetric;
import dev.fanfare.retry.RetryMetric;
import dev.fanfare.router.RouterMetric;
import dev.fanfare.runtime.metric.Definition;
import dev.fanfare.runtime.metric.Metric;
import dev.fanfare.runtime.metric.ProcessMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of {@code docs/reference/metrics.md} are made of the enums; see there for how to make them anew. */
class MetricsReferenceTest {
    private static final Path PAGE = Path.of("").toAbsolutePath().getParent().resolve("docs/reference/metrics.md");
    private static final String BEGIN = "<!-- begin: made of the enums -->\n";
    private static final String END = "<!-- end -->";

    private static final Map<String, Metric[]> SECTIONS = new LinkedHashMap<>();

    static {
        SECTIONS.put("Every process, or several roles", ProcessMetric.values());
        SECTIONS.put("Ingest", IngestMetric.values());
        SECTIONS.put("Router", RouterMetric.values());
        SECTIONS.put("Dispatcher", DispatcherMetric.values());
        SECTIONS.put("Retry", RetryMetric.values());
        SECTIONS.put("Control plane", ControlMetric.values());
    }

    @Test
    void theReferenceIsWhatTheEnumsSay() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        String made = page.substring(0, begin) + tables() + page.substring(end);
        if (Boolean.getBoolean("fanfare.write-docs")) {
            Files.writeString(PAGE, made);
        }
        assertThat(Files.readString(PAGE))
                .as("docs/reference/metrics.md; to make it anew run this test with -Dfanfare.write-docs=true")
                .isEqualTo(made);
    }

    @Test
    void eachNameIsOursAndDefinedOnce() {
        List<String> names = SECTIONS.values().stream()
                .flatMap(Arrays::stream)
                .map(metric -> metric.definition().prometheusName())
                .toList();
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("fanfare(_[a-z0-9]+)+"));
    }

    private static String tables() {
        StringBuilder tables = new StringBuilder();
        SECTIONS.forEach((title, metrics) -> {
            tables.append("\n## ").append(title).append("\n\n| metric | type | tags | |\n|---|---|---|---|\n");
            for (Metric metric : metrics) {
                tables.append(row(metric.definition()));
            }
        });
        return tables.append('\n').toString();
    }

    private static String row(Definition definition) {
        String tags = definition.tags().stream()
                .map(tag -> "`" + tag.name() + "`: " + tag.meaning())
                .collect(Collectors.joining("<br>"));
        String occasion = definition.occasion() == null ? "" : ". Only where " + definition.occasion();
        return "| `" + definition.prometheusName() + "` | " + type(definition.kind()) + " | " + tags + " | "
                + definition.help() + occasion + " |\n";
    }

    private static String type(Definition.Kind kind) {
        return switch (kind) {
            case COUNTER -> "counter";
            case GAUGE -> "gauge";
            case TIMER, SUMMARY -> "histogram";
        };
    }
}
