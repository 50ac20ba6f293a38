package dev.fanfare.contract.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The CloudEvents SDK and we read the same structured events alike. */
class EventJsonAndSdkTest {
    private static final String START = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"";
    private final JsonFormat sdk = new JsonFormat();

    @ParameterizedTest
    @ValueSource(
            strings = {
                START + "}",
                START + ",\"data\":{\"a\":[1,2,{\"b\":null}]}}",
                START + ",\"data\":\"text\"}",
                START + ",\"data\":1.50}",
                START + ",\"data\":true}",
                START + ",\"data\":[]}",
                START + ",\"datacontenttype\":\"application/json\",\"data\":\"text\"}",
                START + ",\"datacontenttype\":\"text/json\",\"data\":{\"x\":\"\\u00e9\"}}",
                START + ",\"datacontenttype\":\"text/plain\",\"data\":\"h\\u00e9llo\\n\\\"you\\\" 😀\"}",
                START + ",\"datacontenttype\":\"application/xml\",\"data\":\"<a b='c'/>\"}",
                START + ",\"datacontenttype\":\"application/octet-stream\",\"data_base64\":\"AP+AfyI=\"}",
                START + ",\"data_base64\":\"\"}",
                START + ",\"datacontenttype\":\"image/png\"}",
                START
                        + ",\"subject\":\"o/1\",\"time\":\"2026-11-21T12:00:00.5+02:00\",\"dataschema\":\"https://x.example/s\"}",
                START + ",\"ext\":\"v\",\"number\":-7,\"yes\":true,\"no\":false,\"partitionkey\":\"k\"}",
                START + ",\"subject\":null,\"data\":1}",
                "{\"data\":{\"type\":\"other\"},\"type\":\"t\",\"id\":\"\\u0031\",\"source\":\"urn:a:b\",\"specversion\":\"1.0\"}",
            })
    void whatTheSdkTakesWeTakeAndUnderstandAlike(String json) throws Exception {
        CloudEvent theirs = sdk.deserialize(json.getBytes(UTF_8));
        Event ours = EventJson.readStructured(json.getBytes(UTF_8));
        EventRules.check(ours);

        assertThat(ours.id()).isEqualTo(theirs.getId());
        assertThat(ours.type()).isEqualTo(theirs.getType());
        assertThat(ours.source()).isEqualTo(theirs.getSource().toString());
        assertThat(ours.attributes().get("subject")).isEqualTo(theirs.getSubject());
        assertThat(ours.attributes().get("dataschema")).isEqualTo(Objects.toString(theirs.getDataSchema(), null));
        String time = ours.attributes().get("time");
        assertThat(time == null ? null : OffsetDateTime.parse(time)).isEqualTo(theirs.getTime());
        assertThat(theirs.getExtensionNames()).allSatisfy(name -> assertThat(ours.attributes())
                .containsEntry(name, String.valueOf(theirs.getExtension(name))));
        long core = ours.attributes().keySet().stream()
                .filter(name -> theirs.getAttributeNames().contains(name))
                .count();
        assertThat(ours.attributes())
                .hasSize((int) core + theirs.getExtensionNames().size());
        if (theirs.getDataContentType() != null) {
            assertThat(ours.contentType()).isEqualTo(theirs.getDataContentType());
        }
        assertSameData(ours, theirs);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "",
                "{\"specversion\":\"9.9\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\"}",
                START + ",\"time\":\"soon\"}",
                START + ",\"subject\":7}",
                START + ",\"datacontenttype\":{}}",
                START + ",\"data_base64\":\"*\"}",
                START + ",\"data\":1,\"data_base64\":\"AA==\"}",
                START + ",\"Ext\":\"v\"}",
                START + ",\"source\":\"http://[\"}",
            })
    void whatTheSdkRefusesWeRefuse(String json) {
        assertThatThrownBy(() -> sdk.deserialize(json.getBytes(UTF_8))).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> EventRules.check(EventJson.readStructured(json.getBytes(UTF_8))))
                .isInstanceOf(InvalidEvent.class);
    }

    @Test
    void whereTheSdkLeavesTheSpecificationWeKeepToIt() throws InvalidEvent {
        // JSON format, section 2.2: an extension is a string, a number or a boolean; the SDK takes objects and lists
        assertThatThrownBy(() -> EventJson.readStructured((START + ",\"ext\":{}}").getBytes(UTF_8)))
                .hasMessageContaining("ext");
        assertThatThrownBy(() -> EventJson.readStructured((START + ",\"ext\":[1]}").getBytes(UTF_8)))
                .hasMessageContaining("ext");
        // section 2.4: a null attribute is an absent one; the SDK makes it the text "null"
        assertThat(EventJson.readStructured((START + ",\"ext\":null}").getBytes(UTF_8))
                        .attributes())
                .doesNotContainKey("ext");
        // section 3.1: JSON by its subtype, whatever parameters follow; the SDK wants a text there
        Event event = EventJson.readStructured(
                (START + ",\"datacontenttype\":\"application/x+json; charset=utf-8\",\"data\":{\"a\":1}}")
                        .getBytes(UTF_8));
        assertThat(new String(event.data(), UTF_8)).isEqualTo("{\"a\":1}");
    }

    private static void assertSameData(Event ours, CloudEvent theirs) throws IOException {
        if (theirs.getData() == null) {
            assertThat(ours.data()).isEmpty();
        } else if (theirs.getData() instanceof JsonCloudEventData json) {
            JsonNode mine = Json.TOPIC.readTree(ours.data());
            assertThat(mine).isEqualTo(json.getNode());
        } else {
            assertThat(ours.data()).isEqualTo(theirs.getData().toBytes());
        }
    }
}
