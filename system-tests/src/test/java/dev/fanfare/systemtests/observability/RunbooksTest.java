package dev.fanfare.systemtests.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.FanfareCommand;
import dev.fanfare.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The pages that alerts lead to: that there is one for each, and that what they say can be done. */
class RunbooksTest {
    private static final List<String> SECTIONS = List.of(
            "## What it means",
            "## What users feel",
            "## How to look",
            "## How to mend",
            "## How to see that it is over");

    private static final Pattern COMMAND = Pattern.compile("(?m)(?:^\\$ |`)(fanfare [^`\n]*)");
    /** Words, of which some are in quotes. */
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\\S+");

    @Test
    void eachAlertHasARunbookThatAnswersTheSameQuestionsAndThereIsNoOther() throws IOException {
        Set<String> pages = new TreeSet<>();
        for (Path page : Observability.in(Observability.RUNBOOKS)) {
            String name = page.getFileName().toString().replace(".md", "");
            if (!name.equals("README")) {
                pages.add(name);
                String text = Files.readString(page);
                assertThat(text).as(name).startsWith("# " + name + "\n").contains(SECTIONS);
                assertThat(text.lines().filter(SECTIONS::contains)).as(name).containsExactlyElementsOf(SECTIONS);
            }
        }
        assertThat(pages).containsExactlyInAnyOrderElementsOf(Observability.alertNames());
        String contents = Files.readString(Observability.RUNBOOKS.resolve("README.md"));
        for (JsonNode alert : Observability.alerts()) {
            String name = alert.path("alert").asText();
            assertThat(alert.path("annotations").path("runbook").asText())
                    .isEqualTo("docs/operating/runbooks/" + name + ".md");
            assertThat(alert.path("labels").path("severity").asText()).as(name).isIn("critical", "warning");
            assertThat(contents)
                    .contains("(" + name + ".md) | "
                            + alert.path("labels").path("severity").asText());
        }
    }

    @Test
    void everyCommandOfOursInARunbookIsOneThatWeHave() throws IOException {
        int found = 0;
        for (Path page : Observability.in(Observability.RUNBOOKS)) {
            Matcher commands = COMMAND.matcher(Files.readString(page));
            while (commands.find()) {
                String command =
                        commands.group(1).replaceAll(" [|#;] .*", "").replace("fanfare ROLE", "fanfare router");
                CommandLine ours =
                        FanfareCommand.commandLine(Shell.ofProcess()).setCaseInsensitiveEnumValuesAllowed(true);
                assertThatCode(() -> ours.parseArgs(arguments(command)))
                        .as("%s: %s", page.getFileName(), command)
                        .doesNotThrowAnyException();
                found++;
            }
        }
        assertThat(found).isGreaterThan(30);
    }

    @Test
    void everyMetricInARunbookExists() throws IOException {
        for (Path page : Observability.in(Observability.RUNBOOKS)) {
            String text = Files.readString(page);
            assertThat(Observability.undocumented(text))
                    .as("%s names what is not in docs/reference/metrics.md", page.getFileName())
                    .isEmpty();
            assertThat(Observability.recorded()).as(page.toString()).containsAll(Selectors.recorded(text));
        }
    }

    private static String[] arguments(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            words.add(word.group(1) == null ? word.group() : word.group(1));
        }
        words.remove("fanfare");
        words.remove("…");
        return words.toArray(String[]::new);
    }
}
