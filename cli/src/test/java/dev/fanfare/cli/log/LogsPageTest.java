package dev.fanfare.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares {@code docs/operating/logs.md} with what the sources log. */
class LogsPageTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Set<String> NOT_RUN_BY_OPERATORS = Set.of("test-kit", "benchmarks", "system-tests");
    private static final String LITERAL = "\"((?:[^\"\\\\]|\\\\.)*)\"";
    private static final Pattern CALL = Pattern.compile("\\bLOG\\s*\\.(warn|error)\\(");
    private static final Pattern LITERALS = Pattern.compile("\\G\\s*\\+?\\s*" + LITERAL);
    private static final Pattern FIRST_PAIR = Pattern.compile(" [A-Za-z][A-Za-z0-9_.-]*=\"?\\{}");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (WARN|ERROR) \\| `([^`]+)` \\| [^|]+ \\| [^|]+ \\|$");

    @Test
    void thePageHasEveryWarningAndErrorOfTheSourcesAndNoOther() throws IOException {
        Set<String> documented = new TreeSet<>();
        Matcher rows = ROW.matcher(Files.readString(ROOT.resolve("docs/operating/logs.md")));
        while (rows.find()) {
            documented.add(rows.group(1) + " " + rows.group(2));
        }
        Set<String> logged = logged();
        Set<String> missing = new TreeSet<>(logged);
        missing.removeAll(documented);
        documented.removeAll(logged);
        assertThat(missing)
                .as("logged, and not in docs/operating/logs.md: say there what it means and what to do")
                .isEmpty();
        assertThat(documented)
                .as("in docs/operating/logs.md, and logged no more")
                .isEmpty();
    }

    private static Set<String> logged() throws IOException {
        Set<String> all = new TreeSet<>();
        try (Stream<Path> files = Files.walk(ROOT, 12)) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains("/src/main/java/"))
                    .filter(file -> !NOT_RUN_BY_OPERATORS.contains(
                            ROOT.relativize(file).getName(0).toString()))
                    .toList();
            assertThat(sources).hasSizeGreaterThan(100);
            sources.forEach(source -> all.addAll(logged(source)));
        }
        return all;
    }

    private static Set<String> logged(Path source) {
        String text;
        try {
            text = Files.readString(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Set<String> lines = new TreeSet<>();
        Matcher call = CALL.matcher(text);
        while (call.find()) {
            String template = LITERALS.matcher(text)
                    .region(call.end(), text.length())
                    .results()
                    .map(literal -> literal.group(1).replace("\\\"", "\""))
                    .collect(Collectors.joining());
            assertThat(template)
                    .as("%s logs without a literal: this test, and whoever looks for the line, can't find it", source)
                    .isNotEmpty();
            String words = FIRST_PAIR
                    .split(template, 2)[0]
                    .strip()
                    .replaceFirst(",$", "")
                    .replace("{}", "…");
            lines.add(call.group(1).toUpperCase(Locale.ROOT) + " " + words);
        }
        return lines;
    }
}
