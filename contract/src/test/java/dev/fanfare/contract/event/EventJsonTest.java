package dev.fanfare.contract.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.problem.Problem.FieldError;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventJsonTest {
    @Test
    void anEnvelopeHasTheAttributesThatWereSentAndNoOthers() throws InvalidEvent {
        Event event = envelope(
                "{\"type\":\"t\",\"id\":\"1\",\"source\":\"/s\",\"subject\":\"x\",\"time\":\"now\",\"partitionkey\":\"k\",\"data\":1}");
        assertThat(event.attributes()).containsOnlyKeys("type", "id", "source", "subject", "time", "partitionkey");
        assertThat(event.contentType()).isEqualTo("application/json");
    }

    @Test
    void aTextAsDataOfAnEnvelopeStaysJson() throws InvalidEvent {
        assertThat(new String(envelope("{\"type\":\"t\",\"data\":\"text\"}").data(), UTF_8))
                .isEqualTo("\"text\"");
    }

    @Test
    void aByteOrderMarkIsSteppedOver() throws InvalidEvent {
        assertThat(new String(envelope("\uFEFF{\"type\":\"t\",\"data\": [1] }").data(), UTF_8))
                .isEqualTo("[1]");
    }

    @Test
    void nullMeansAbsentForAttributesAndIsAValueForData() throws InvalidEvent {
        Event event = envelope("{\"type\":\"t\",\"id\":null,\"data\":null}");
        assertThat(event.attributes()).containsOnlyKeys("type");
        assertThat(new String(event.data(), UTF_8)).isEqualTo("null");
    }

    @Test
    void malformedJsonIsPointedAt() {
        assertThatThrownBy(() -> envelope("{\"type\":\"t\",\n \"data\": [1,}"))
                .isInstanceOf(InvalidEvent.class)
                .extracting(e -> ((InvalidEvent) e).errors(), InstanceOfAssertFactories.list(FieldError.class))
                .singleElement()
                .satisfies(error -> {
                    assertThat(error.field()).isEqualTo("body");
                    assertThat(error.detail()).contains("line 2, column 13");
                });
    }

    @Test
    void whatIsNotUtf8IsPointedAt() {
        byte[] json = "{\"type\":\"t\",\"data\":\"?\"}".getBytes(UTF_8);
        json[20] = (byte) 0xE9;
        assertThatThrownBy(() -> EventJson.readEnvelope(json)).hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> EventJson.readStructured(json)).hasMessageContaining("at byte 20");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "APPLICATION/JSON; charset=utf-8", "text/json", "application/a+json"})
    void theseAreJson(String contentType) {
        assertThat(EventJson.isJson(contentType)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/jsonx", "application/json-seq", "json", "", "text/x; a=/json"})
    void theseAreNot(String contentType) {
        assertThat(EventJson.isJson(contentType)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`{\"type\":\"t\",\"data\":1,\"prio\":1}`, prio, application/cloudevents+json",
                "`{\"type\":{},\"data\":1}`, type, must be a string",
                "`{\"type\":\"t\"}`, data, is required",
                "`{\"type\":\"t\",\"data\":1} {}`, body, after the end",
                "`[1]`, body, one JSON object",
            })
    void anErrorNamesTheMemberAndTheWayOut(String json, String field, String words) {
        assertThatThrownBy(() -> envelope(json)).isInstanceOfSatisfying(InvalidEvent.class, e -> {
            assertThat(e.errors().get(0).field()).isEqualTo(field);
            assertThat(e.errors().get(0).detail()).contains(words);
        });
    }

    @Test
    void aMemberThatIsNullIsAsIfItWereAbsentButForTheData() throws InvalidEvent {
        Event event = EventJson.readStructured(("{\"specversion\":\"1.0\",\"type\":\"t\",\"subject\":null,"
                        + "\"datacontenttype\":null,\"ext\":null,\"data_base64\":null,\"data\":null}")
                .getBytes(UTF_8));
        assertThat(event.attributes()).containsOnlyKeys("type");
        assertThat(event.data()).asString(UTF_8).isEqualTo("null");
        assertThat(event.contentType()).isEqualTo("application/json");
    }

    @Test
    void wholeNumbersOfExtensionsGoAsFarAsCloudEventsSays() throws InvalidEvent {
        Event event = EventJson.readStructured(
                "{\"specversion\":\"1.0\",\"type\":\"t\",\"a\":2147483647,\"b\":-2147483648}".getBytes(UTF_8));
        assertThat(event.attributes()).containsEntry("a", "2147483647").containsEntry("b", "-2147483648");
        for (String beyond : List.of("2147483648", "-2147483649", "9".repeat(900))) {
            assertThatThrownBy(() -> EventJson.readStructured(
                            ("{\"specversion\":\"1.0\",\"type\":\"t\",\"a\":" + beyond + "}").getBytes(UTF_8)))
                    .hasMessageContaining("a: is beyond the whole numbers of CloudEvents");
        }
    }

    private static Event envelope(String json) throws InvalidEvent {
        return EventJson.readEnvelope(json.getBytes(UTF_8));
    }
}
