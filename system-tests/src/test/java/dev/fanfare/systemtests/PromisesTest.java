package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A promise whose test was renamed or deleted is a promise without a test. */
class PromisesTest {
    private static final Pattern NAMED = Pattern.compile("`([a-z][a-zA-Z]{20,})`");
    private static final Pattern TEST_METHOD = Pattern.compile("void ([a-z][a-zA-Z]+)\\(");

    @Test
    void everyTestThatThePromisesNameExists() throws IOException {
        String promises = Files.readString(DevProcess.ROOT.resolve("docs/concepts/promises.md"));
        Set<String> named = found(NAMED, promises);
        assertThat(named).hasSizeGreaterThan(10);
        assertThat(testMethods()).containsAll(named);
    }

    private static Set<String> testMethods() throws IOException {
        try (Stream<Path> files = Files.walk(DevProcess.ROOT)) {
            return files.filter(file ->
                            file.toString().endsWith(".java") && file.toString().contains("/src/test/"))
                    .flatMap(file -> found(TEST_METHOD, read(file)).stream())
                    .collect(Collectors.toSet());
        }
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
