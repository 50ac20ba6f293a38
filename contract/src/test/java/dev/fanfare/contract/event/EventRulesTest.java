package dev.fanfare.contract.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.problem.Problem.FieldError;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventRulesTest {
    @Test
    void anEventWithTheThreeThatAreRequiredIsRight() {
        assertThatCode(() -> EventRules.check(good())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "type", "source"})
    void eachOfTheThreeIsRequired(String name) {
        Map<String, String> attributes = new LinkedHashMap<>(good().attributes());
        attributes.remove(name);
        assertThatThrownBy(() -> EventRules.check(new Event(attributes, null, new byte[0])))
                .hasMessageContaining(name + ": is required");
        assertRefused(good().with(name, " "), name);
    }

    @ParameterizedTest
    @CsvSource({
        "source, http://[x",
        "source, a b",
        "time, 2026-11-21",
        "time, 2026-13-21T12:00:00Z",
        "tenant, Acme",
        "tenant, a/b",
        "subject, ''",
        "partitionkey, ''",
        "dataschema, relative/schema",
        "dataschema, ''",
        "Ext, v",
        "my-ext, v",
        "data, v",
        "ext, 'a\tb'",
        "ext, '\u0085'",
        "ext, '\uFFFE'",
    })
    void anAttributeThatBreaksItsRuleIsNamed(String name, String value) {
        assertRefused(good().with(name, value), name);
    }

    @Test
    void halfACharacterIsRefusedAndAWholeOneTaken() {
        assertRefused(good().with("ext", "\uD83D"), "ext");
        assertRefused(good().with("ext", "\uDE00"), "ext");
        assertRefused(good().with("ext", "\uDE00\uD83D"), "ext");
        assertThatCode(() -> EventRules.check(good().with("ext", "\uD83D\uDE00")))
                .doesNotThrowAnyException();
    }

    @Test
    void theLimitsHoldAndOneLessIsTaken() throws InvalidEvent {
        EventRules.check(good().with("ext", "x".repeat(1_024)));
        assertRefused(good().with("ext", "x".repeat(1_025)), "ext");
        EventRules.check(good().with("x".repeat(64), "v"));
        assertRefused(good().with("x".repeat(65), "v"), "x".repeat(65));
        Event many = good();
        for (int i = 0; i < 61; i++) {
            many = many.with("x" + i, "v");
        }
        EventRules.check(many);
        assertRefused(many.with("last", "v"), "attributes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"order.created", "a", "A.B_c-d", "com.github.push", "urn:x:y", "a/b.v1"})
    void theseAreEventTypes(String type) {
        assertThat(EventRules.isEventType(type)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "a.*", "*", "a b", "ä", "a,b", "a\n"})
    void theseAreNot(String type) {
        assertThat(EventRules.isEventType(type)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "/", "a/", "/b", "a/b\r\nx: y", "a/ü", "a/b\u0000"})
    void aContentTypeThatCouldNotBeAHeaderIsRefused(String contentType) {
        assertRefused(new Event(good().attributes(), contentType, new byte[0]), "datacontenttype");
    }

    @Test
    void allFaultsAreNamedAtOnce() {
        Event event = good().with("id", "").with("time", "x").with("Ext", "v");
        assertThatThrownBy(() -> EventRules.check(event))
                .isInstanceOfSatisfying(InvalidEvent.class, e -> assertThat(e.errors())
                        .extracting(FieldError::field)
                        .containsExactlyInAnyOrder("id", "time", "Ext"));
    }

    private static void assertRefused(Event event, String field) {
        assertThatThrownBy(() -> EventRules.check(event))
                .isInstanceOfSatisfying(InvalidEvent.class, e -> assertThat(e.errors())
                        .extracting(FieldError::field)
                        .contains(field));
    }

    private static Event good() {
        return new Event(Map.of("id", "1", "type", "t", "source", "/s"), "text/plain", new byte[0]);
    }
}
