package dev.fanfare.contract.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Json;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.problem.Problem.FieldError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the guide says of each of its filters is so. */
class FilterGuideTest {
    private static final Pattern EVENT = Pattern.compile("```json\n(\\{.*?\n)```", Pattern.DOTALL);
    private static final Pattern ROW = Pattern.compile("^\\| `(\\{.+})` \\| (yes|no) \\|", Pattern.MULTILINE);

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("examples")
    void anExampleOfTheGuideIsTrue(String filter, String wanted, Event event) throws Exception {
        List<FieldError> faults = new ArrayList<>();
        Filter compiled = FilterReader.read(Json.STRICT.readTree("[" + filter + "]"), "filters", faults);
        assertThat(faults).isEmpty();
        boolean matches = compiled.matches(new EventView(event, failure -> {}));
        assertThat(matches ? "yes" : "no").isEqualTo(wanted);
    }

    static Stream<Arguments> examples() throws Exception {
        String guide = Files.readString(Path.of("..", "docs", "guides", "subscriptions.md"));
        String section = guide.substring(guide.indexOf("\n## Filter events"));
        MatchResult json = EVENT.matcher(section).results().findFirst().orElseThrow();
        Event event = EventJson.readStructured(json.group(1).getBytes(UTF_8));
        List<Arguments> examples = ROW.matcher(section)
                .results()
                .map(row -> Arguments.of(row.group(1), row.group(2), event))
                .toList();
        assertThat(examples).hasSizeGreaterThan(15);
        return examples.stream();
    }
}
