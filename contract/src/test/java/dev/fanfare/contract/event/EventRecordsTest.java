package dev.fanfare.contract.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.InvalidRecord;
import dev.fanfare.contract.UndecodableRecord;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.cloudevents.kafka.CloudEventSerializer;
import java.net.URI;
import java.time.OffsetDateTime;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class EventRecordsTest {
    private static final byte[] DATA = "{\"total\": 1.50,\n\"who\":\"é\"}".getBytes(UTF_8);

    private final Headers headers = new RecordHeaders();

    @Test
    void whatIsWrittenIsRead() throws UndecodableRecord {
        Event event = new Event(
                Map.of("id", "1 ü", "type", "t", "source", "/s", "tenant", "acme", "ext", "€ 😀"),
                "application/json",
                DATA);
        EventRecords.writeHeaders(event, headers);
        Event read = EventRecords.read(headers, event.data(), "nobody");
        assertThat(read.attributes()).isEqualTo(event.attributes());
        assertThat(read.contentType()).isEqualTo("application/json");
        assertThat(read.data()).isSameAs(event.data());
    }

    @Test
    void theSdkReadsWhatWeWrite() {
        Event event = new Event(
                Map.of(
                        "id", "1 ü",
                        "type", "t",
                        "source", "/s",
                        "time", "2026-11-21T12:00:00.123Z",
                        "tenant", "acme"),
                "application/json",
                DATA);
        EventRecords.writeHeaders(event, headers);
        CloudEvent theirs = new CloudEventDeserializer().deserialize("topic", headers, event.data());
        assertThat(theirs.getId()).isEqualTo("1 ü");
        assertThat(theirs.getTime()).isEqualTo(OffsetDateTime.parse("2026-11-21T12:00:00.123Z"));
        assertThat(theirs.getExtension("tenant")).isEqualTo("acme");
        assertThat(theirs.getDataContentType()).isEqualTo("application/json");
        assertThat(theirs.getData().toBytes()).isEqualTo(DATA);
    }

    @Test
    void whatTheSdkWritesInBinaryModeIsRead() throws UndecodableRecord {
        Event event = EventRecords.read(headers, serialized(Map.of()), "default");
        assertIsTheSdksEvent(event);
        assertThat(event.data()).isEqualTo(DATA);
    }

    @Test
    void whatTheSdkWritesInStructuredModeIsRead() throws UndecodableRecord {
        byte[] value = serialized(Map.of(
                CloudEventSerializer.ENCODING_CONFIG,
                "STRUCTURED",
                CloudEventSerializer.EVENT_FORMAT_CONFIG,
                JsonFormat.CONTENT_TYPE));
        Event event = EventRecords.read(headers, value, "default");
        assertIsTheSdksEvent(event);
        // the SDK writes the JSON anew; what it wrote is what we keep
        assertThat(new String(value, UTF_8)).contains(new String(event.data(), UTF_8));
    }

    @Test
    void theTenantThatIsNamedGoesBeforeTheDefault() throws UndecodableRecord {
        headers.add("ce_tenant", "acme".getBytes(UTF_8));
        assertThat(EventRecords.read(headers, serialized(Map.of()), "default").tenant())
                .isEqualTo("acme");
    }

    @Test
    void aRecordWithoutAValueIsAnEventWithoutData() throws UndecodableRecord {
        serialized(Map.of());
        assertThat(EventRecords.read(headers, null, "default").data()).isEmpty();
    }

    @Test
    void ofAHeaderThatStandsTwiceTheLastCounts() throws UndecodableRecord {
        byte[] value = serialized(Map.of());
        headers.add("ce_id", "last".getBytes(UTF_8));
        assertThat(EventRecords.read(headers, value, "default").id()).isEqualTo("last");
    }

    @Test
    void whatIsNoCloudEventIsUndecodableInWords() {
        assertThatThrownBy(() -> EventRecords.read(headers, DATA, "default"))
                .isInstanceOf(UndecodableRecord.class)
                .hasMessageContaining("ce_specversion");
        headers.add("ce_specversion", "0.3".getBytes(UTF_8));
        assertThatThrownBy(() -> EventRecords.read(headers, DATA, "default")).hasMessageContaining("'0.3'");
        headers.remove("ce_specversion").add("ce_specversion", "1.0".getBytes(UTF_8));
        assertThatThrownBy(() -> EventRecords.read(headers, DATA, "default"))
                .isInstanceOf(UndecodableRecord.class)
                .hasMessageContaining("id")
                .hasMessageContaining("type");
    }

    @Test
    void aStructuredEventThatIsBrokenIsUndecodableInWords() {
        headers.add("content-type", "application/cloudevents+json; charset=UTF-8".getBytes(UTF_8));
        assertThatThrownBy(() -> EventRecords.read(headers, "{".getBytes(UTF_8), "default"))
                .isInstanceOf(UndecodableRecord.class)
                .hasMessageContaining("not valid JSON");
        assertThatThrownBy(() -> EventRecords.read(headers, null, "default")).isInstanceOf(UndecodableRecord.class);
        assertThatThrownBy(() -> EventRecords.read(headers, new byte[] {'{', 0, '}', 0}, "default"))
                .isInstanceOf(UndecodableRecord.class);
    }

    @Test
    void whatCanBeReadButBreaksARuleIsInvalid() {
        byte[] value = serialized(Map.of());
        headers.remove("ce_type").add("ce_type", "no type".getBytes(UTF_8));
        assertThatThrownBy(() -> EventRecords.read(headers, value, "default"))
                .isInstanceOf(InvalidRecord.class)
                .hasMessageStartingWith("type: ");
        assertThatThrownBy(() -> EventRecords.read(new RecordHeaders(), value, "default"))
                .isNotInstanceOf(InvalidRecord.class)
                .isInstanceOf(UndecodableRecord.class);
    }

    @Test
    void aHeaderWithoutAValueOrWithBytesThatAreNoTextIsNoCrash() {
        headers.add("ce_specversion", "1.0".getBytes(UTF_8));
        headers.add("ce_id", null);
        headers.add("ce_type", new byte[] {(byte) 0xFF, 0});
        headers.add("content-type", null);
        headers.add("ce_", "x".getBytes(UTF_8));
        assertThatThrownBy(() -> EventRecords.read(headers, DATA, "default")).isInstanceOf(UndecodableRecord.class);
    }

    private byte[] serialized(Map<String, ?> config) {
        CloudEvent event = CloudEventBuilder.v1()
                .withId("sdk-1")
                .withType("order.created")
                .withSource(URI.create("https://shop.example/eu"))
                .withSubject("o/1 ü")
                .withTime(OffsetDateTime.parse("2026-11-21T12:00:00Z"))
                .withExtension("partitionkey", "customer 7")
                .withExtension("priority", 7)
                .withData("application/json", DATA)
                .build();
        try (CloudEventSerializer serializer = new CloudEventSerializer()) {
            serializer.configure(config, false);
            return serializer.serialize("topic", headers, event);
        }
    }

    private static void assertIsTheSdksEvent(Event event) {
        assertThat(event.attributes())
                .containsEntry("id", "sdk-1")
                .containsEntry("type", "order.created")
                .containsEntry("source", "https://shop.example/eu")
                .containsEntry("subject", "o/1 ü")
                .containsEntry("partitionkey", "customer 7")
                .containsEntry("priority", "7")
                .containsEntry("tenant", "default")
                .containsKey("time");
        assertThat(event.contentType()).isEqualTo("application/json");
        assertThat(event.recordKey()).isEqualTo("customer 7");
    }
}
