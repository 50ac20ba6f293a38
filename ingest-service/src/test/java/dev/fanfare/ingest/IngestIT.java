package dev.fanfare.ingest;

import static dev.fanfare.testkit.TestBroker.SMALL_LAYOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithBroker
class IngestIT {
    private static TestBroker broker;
    private static RunningIngest ingest;

    @BeforeAll
    static void open(@Fresh TestBroker own) {
        broker = own;
        broker.createFanfareTopics();
        ingest = RunningIngest.on(broker);
    }

    @AfterAll
    static void close() {
        if (ingest != null) {
            ingest.close();
        }
    }

    @Test
    void anEventIsOnTheTopicWithEveryAttributeOnceItIsAnswered() throws Exception {
        Instant before = Instant.now().minusMillis(1);
        HttpResponse<String> response = ingest.post(
                "application/json; charset=utf-8",
                "{\"type\":\"order.created\",\"subject\":\"o/1 ü\",\"data\":{\"total\":1.50}}");
        assertThat(response.statusCode()).isEqualTo(202);
        String id = idIn(response);
        assertThat(UUID.fromString(id).version()).isEqualTo(7);

        ConsumerRecord<byte[], byte[]> record = recordOf(id);
        assertThat(new String(record.key(), UTF_8)).isEqualTo(id);
        assertThat(new String(record.value(), UTF_8)).isEqualTo("{\"total\":1.50}");
        assertThat(EventRecords.isDeduplicated(record.headers())).isFalse();
        assertThat(EventRecords.isChecked(record.headers())).isTrue();
        Event event = EventRecords.read(record.headers(), record.value(), "nobody");
        assertThat(event.attributes())
                .containsEntry("type", "order.created")
                .containsEntry("source", "/tenants/default")
                .containsEntry("subject", "o/1 ü")
                .containsEntry("tenant", "default");
        assertThat(event.contentType()).isEqualTo("application/json");
        assertThat(Instant.parse(event.attributes().get("time"))).isBetween(before, Instant.now());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\" :\t1.50 ,\r\n \"b\":1e400, \"c\":-0.0, \"d\":[ ] , \"e\" : {}}",
                "  \"\\u00e9\\ud83d\\ude00 \\/ \\\" é😀\"",
                "12345678901234567890123456789012345678901234567890.00",
                "null",
                "true",
                "-0",
                "[[[[[[{\"x\":[[[1]]]}]]]]]]",
                "{\"data\":{\"data\":\"}\"},\"type\":\"],{\"}",
                "{\"\":\"\",\" \":\" \"}"
            })
    void theBytesOfTheDataAreTheBytesOnTheTopic(String data) throws Exception {
        String id = UUID.randomUUID().toString();
        String body = " { \"id\": \"" + id + "\" , \"data\" : " + data + "\n , \"type\" : \"odd.bytes\" } ";
        assertThat(ingest.post("application/json", body).statusCode()).isEqualTo(202);
        assertThat(new String(recordOf(id).value(), UTF_8)).isEqualTo(data.strip());

        String structuredId = UUID.randomUUID().toString();
        String structured = "{\"specversion\":\"1.0\",\"data\":" + data
                + ",\"type\":\"odd.bytes\",\"source\":\"/s\",\"id\":\"" + structuredId + "\"}";
        assertThat(ingest.post("application/cloudevents+json", structured).statusCode())
                .isEqualTo(202);
        assertThat(new String(recordOf(structuredId).value(), UTF_8)).isEqualTo(data.strip());
    }

    @Test
    void aStructuredEventKeepsItsAttributesAndExtensions() throws Exception {
        HttpResponse<String> response = ingest.send(ingest.request("acme")
                .header("content-type", "application/cloudevents+json")
                .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .header("tracestate", "vendor=opaque")
                .POST(BodyPublishers.ofString("""
                    {"specversion":"1.0","id":"ext-1","source":"https://shop.example/eu","type":"a.b","tenant":"acme",
                     "partitionkey":"customer 7","region":"eu","priority":7,"urgent":true,
                     "datacontenttype":"application/vnd.shop+json","data":{"n":1}}\
                    """)));
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(idIn(response)).isEqualTo("ext-1");
        ConsumerRecord<byte[], byte[]> record = recordOf("ext-1");
        assertThat(EventRecords.isDeduplicated(record.headers())).isTrue();
        assertThat(new String(record.key(), UTF_8)).isEqualTo("customer 7");
        assertThat(EventRecords.read(record.headers(), record.value(), "nobody").attributes())
                .containsEntry("tenant", "acme")
                .containsEntry("source", "https://shop.example/eu")
                .containsEntry("region", "eu")
                .containsEntry("priority", "7")
                .containsEntry("urgent", "true");
        assertThat(RecordHeaders.text(record.headers(), "content-type")).isEqualTo("application/vnd.shop+json");
        assertThat(RecordHeaders.text(record.headers(), "traceparent"))
                .isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assertThat(RecordHeaders.text(record.headers(), "tracestate")).isEqualTo("vendor=opaque");
    }

    @Test
    void aBinaryEventKeepsItsBytesWhateverTheyAre() throws Exception {
        byte[] data = {0, (byte) 0xFF, 0x7B, (byte) 0xC3, 0x28};
        HttpResponse<String> response = ingest.send(ingest.request()
                .header("ce-specversion", "1.0")
                .header("ce-id", "bin-1")
                .header("ce-type", "photo.taken")
                .header("CE-Source", "/camera")
                .header("ce-subject", "Euro%20%E2%82%AC%20%F0%9F%98%80")
                .header("content-type", "image/png")
                .POST(BodyPublishers.ofByteArray(data)));
        assertThat(response.statusCode()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> record = recordOf("bin-1");
        assertThat(record.value()).isEqualTo(data);
        Event event = EventRecords.read(record.headers(), record.value(), "nobody");
        assertThat(event.attributes())
                .containsEntry("subject", "Euro € 😀")
                .containsEntry("source", "/camera")
                .containsEntry("tenant", "default");
        assertThat(event.contentType()).isEqualTo("image/png");
    }

    @Test
    void aBrokenTraceIsLeftOutAndTheEventTaken() throws Exception {
        HttpResponse<String> response = ingest.send(ingest.request()
                .header("content-type", "application/json")
                .header("traceparent", "00-XYZ-01")
                .POST(BodyPublishers.ofString("{\"id\":\"trace-1\",\"type\":\"t\",\"data\":1}")));
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(RecordHeaders.text(recordOf("trace-1").headers(), "traceparent"))
                .isNull();
    }

    @Test
    void whatHasAnIdOrAPartitionKeyOfItsOwnIsWhereAnyKafkaProducerPutsThatKey() {
        String elsewhere = broker.newTopic("keys", SMALL_LAYOUT.eventPartitions());
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            batch.append(i == 0 ? "[" : ",").append("{\"type\":\"a\",\"id\":\"own-" + i + "\",\"data\":1}");
            batch.append(",{\"type\":\"keyed\",\"partitionkey\":\"key-" + i + "\",\"data\":1}");
        }
        assertThat(ingest.post("application/json", batch.append("]").toString()).statusCode())
                .isEqualTo(202);

        assertThat(broker.records(Topics.EVENTS))
                .filteredOn(record -> {
                    String key = new String(record.key(), UTF_8);
                    return key.startsWith("own-") || key.startsWith("key-");
                })
                .hasSize(40)
                .allSatisfy(record -> assertThat(record.partition())
                        .isEqualTo(broker.send(new ProducerRecord<>(elsewhere, record.key(), record.value()))
                                .partition()));
    }

    @Test
    void aBatchOfEnvelopesIsTakenWholeAndItsIdsAreToldInItsOrder() throws Exception {
        String mine = UUID.randomUUID().toString();
        HttpResponse<String> response = ingest.post(
                "application/json",
                " \n[{\"type\":\"a.b\",\"data\":{ \"n\": 1.50 }} , {\"id\":\"" + mine
                        + "\",\"partitionkey\":\"k\",\"type\":\"c.d\",\"data\" : [ 2 ]}]");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        JsonNode ids = Json.STRICT.readTree(response.body()).get("ids");
        assertThat(ids).hasSize(2);
        assertThat(ids.get(1).asText()).isEqualTo(mine);
        ConsumerRecord<byte[], byte[]> first = recordOf(ids.get(0).asText());
        assertThat(new String(first.value(), UTF_8)).isEqualTo("{ \"n\": 1.50 }");
        assertThat(EventRecords.isDeduplicated(first.headers())).isFalse();
        ConsumerRecord<byte[], byte[]> second = recordOf(mine);
        assertThat(new String(second.value(), UTF_8)).isEqualTo("[ 2 ]");
        assertThat(new String(second.key(), UTF_8)).isEqualTo("k");
        assertThat(EventRecords.isDeduplicated(second.headers())).isTrue();
    }

    @Test
    void aBatchOfCloudEventsKeepsEachEventsAttributesBytesAndTrace() throws Exception {
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        HttpResponse<String> response =
                ingest.post("application/cloudevents-batch+json; charset=UTF-8", """
                    [{"specversion":"1.0","id":"batch-1","source":"/s","type":"a","region":"eu","data":{"n":1.0}},
                     {"specversion":"1.0","id":"batch-2","source":"/s","type":"b","traceparent":"%s",
                      "datacontenttype":"application/xml","data":"<a>ü</a>"},
                     {"specversion":"1.0","id":"batch-3","source":"/s","type":"c","datacontenttype":"image/png","data_base64":"AP97"},
                     {"specversion":"1.0","id":"batch-4","source":"/s","type":"d"}]\
                    """.formatted(trace));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(response.body()).isEqualTo("{\"ids\":[\"batch-1\",\"batch-2\",\"batch-3\",\"batch-4\"]}");
        assertThat(RecordHeaders.text(recordOf("batch-1").headers(), "ce_region"))
                .isEqualTo("eu");
        ConsumerRecord<byte[], byte[]> xml = recordOf("batch-2");
        assertThat(new String(xml.value(), UTF_8)).isEqualTo("<a>ü</a>");
        assertThat(RecordHeaders.text(xml.headers(), "content-type")).isEqualTo("application/xml");
        assertThat(RecordHeaders.text(xml.headers(), "traceparent")).isEqualTo(trace);
        assertThat(recordOf("batch-3").value()).isEqualTo(new byte[] {0, (byte) 0xFF, 0x7B});
        assertThat(recordOf("batch-4").value()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "say \"hi\"", "back\\slash", "größe-日本-😀", "</script>&"})
    void theIdThatIsToldIsTheIdThatWasSent(String id) throws Exception {
        String event = "{\"id\":" + Json.STRICT.writeValueAsString(id) + ",\"type\":\"t\",\"data\":1}";
        assertThat(idIn(ingest.post("application/json", event))).isEqualTo(id);
        JsonNode ids = Json.STRICT
                .readTree(ingest.post("application/json", "[" + event + "," + event + "]")
                        .body())
                .get("ids");
        assertThat(ids).extracting(JsonNode::asText).containsExactly(id, id);
        assertThat(new String(recordOf(id).key(), UTF_8)).isEqualTo(id);
    }

    @Test
    void anEmptyBatchIsTakenAndAFullOneToo() throws Exception {
        assertThat(ingest.post("application/cloudevents-batch+json", "[]").body())
                .isEqualTo("{\"ids\":[]}");
        String events = "{\"type\":\"full\",\"data\":1},".repeat(999);
        HttpResponse<String> response =
                ingest.post("application/json", "[" + events + "{\"type\":\"full\",\"data\":1}]");
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(Json.STRICT.readTree(response.body()).get("ids")).hasSize(1_000);
        assertThat(broker.records(Topics.EVENTS).stream()
                        .filter(record -> "full".equals(RecordHeaders.text(record.headers(), "ce_type"))))
                .hasSize(1_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "ZSTD", "identity"})
    void aPackedBodyIsTakenAsItWas(String encoding) throws Exception {
        String id = UUID.randomUUID().toString();
        byte[] body = ("{\"id\":\"" + id + "\",\"type\":\"packed\",\"data\":\"" + "ü ".repeat(50_000) + "\"}")
                .getBytes(UTF_8);
        HttpResponse<String> response = ingest.send(ingest.request()
                .header("content-type", "application/json")
                .header("content-encoding", encoding)
                .POST(BodyPublishers.ofByteArray(
                        switch (encoding) {
                            case "gzip" -> Packed.gzip(body);
                            case "identity" -> body;
                            default -> Packed.zstd(body);
                        })));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(new String(recordOf(id).value(), UTF_8)).isEqualTo("\"" + "ü ".repeat(50_000) + "\"");
    }

    @Test
    void anEventAtTheLimitIsTakenAndOneByteMoreIsNot() {
        String frame = "{\"type\":\"big\",\"data\":\"\"}";
        String atTheLimit = "{\"type\":\"big\",\"data\":\"" + "x".repeat(1024 * 1024 - frame.length()) + "\"}";
        assertThat(ingest.post("application/json", atTheLimit).statusCode()).isEqualTo(202);
        assertThat(ingest.post("application/json", atTheLimit + " ").statusCode())
                .isEqualTo(413);
    }

    @Test
    void metricsAndReadinessTellOfIt() {
        ingest.post("application/json", "{\"type\":\"t\",\"data\":1}");
        HttpRequest.Builder metrics = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ingest.port + "/metrics"))
                .timeout(Duration.ofSeconds(10));
        ingest.post("application/json", "{}");
        assertThat(ingest.send(metrics).body())
                .contains("fanfare_events_accepted_total")
                .contains("fanfare_events_rejected_total{reason=\"invalid\"}");
        HttpRequest.Builder ready =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ingest.port + "/health/ready"));
        assertThat(ingest.send(ready).body()).contains("\"ingest\":\"ready\"");
    }

    private static String idIn(HttpResponse<String> response) throws Exception {
        JsonNode body = Json.STRICT.readTree(response.body());
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        return body.get("id").asText();
    }

    private static ConsumerRecord<byte[], byte[]> recordOf(String id) {
        return broker.records(Topics.EVENTS).stream()
                .filter(record -> id.equals(RecordHeaders.text(record.headers(), "ce_id")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no record of event " + id + " on the topic"));
    }
}
