package dev.fanfare.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.ApiDescription;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.event.EventRules;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code /openapi.json} says of events is what the code does. */
class IngestDescriptionTest {
    private static final JsonNode DESCRIPTION = ApiDescription.read();
    private static final JsonNode OPERATION =
            DESCRIPTION.path("paths").path("/v1/tenants/{tenant}/events").path("post");

    /** What any route may answer, whichever it is. */
    private static final List<Integer> OF_HTTP = List.of(405, 414, 431);

    /** Whether the description tells of a status, for the tests that meet it. */
    static boolean tellsOf(int status) {
        return OF_HTTP.contains(status) || OPERATION.path("responses").has(Integer.toString(status));
    }

    @Test
    void itsContentTypesAreThoseThatAreTaken() {
        List<String> told = OPERATION.path("requestBody").path("content").properties().stream()
                .map(Map.Entry::getKey)
                .toList();
        assertThat(told)
                .containsExactlyInAnyOrder(
                        "application/json", EventJson.STRUCTURED_MEDIA_TYPE, EventJson.BATCH_MEDIA_TYPE);
        assertThat(told.stream()
                        .map(type -> RequestFormat.of(
                                MultiMap.caseInsensitiveMultiMap().add("content-type", type))))
                .containsExactlyInAnyOrder(RequestFormat.ENVELOPE, RequestFormat.STRUCTURED, RequestFormat.BATCH);
    }

    @Test
    void itsExamplesAreEvents() throws Exception {
        JsonNode content = OPERATION.path("requestBody").path("content");
        assertTaken(RequestFormat.ENVELOPE, content.at("/application~1json/examples/one/value"));
        assertTaken(RequestFormat.ENVELOPE, content.at("/application~1json/examples/several/value"));
        assertTaken(RequestFormat.STRUCTURED, content.at("/application~1cloudevents+json/example"));
        assertTaken(RequestFormat.BATCH, content.at("/application~1cloudevents-batch+json/example"));
    }

    @Test
    void itsEventHasTheMembersThatAnEnvelopeMayHaveAndRequiresThoseThatItMust() {
        JsonNode event = DESCRIPTION.at("/components/schemas/Event");
        assertThat(event.path("properties").properties().stream().map(Map.Entry::getKey))
                .containsExactlyInAnyOrder("type", "data", "id", "source", "subject", "time", "partitionkey");
        assertThat(event.path("additionalProperties").asBoolean(true)).isFalse();
        String full =
                "{\"type\":\"t\",\"data\":1,\"id\":\"1\",\"source\":\"/s\",\"subject\":\"x\",\"partitionkey\":\"k\","
                        + "\"time\":\"2026-11-21T12:00:00Z\"}";
        assertThatCode(() -> EventRules.check(
                        EventJson.readEnvelope(full.getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                .doesNotThrowAnyException();
    }

    @Test
    void itsContentCodingsAreThoseThatAreTaken() {
        JsonNode coding = Stream.of(OPERATION.path("parameters"))
                .flatMap(parameters -> parameters.valueStream())
                .filter(parameter -> parameter.path("name").asText().equals("Content-Encoding"))
                .findFirst()
                .orElseThrow();
        assertThat(coding.path("schema").path("enum").valueStream().map(JsonNode::asText))
                .containsExactlyInAnyOrderElementsOf(Stream.of(ContentCoding.values())
                        .map(one -> one.name().toLowerCase(java.util.Locale.ROOT))
                        .toList());
    }

    private static void assertTaken(RequestFormat format, JsonNode example) throws Exception {
        assertThat(example.isMissingNode()).isFalse();
        byte[] body = Json.STRICT.writeValueAsBytes(example);
        List<Event> events =
                switch (format) {
                    case ENVELOPE ->
                        EventJson.isArray(body)
                                ? EventJson.readEnvelopes(body, 10, event -> event)
                                : List.of(EventJson.readEnvelope(body));
                    case STRUCTURED -> List.of(EventJson.readStructured(body));
                    case BATCH -> EventJson.readStructuredBatch(body, 10, event -> event);
                    case BINARY -> throw new AssertionError("has no JSON");
                };
        assertThat(events).isNotEmpty().allSatisfy(event -> assertThat(event.type())
                .isNotEmpty());
    }
}
