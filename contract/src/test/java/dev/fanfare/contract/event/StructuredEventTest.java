package dev.fanfare.contract.event;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.format.EventFormat;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The CloudEvents SDK reads what we write, and finds what was in the record. */
class StructuredEventTest {
    private final EventFormat sdk = new JsonFormat();

    @Test
    void theSdkFindsEveryAttributeAndTheDataOfAJsonEvent() throws IOException {
        String data = "{\"total\": 1.50, \"a\": [null, true], \"text\": \"é \\u00e9 \\\" 😀\"}\n";
        byte[] written = StructuredEvent.write(
                headers(
                        "application/json",
                        "id",
                        "e\"1\\",
                        "source",
                        "/orders",
                        "type",
                        "order.created",
                        "subject",
                        "Größe 42% \u0007 \"x\" 😀",
                        "time",
                        "2026-11-21T12:00:00.5Z",
                        "dataschema",
                        "https://example.com/s",
                        "partitionkey",
                        "k",
                        "tenant",
                        "acme"),
                data.getBytes(UTF_8));

        CloudEvent read = sdk.deserialize(written);
        assertThat(read.getSpecVersion().toString()).isEqualTo("1.0");
        assertThat(read.getId()).isEqualTo("e\"1\\");
        assertThat(read.getSource()).hasToString("/orders");
        assertThat(read.getType()).isEqualTo("order.created");
        assertThat(read.getSubject()).isEqualTo("Größe 42% \u0007 \"x\" 😀");
        assertThat(read.getTime()).hasToString("2026-11-21T12:00:00.500Z");
        assertThat(read.getDataSchema()).hasToString("https://example.com/s");
        assertThat(read.getDataContentType()).isEqualTo("application/json");
        assertThat(read.getExtension("partitionkey")).isEqualTo("k");
        assertThat(read.getExtension("tenant")).isEqualTo("acme");
        assertThat(read.getExtensionNames()).containsExactlyInAnyOrder("partitionkey", "tenant");
        assertThat(json(read)).isEqualTo(Json.STRICT.readTree(data));
        assertThat(new String(written, UTF_8)).as("the bytes themselves").contains(data);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "[]", "0", "-1.5e+3", "true", "null", "\"text\"", " \t\r\n{\"a\":1} ", "{\"a\":1,\"a\":2}"
            })
    void everyJsonTextStandsAsItIs(String data) throws IOException {
        for (String type :
                new String[] {"application/json", "text/json; charset=utf-8", "application/order+json", null}) {
            byte[] written = StructuredEvent.write(headers(type), data.getBytes(UTF_8));

            assertThat(new String(written, UTF_8)).endsWith(",\"data\":" + data + "}");
            assertThat(json(sdk.deserialize(written))).isEqualTo(Json.TOPIC.readTree(data));
        }
    }

    /** The SDK (4.0.1) takes only lower-case letters before {@code +json}; the format's rule is wider. */
    @Test
    void everyMediaTypeThatTheFormatCallsJsonIsJson() {
        for (String type : List.of("application/vnd.acme.order.v2+json", "model/gltf+json", "Application/JSON")) {
            byte[] written = StructuredEvent.write(headers(type), "{\"a\": 1}".getBytes(UTF_8));

            assertThat(new String(written, UTF_8)).endsWith(",\"data\":{\"a\": 1}}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1",
                "{} {}",
                "{}}",
                "{a:1}",
                "{'a':1}",
                "[1,]",
                "01",
                "+1",
                "NaN",
                "tru",
                "  ",
                "\"a\nb\"",
                "\"\\x\"",
                "// no\n{}",
                "\uFEFF{}",
                "{},\"id\":\"forged\"",
                "1}"
            })
    void whatOnlyClaimsToBeJsonIsBase64AndBreaksNothing(String data) {
        byte[] written = StructuredEvent.write(headers("application/json"), data.getBytes(UTF_8));

        CloudEvent read = sdk.deserialize(written);
        assertThat(read.getId()).isEqualTo("e1");
        assertThat(read.getData().toBytes()).isEqualTo(data.getBytes(UTF_8));
        assertThat(new String(written, UTF_8)).contains("\"data_base64\":");
    }

    @Test
    void jsonInAnotherEncodingThanUtf8IsBase64() {
        for (byte[] data : List.of(
                "\"é\"".getBytes(ISO_8859_1), "{}".getBytes(UTF_16BE), new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'
                })) {
            CloudEvent read = sdk.deserialize(StructuredEvent.write(headers("application/json"), data));
            assertThat(read.getData().toBytes()).isEqualTo(data);
        }
    }

    @Test
    void dataOfOtherKindsIsBase64() {
        byte[] data = new byte[1_000];
        new Random(7).nextBytes(data);
        for (String type : List.of("text/plain", "application/xml", "application/octet-stream", "application/jsonp")) {
            CloudEvent read = sdk.deserialize(StructuredEvent.write(headers(type), data));
            assertThat(read.getDataContentType()).isEqualTo(type);
            assertThat(read.getData().toBytes()).isEqualTo(data);
        }
    }

    @Test
    void anEventWithoutDataHasNoDataMember() {
        for (byte[] none : new byte[][] {null, {}}) {
            byte[] written = StructuredEvent.write(headers("application/json"), none);
            assertThat(sdk.deserialize(written).getData()).isNull();
            assertThat(new String(written, UTF_8)).doesNotContain("\"data\"", "\"data_base64\"");
        }
    }

    @Test
    void headersThatAreNoAttributesStayOutAndNoneIsThereTwice() throws IOException {
        Headers headers =
                headers("application/json", "data", "x", "data_base64", "x", "datacontenttype", "text/x", "Up", "x");
        headers.add("fanfare-delivery-id", "x".getBytes(UTF_8));
        headers.add("ce_subject", "old".getBytes(UTF_8));
        headers.add("ce_subject", "new".getBytes(UTF_8));
        headers.add("ce_subject", null);
        headers.add("ce_nothing", null);
        headers.add("ce_", "x".getBytes(UTF_8));

        JsonNode written = Json.STRICT.readTree(StructuredEvent.write(headers, null));

        assertThat(written.properties().stream().map(Map.Entry::getKey))
                .containsExactly("specversion", "id", "source", "type", "datacontenttype");
        assertThat(written.path("datacontenttype").asText()).isEqualTo("application/json");
    }

    @Test
    void weReadBackWhatWeWrote() throws Exception {
        byte[] data = "{\"a\": 1}".getBytes(UTF_8);
        Event read = EventJson.readStructured(StructuredEvent.write(headers("application/json", "tenant", "t"), data));
        assertThat(read.data()).isEqualTo(data);
        assertThat(read.attributes()).containsEntry("tenant", "t");
    }

    private static JsonNode json(CloudEvent event) {
        return ((JsonCloudEventData) event.getData()).getNode();
    }

    private static Headers headers(String contentType, String... attributes) {
        Headers headers = new RecordHeaders();
        headers.add("ce_specversion", "1.0".getBytes(UTF_8));
        for (String[] needed : new String[][] {{"id", "e1"}, {"source", "/s"}, {"type", "t"}}) {
            if (!List.of(attributes).contains(needed[0])) {
                headers.add("ce_" + needed[0], needed[1].getBytes(UTF_8));
            }
        }
        for (int i = 0; i < attributes.length; i += 2) {
            headers.add("ce_" + attributes[i], attributes[i + 1].getBytes(UTF_8));
        }
        if (contentType != null) {
            headers.add("content-type", contentType.getBytes(UTF_8));
        }
        return headers;
    }
}
