package dev.fanfare.systemtests.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Grafana dashboards. {@code -Dfanfare.write-docs=true} writes them anew from {@link Dashboards}. */
class DashboardsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void theFilesAreWhatTheyAreMadeOf() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Dashboard dashboard : Dashboards.all()) {
            Path file = Observability.DASHBOARDS.resolve(dashboard.name() + ".json");
            if (Boolean.getBoolean("fanfare.write-docs")) {
                Files.writeString(file, dashboard.json());
            }
            assertThat(file)
                    .as("run this test with -Dfanfare.write-docs=true and commit what it writes")
                    .hasContent(dashboard.json());
            names.add(file.getFileName().toString());
        }
        assertThat(Observability.in(Observability.DASHBOARDS))
                .extracting(file -> file.getFileName().toString())
                .containsExactlyElementsOf(names);
    }

    @Test
    void panelsLieBesideEachOtherAndFillTheWidth() throws IOException {
        for (Path file : Observability.in(Observability.DASHBOARDS)) {
            Set<String> taken = new HashSet<>();
            Set<Integer> ids = new HashSet<>();
            for (JsonNode panel : JSON.readTree(file.toFile()).path("panels")) {
                String title = file.getFileName() + ": " + panel.path("title").asText();
                assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
                JsonNode place = panel.path("gridPos");
                int x = place.path("x").asInt();
                assertThat(x + place.path("w").asInt()).as(title).isBetween(3, 24);
                for (int cell = x; cell < x + place.path("w").asInt(); cell++) {
                    for (int y = 0; y < place.path("h").asInt(); y++) {
                        assertThat(taken.add(cell + "," + (y + place.path("y").asInt())))
                                .as("%s lies on another panel", title)
                                .isTrue();
                    }
                }
            }
            assertThat(taken).as(file.toString()).hasSizeGreaterThan(100);
        }
    }

    @Test
    void whatTheyAskForExists() throws IOException {
        for (Path file : Observability.in(Observability.DASHBOARDS)) {
            assertThat(Observability.undocumented(Files.readString(file)))
                    .as("%s asks for what is not in docs/reference/metrics.md", file.getFileName())
                    .isEmpty();
        }
    }

    /** promtool can't check a query alone, but it can check a rule. */
    @Test
    void everyQueryParses() throws Exception {
        StringBuilder rules = new StringBuilder("groups:\n- name: dashboards\n  rules:\n");
        int number = 0;
        for (Dashboard dashboard : Dashboards.all()) {
            for (Panel panel : dashboard.panels()) {
                for (Panel.Query query : panel.queries()) {
                    String expression = Selectors.withConditions(query.expression(), dashboard.conditions())
                            .replace("$__rate_interval", "1m");
                    rules.append("  - record: query_%d%n    expr: %s%n"
                            .formatted(number++, JSON.writeValueAsString(expression)));
                }
            }
        }
        assertThat(number).isGreaterThan(50);
        Files.writeString(folder.resolve("queries.yml"), rules);
        PromTool.accepts(folder, "check", "rules", "queries.yml");
    }
}
