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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-21T12:00:00Z",
                "2026-11-21t12:00:00z",
                "2026-11-21T12:00:00.1Z",
                "2026-11-21T12:00:00.123456789012Z",
                "2026-11-21T12:00:00+00:00",
                "2026-11-21T12:00:00-00:00",
                "2026-11-21T12:00:00.5+23:59",
                "2024-02-29T00:00:00-12:00",
                "0000-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999Z",
                "2016-12-31T23:59:60Z",
                "2016-12-31T23:59:60.5z",
                "2017-01-01T05:29:60+05:30",
                "2016-12-31T15:59:60-08:00"
            })
    void everyTimestampOfRfc3339IsTaken(String time) {
        assertThatCode(() -> EventRules.check(good().with("time", time))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-11-21T12:00Z",
                "2026-11-21T12:00:00",
                "2026-11-21 12:00:00Z",
                "2026-11-21T12:00:00.Z",
                "2026-11-21T12:00:00,5Z",
                "2026-11-21T12:00:00ZZ",
                "2026-11-21T12:00:00Z ",
                "2026-11-21T12:00:00+01",
                "2026-11-21T12:00:00+0100",
                "2026-11-21T12:00:00+24:00",
                "2026-11-21T12:00:00+01:60",
                "2026-11-21T12:00:00+01:00:00",
                "2026-11-21T12:00:00 01:00",
                "2026-11-21T24:00:00Z",
                "2026-11-21T12:60:00Z",
                "2026-11-21T12:00:61Z",
                "2026-11-21T12:00:60Z",
                "2016-12-31T23:59:60+01:00",
                "2026-02-29T12:00:00Z",
                "2026-00-21T12:00:00Z",
                "2026-11-31T12:00:00Z",
                "12026-11-21T12:00:00Z",
                "+2026-11-21T12:00:00Z",
                "-026-11-21T12:00:00Z",
                "2026-W47-6T12:00:00Z",
                "20261121T120000Z",
                "\u0662026-11-21T12:00:00Z",
                "2026-11-21T12:00:00[UTC]",
                "1795262400"
            })
    void whatOnlyLooksLikeOneIsNot(String time) {
        assertRefused(good().with("time", time), "time");
    }

    /** Readers of the record would take the data for the event: its tenant, too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents+json",
                "Application/CloudEvents+JSON; charset=utf-8",
                " application/cloudevents+json",
                "application/cloudevents-batch+json",
                "application/cloudevents"
            })
    void dataThatSaysItIsTheEventIsRefused(String contentType) {
        assertRefused(new Event(good().attributes(), contentType, new byte[0]), "datacontenttype");
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
