package dev.fanfare.contract.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.problem.Problem.FieldError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class LikeExpressionTest {
    @Property(tries = 2_000)
    void matchesWhatANaiveMatcherMatches(@ForAll("patterns") String pattern, @ForAll("texts") String text) {
        assertThat(like(pattern, text)).isEqualTo(naive(pattern, text));
    }

    @Test
    void noPatternTakesLong() {
        String text = "a".repeat(1_024);
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
            assertThat(like("%a".repeat(100) + "%b", text)).isFalse();
            assertThat(like("\\E(a+)+$", text)).isFalse();
        });
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.of("a", "b", "%", "_", "\\%", "\\_", "\\", "😀", ".*", "\\E")
                .list()
                .ofMaxSize(8)
                .map(parts -> String.join("", parts))
                // before the closing quote it would make that a part of the text
                .filter(pattern -> !pattern.endsWith("\\"));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "b", "%", "_", "\\", "😀", "\u2028", "E")
                .list()
                .ofMaxSize(10)
                .map(parts -> String.join("", parts));
    }

    private static boolean like(String pattern, String text) {
        JsonNode filters = Json.STRICT
                .createArrayNode()
                .add(Json.STRICT.createObjectNode().put("sql", "subject LIKE '" + pattern + "'"));
        List<FieldError> faults = new ArrayList<>();
        Filter filter = FilterReader.read(filters, "filters", faults);
        assertThat(faults).isEmpty();
        return filter.matches(
                new EventView(new Event(Map.of("subject", text), null, new byte[0]), failure -> assertThat(failure)
                        .isNull()));
    }

    private static boolean naive(String pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        if (pattern.startsWith("%")) {
            return naive(pattern.substring(1), text) || (!text.isEmpty() && naive(pattern, rest(text)));
        }
        if (text.isEmpty()) {
            return false;
        }
        if (pattern.startsWith("_")) {
            return naive(pattern.substring(1), rest(text));
        }
        String literal = pattern.startsWith("\\%") || pattern.startsWith("\\_") ? pattern.substring(1) : pattern;
        return literal.codePointAt(0) == text.codePointAt(0) && naive(rest(literal), rest(text));
    }

    private static String rest(String text) {
        return text.substring(text.offsetByCodePoints(0, 1));
    }
}
