package dev.fanfare.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** What {@code docs/reference/asyncapi.yaml} tells producers is what the pipeline reads. */
class AsyncApiTest {
    private static final JsonNode DESCRIPTION = read();

    @Test
    void itsTopicsAreOurs() {
        assertThat(DESCRIPTION.path("channels").valueStream().map(channel -> channel.path("address")
                        .asText()))
                .containsExactlyInAnyOrder(Topics.EVENTS, Topics.ATTEMPTS);
    }

    @Test
    void itsHeadersAreThoseThatAreWritten() {
        Headers written = new RecordHeaders();
        EventRecords.writeHeaders(
                new Event(
                        Map.of(
                                Event.ID, "1",
                                Event.TYPE, "t",
                                Event.SOURCE, "/s",
                                Event.SUBJECT, "x",
                                Event.TIME, "2026-11-21T12:00:00Z",
                                Event.DATA_SCHEMA, "https://x.example/s",
                                Event.PARTITION_KEY, "k",
                                Event.TENANT, "default"),
                        "application/json",
                        new byte[0]),
                written);
        new TraceContext("a", "b").writeHeaders(written);
        dev.fanfare.contract.RecordHeaders.put(written, EventRecords.DEDUPLICATE, EventRecords.DEDUPLICATE_NO);
        assertThat(DESCRIPTION.at("/components/messages/binaryEvent/headers/properties").properties().stream()
                        .map(Map.Entry::getKey))
                .containsExactlyInAnyOrderElementsOf(List.of(written.toArray()).stream()
                        .map(header -> header.key())
                        .toList());
    }

    @ParameterizedTest
    @MethodSource
    void itsExamplesAreEventsToTheRouter(JsonNode example) throws Exception {
        Headers headers = new RecordHeaders();
        example.path("headers")
                .properties()
                .forEach(header ->
                        headers.add(header.getKey(), header.getValue().asText().getBytes(UTF_8)));
        Event event =
                EventRecords.read(headers, example.path("payload").asText().getBytes(UTF_8), "default");
        assertThat(event.id()).startsWith("order-17");
        assertThat(event.tenant()).isEqualTo("default");
        assertThat(event.data()).isNotEmpty();
    }

    static List<JsonNode> itsExamplesAreEventsToTheRouter() {
        List<JsonNode> examples = List.of("binaryEvent", "structuredEvent").stream()
                .flatMap(message -> DESCRIPTION
                        .at("/components/messages/" + message + "/examples")
                        .valueStream())
                .toList();
        assertThat(examples).hasSize(3);
        return examples;
    }

    @Test
    void everyReferenceInItLeadsSomewhere() {
        assertThat(DESCRIPTION.findValuesAsText("$ref")).isNotEmpty().allSatisfy(reference -> assertThat(
                        DESCRIPTION.at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());
    }

    private static JsonNode read() {
        try {
            Map<String, Object> yaml = new Yaml().load(Files.readString(Path.of("../docs/reference/asyncapi.yaml")));
            return Json.STRICT.valueToTree(yaml);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
