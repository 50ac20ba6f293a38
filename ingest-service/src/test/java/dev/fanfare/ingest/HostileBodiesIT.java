package dev.fanfare.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What strangers put into a request's body: each is answered with a problem that names the culprit, none is written. */
@WithBroker
class HostileBodiesIT {
    private static final String ENVELOPE = "application/json";
    private static final String STRUCTURED = "application/cloudevents+json";

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

    /** A body, and the field that the answer must name. */
    record Row(String what, String contentType, byte[] body, String field) {
        @Override
        public String toString() {
            return what;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void isRefusedAndNothingIsWritten(Row row) throws IOException {
        long before = written();
        HttpResponse<String> response = ingest.post(row.contentType(), row.body());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        JsonNode problem = Json.STRICT.readTree(response.body());
        assertThat(problem.path("status").asInt()).isEqualTo(400);
        assertThat(problem.path("errors").findValuesAsText("field")).contains(row.field());
        assertThat(problem.path("detail").asText()).isNotBlank();
        assertThat(ingest.post(ENVELOPE, "{\"type\":\"good\",\"data\":1}").statusCode())
                .isEqualTo(202);
        assertThat(written()).isEqualTo(before + 1);
    }

    static Stream<Row> isRefusedAndNothingIsWritten() {
        return Stream.of(notJson(), notText(), envelopes(), cloudEvents(), batches())
                .flatMap(rows -> rows);
    }

    private static Stream<Row> notJson() {
        return Stream.of(
                envelope("nothing", "", "body"),
                envelope("only white space", " \n\t ", "body"),
                envelope("an open brace", "{", "body"),
                envelope("a member without a value", "{\"type\":\"t\",\"data\":", "body"),
                envelope("data cut off", "{\"type\":\"t\",\"data\":{\"a\":[1,", "body"),
                envelope("a string cut off", "{\"type\":\"t\",\"data\":\"abc", "body"),
                envelope("an escape cut off", "{\"type\":\"t\",\"data\":\"\\u12", "body"),
                envelope("a text", "\"type\"", "body"),
                envelope("a number", "42", "body"),
                envelope("null", "null", "body"),
                envelope("trailing text", "{\"type\":\"t\",\"data\":1} x", "body"),
                envelope("a second object", "{\"type\":\"t\",\"data\":1}{\"type\":\"t\",\"data\":2}", "body"),
                envelope("a stray brace", "{\"type\":\"t\",\"data\":1}}", "body"),
                envelope("a trailing comma", "{\"type\":\"t\",\"data\":1,}", "body"),
                envelope("a comment", "{\"type\":\"t\",/* x */\"data\":1}", "body"),
                envelope("single quotes", "{'type':'t','data':1}", "body"),
                envelope("a name without quotes", "{type:\"t\",\"data\":1}", "body"),
                envelope("NaN", "{\"type\":\"t\",\"data\":NaN}", "body"),
                envelope("a leading zero", "{\"type\":\"t\",\"data\":01}", "body"),
                envelope("a leading plus", "{\"type\":\"t\",\"data\":+1}", "body"),
                envelope("a point without digits", "{\"type\":\"t\",\"data\":1.}", "body"),
                envelope("an unknown word", "{\"type\":\"t\",\"data\":nul}", "body"),
                envelope("a raw line break in a text", "{\"type\":\"t\",\"data\":\"a\nb\"}", "body"),
                envelope("a raw NUL in a text", "{\"type\":\"t\",\"data\":\"a\u0000b\"}", "body"),
                envelope("an unknown escape", "{\"type\":\"t\",\"data\":\"\\x41\"}", "body"),
                envelope("the type twice", "{\"type\":\"t\",\"type\":\"u\",\"data\":1}", "body"),
                envelope("the data twice", "{\"type\":\"t\",\"data\":1,\"data\":2}", "body"),
                envelope("the type twice, once escaped", "{\"type\":\"t\",\"t\\u0079pe\":\"u\",\"data\":1}", "body"),
                envelope("a member of the data twice", "{\"type\":\"t\",\"data\":{\"a\":1,\"a\":2}}", "body"),
                envelope(
                        "data 300 deep", "{\"type\":\"t\",\"data\":" + "[".repeat(300) + "]".repeat(300) + "}", "body"),
                envelope("data 500,000 deep, never closed", "{\"type\":\"t\",\"data\":" + "[".repeat(500_000), "body"),
                envelope("objects 100,000 deep", "{\"type\":\"t\",\"data\":" + "{\"a\":".repeat(100_000), "body"),
                envelope("a number of 100,000 digits", "{\"type\":\"t\",\"data\":" + "9".repeat(100_000) + "}", "body"),
                envelope("a name of 5,000 characters", "{\"type\":\"t\",\"" + "n".repeat(5_000) + "\":1}", "body"));
    }

    private static Stream<Row> notText() {
        return Stream.of(
                bytes("a lone byte FF in the type", "{\"type\":\"t\u00FF\",\"data\":1}", ISO_8859_1),
                bytes("a lone byte FF in the data", "{\"type\":\"t\",\"data\":\"\u00FF\"}", ISO_8859_1),
                bytes("Latin-1 in the data", "{\"type\":\"t\",\"data\":\"caf\u00E9\"}", ISO_8859_1),
                bytes("an overlong slash in the data", "{\"type\":\"t\",\"data\":\"\u00C0\u00AF\"}", ISO_8859_1),
                bytes(
                        "an encoded surrogate in the data",
                        "{\"type\":\"t\",\"data\":\"\u00ED\u00A0\u0080\"}",
                        ISO_8859_1),
                bytes(
                        "a code point over U+10FFFF",
                        "{\"type\":\"t\",\"data\":\"\u00F5\u0080\u0080\u0080\"}",
                        ISO_8859_1),
                bytes("a character cut off", "{\"type\":\"t\",\"data\":\"\u00E2\u0082\"}", ISO_8859_1),
                bytes("a lone byte FF in a name of the data", "{\"type\":\"t\",\"data\":{\"\u00FF\":1}}", ISO_8859_1),
                bytes("UTF-16", "{\"type\":\"t\",\"data\":1}", Charset.forName("UTF-16")),
                bytes("UTF-16 without a mark", "{\"type\":\"t\",\"data\":1}", Charset.forName("UTF-16LE")),
                bytes("UTF-32", "{\"type\":\"t\",\"data\":1}", Charset.forName("UTF-32BE")),
                bytes("random bytes", "\u0001\u0002\u00FE\u00FF\u0000\u0010", ISO_8859_1),
                bytes("gzip", "\u001F\u008B\u0008\u0000\u0000\u0000\u0000\u0000", ISO_8859_1));
    }

    private static Stream<Row> envelopes() {
        String longText = "x".repeat(1_025);
        return Stream.of(
                envelope("an empty object", "{}", "data"),
                envelope("no type", "{\"data\":1}", "type"),
                envelope("no data", "{\"type\":\"t\"}", "data"),
                envelope("a null type", "{\"type\":null,\"data\":1}", "type"),
                envelope("an empty type", "{\"type\":\"\",\"data\":1}", "type"),
                envelope("a numeric type", "{\"type\":1,\"data\":1}", "type"),
                envelope("a boolean type", "{\"type\":true,\"data\":1}", "type"),
                envelope("an object as the type", "{\"type\":{\"a\":1},\"data\":1}", "type"),
                envelope("a type with a space", "{\"type\":\"a b\",\"data\":1}", "type"),
                envelope("a type with a wildcard", "{\"type\":\"a.*\",\"data\":1}", "type"),
                envelope("a type with an empty part", "{\"type\":\"a..b\",\"data\":1}", "type"),
                envelope("a type that is too long", "{\"type\":\"" + longText + "\",\"data\":1}", "type"),
                envelope("a type with half a character", "{\"type\":\"\\ud800\",\"data\":1}", "type"),
                envelope("a type with a NUL", "{\"type\":\"a\\u0000\",\"data\":1}", "type"),
                envelope("an empty id", "{\"id\":\"\",\"type\":\"t\",\"data\":1}", "id"),
                envelope("a numeric id", "{\"id\":7,\"type\":\"t\",\"data\":1}", "id"),
                envelope("an array as the id", "{\"id\":[1],\"type\":\"t\",\"data\":1}", "id"),
                envelope("an id that is too long", "{\"id\":\"" + longText + "\",\"type\":\"t\",\"data\":1}", "id"),
                envelope("an id with a line break", "{\"id\":\"a\\r\\nb: c\",\"type\":\"t\",\"data\":1}", "id"),
                envelope("a source that is no URI", "{\"source\":\"http://[x\",\"type\":\"t\",\"data\":1}", "source"),
                envelope("a blank source", "{\"source\":\"  \",\"type\":\"t\",\"data\":1}", "source"),
                envelope("a numeric source", "{\"source\":1,\"type\":\"t\",\"data\":1}", "source"),
                envelope("a time in words", "{\"time\":\"yesterday\",\"type\":\"t\",\"data\":1}", "time"),
                envelope(
                        "a time without an offset",
                        "{\"time\":\"2026-11-21T12:00:00\",\"type\":\"t\",\"data\":1}",
                        "time"),
                envelope("a numeric time", "{\"time\":1795262400,\"type\":\"t\",\"data\":1}", "time"),
                envelope("a numeric subject", "{\"subject\":1,\"type\":\"t\",\"data\":1}", "subject"),
                envelope("a list of subjects", "{\"subject\":[\"a\"],\"type\":\"t\",\"data\":1}", "subject"),
                envelope(
                        "an object as partition key",
                        "{\"partitionkey\":{},\"type\":\"t\",\"data\":1}",
                        "partitionkey"),
                envelope("an unknown member", "{\"type\":\"t\",\"data\":1,\"priority\":1}", "priority"),
                envelope("an unknown member that is large", "{\"type\":\"t\",\"data\":1,\"x\":[[1]]}", "x"),
                envelope("a prototype", "{\"type\":\"t\",\"data\":1,\"__proto__\":{}}", "__proto__"),
                envelope("a tenant", "{\"type\":\"t\",\"data\":1,\"tenant\":\"acme\"}", "tenant"),
                envelope("Base64 data", "{\"type\":\"t\",\"data_base64\":\"AA==\"}", "data_base64"));
    }

    private static Stream<Row> cloudEvents() {
        String manyExtensions = Stream.iterate(0, i -> i + 1)
                .limit(70)
                .map(i -> ",\"x" + i + "\":1")
                .reduce("", String::concat);
        return Stream.of(
                structured("no specversion", "{\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}", "specversion"),
                structured("an old specversion", "{\"specversion\":\"0.3\",\"type\":\"t\"}", "specversion"),
                structured("a numeric specversion", "{\"specversion\":1.0,\"type\":\"t\"}", "specversion"),
                event("both kinds of data", "\"type\":\"t\",\"data\":1,\"data_base64\":\"AA==\"", "data_base64"),
                event("broken Base64", "\"type\":\"t\",\"data_base64\":\"A*==\"", "data_base64"),
                event("Base64 as a number", "\"type\":\"t\",\"data_base64\":7", "data_base64"),
                event("no type", "\"data\":1", "type"),
                event("another tenant", "\"type\":\"t\",\"tenant\":\"acme\"", "tenant"),
                event("a tenant that is a path", "\"type\":\"t\",\"tenant\":\"../acme\"", "tenant"),
                event("an extension in capitals", "\"type\":\"t\",\"Region\":\"eu\"", "Region"),
                event("an extension with a hyphen", "\"type\":\"t\",\"my-ext\":\"eu\"", "my-ext"),
                event("an extension without a name", "\"type\":\"t\",\"\":\"eu\"", ""),
                event("an extension that is an object", "\"type\":\"t\",\"ext\":{\"a\":1}", "ext"),
                event("an extension that is a fraction", "\"type\":\"t\",\"ext\":1.5", "ext"),
                event("an extension with a control character", "\"type\":\"t\",\"ext\":\"a\\u0007\"", "ext"),
                event("an extension that is too long", "\"type\":\"t\",\"ext\":\"" + "x".repeat(2_000) + "\"", "ext"),
                event("70 extensions", "\"type\":\"t\"" + manyExtensions, "attributes"),
                event("a data schema that is no URI", "\"type\":\"t\",\"dataschema\":\"not a uri\"", "dataschema"),
                event("a numeric content type", "\"type\":\"t\",\"datacontenttype\":1,\"data\":1", "datacontenttype"),
                event(
                        "a content type with a line break",
                        "\"type\":\"t\",\"datacontenttype\":\"a/b\\r\\nx: y\"",
                        "datacontenttype"),
                event(
                        "data that says it is the event, with another tenant's in it",
                        "\"type\":\"t\",\"datacontenttype\":\"application/cloudevents+json\",\"data\":{\"specversion\":"
                                + "\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"tenant\":\"acme\"}",
                        "datacontenttype"),
                event("an extension beyond 32 bits", "\"type\":\"t\",\"ext\":2147483648", "ext"),
                event("an extension of 1e400", "\"type\":\"t\",\"ext\":1e400", "ext"),
                event("a time without seconds", "\"type\":\"t\",\"time\":\"2026-11-21T12:00Z\"", "time"),
                event(
                        "a content type that is none",
                        "\"type\":\"t\",\"datacontenttype\":\"json\",\"data\":1",
                        "datacontenttype"));
    }

    private static Stream<Row> batches() {
        String good = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}";
        return Stream.of(
                envelope("an array of an array", "[[{\"type\":\"t\",\"data\":1}]]", "/0"),
                envelope("an array of numbers", "[1,2]", "/1"),
                envelope("an array never closed", "[{\"type\":\"t\",\"data\":1}", "body"),
                envelope("an array closed twice", "[{\"type\":\"t\",\"data\":1}]]", "body"),
                envelope("an array, then an object", "[{\"type\":\"t\",\"data\":1}]{}", "body"),
                envelope("the second without a type", "[{\"type\":\"t\",\"data\":1},{\"data\":1}]", "/1/type"),
                envelope(
                        "the second with a stranger",
                        "[{\"type\":\"t\",\"data\":1},{\"a/b~\":{\"c\":[]}}]",
                        "/1/a~1b~0"),
                envelope(
                        "the last with broken data",
                        "[{\"type\":\"t\",\"data\":1},{\"type\":\"t\",\"data\":[}]",
                        "body"),
                batch("an object", good, "body"),
                batch("nothing", "", "body"),
                batch("null in it", "[null]", "/0"),
                batch("an envelope in it", "[" + good + ",{\"type\":\"t\",\"data\":1}]", "/1/specversion"),
                batch(
                        "another tenant's in it",
                        "[" + good + "," + good.replace("}", ",\"tenant\":\"acme\"}") + "]",
                        "/1/tenant"),
                batch("a batch in it", "[[" + good + "]]", "/0"),
                batch(
                        "a wrong one among a thousand",
                        "[" + (good + ",").repeat(998) + "{}," + good + "]",
                        "/998/specversion"),
                batch("a thousand wrong ones", "[" + "{},".repeat(999) + "{}]", "/99/specversion"),
                batch(
                        "data 300 deep",
                        "[" + good.replace("}", ",\"data\":" + "[".repeat(300) + "]".repeat(300) + "}") + "]",
                        "body"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aPackedBodyThatIsWrongIsRefused(String what, int status, String encoding, byte[] body) {
        long before = written();
        HttpResponse<String> response = ingest.send(ingest.request()
                .header("content-type", ENVELOPE)
                .header("content-encoding", encoding)
                .POST(BodyPublishers.ofByteArray(body)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(ingest.post(ENVELOPE, "{\"type\":\"good\",\"data\":1}").statusCode())
                .isEqualTo(202);
        assertThat(written()).isEqualTo(before + 1);
    }

    static Stream<Arguments> aPackedBodyThatIsWrongIsRefused() throws IOException {
        byte[] good = "{\"type\":\"t\",\"data\":1}".getBytes(UTF_8);
        byte[] bomb = new byte[64 * 1024 * 1024];
        byte[] gzipBomb = Packed.gzip(bomb);
        byte[] zstdBomb = Packed.zstd(bomb);
        return Stream.of(
                Arguments.of("gzip that is none", 400, "gzip", good),
                Arguments.of("zstd that is none", 400, "zstd", good),
                Arguments.of("gzip said to be zstd", 400, "zstd", Packed.gzip(good)),
                Arguments.of("zstd said to be gzip", 400, "gzip", Packed.zstd(good)),
                Arguments.of("no gzip at all", 400, "gzip", new byte[0]),
                Arguments.of("gzip cut off", 400, "gzip", Arrays.copyOf(Packed.gzip(good), 20)),
                Arguments.of("zstd cut off", 400, "zstd", Arrays.copyOf(Packed.zstd(good), 12)),
                Arguments.of("gzip with a wrong checksum", 400, "gzip", Packed.withLastBytesFlipped(Packed.gzip(good))),
                Arguments.of("gzip with reserved flags", 400, "gzip", Packed.withReservedFlags(Packed.gzip(good))),
                Arguments.of("gzip of nothing", 400, "gzip", Packed.gzip(new byte[0])),
                Arguments.of("gzip of a bad event", 400, "gzip", Packed.gzip("{}".getBytes(UTF_8))),
                Arguments.of("gzip in gzip", 400, "gzip", Packed.gzip(Packed.gzip(good))),
                Arguments.of("a gzip bomb", 413, "gzip", gzipBomb),
                Arguments.of("a zstd bomb", 413, "zstd", zstdBomb),
                Arguments.of("a gzip bomb under its old name", 413, "x-gzip", gzipBomb),
                Arguments.of("a zstd frame that wants a window of 128 MiB", 400, "zstd", Packed.withHugeWindow()),
                Arguments.of("gzip of one byte too many", 413, "gzip", Packed.gzip(new byte[1024 * 1024 + 1])));
    }

    @Test
    void moreEventsThanABatchMayHaveAreRefused() {
        long before = written();
        String events = "{\"type\":\"t\",\"data\":1},".repeat(1_000);
        HttpResponse<String> response = ingest.post(ENVELOPE, "[" + events + "{\"type\":\"t\",\"data\":1}]");
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("1001").contains("ingest.max-batch");
        assertThat(written()).isEqualTo(before);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aHeaderOfBinaryModeIsRefusedByName(List<String> headers, String field) throws IOException {
        long before = written();
        HttpResponse<String> response = ingest.send(ingest.request()
                .headers(headers.toArray(String[]::new))
                .header("content-type", "text/plain")
                .POST(BodyPublishers.ofString("data")));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(Json.STRICT.readTree(response.body()).path("errors").findValuesAsText("field"))
                .contains(field);
        assertThat(written()).isEqualTo(before);
    }

    static Stream<Arguments> aHeaderOfBinaryModeIsRefusedByName() {
        return Stream.of(
                binary("ce-specversion", "ce-type", "t"),
                binary("ce-specversion", "ce-specversion", "0.3", "ce-type", "t"),
                binary("type", "ce-specversion", "1.0"),
                binary("ce-subject", "ce-specversion", "1.0", "ce-type", "t", "ce-subject", "100%"),
                binary("ce-subject", "ce-specversion", "1.0", "ce-type", "t", "ce-subject", "%zz"),
                binary("ce-subject", "ce-specversion", "1.0", "ce-type", "t", "ce-subject", "%C3%28"),
                binary("subject", "ce-specversion", "1.0", "ce-type", "t", "ce-subject", "a%0D%0Ab"),
                binary("ce-id", "ce-specversion", "1.0", "ce-type", "t", "ce-id", "1", "ce-id", "2"),
                binary("my_ext", "ce-specversion", "1.0", "ce-type", "t", "ce-my_ext", "1"),
                binary("tenant", "ce-specversion", "1.0", "ce-type", "t", "ce-tenant", "acme"),
                binary("ce-datacontenttype", "ce-specversion", "1.0", "ce-type", "t", "ce-datacontenttype", "a/b"),
                binary("time", "ce-specversion", "1.0", "ce-type", "t", "ce-time", "now"));
    }

    private static Arguments binary(String field, String... headers) {
        return Arguments.of(List.of(headers), field);
    }

    private static Row envelope(String what, String json, String field) {
        return new Row("envelope: " + what, ENVELOPE, json.getBytes(UTF_8), field);
    }

    private static Row structured(String what, String json, String field) {
        return new Row("CloudEvent: " + what, STRUCTURED, json.getBytes(UTF_8), field);
    }

    private static Row batch(String what, String json, String field) {
        return new Row("batch: " + what, "application/cloudevents-batch+json", json.getBytes(UTF_8), field);
    }

    private static Row event(String what, String members, String field) {
        return structured(what, "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\"," + members + "}", field);
    }

    private static Row bytes(String what, String text, Charset charset) {
        return new Row("envelope: " + what, ENVELOPE, text.getBytes(charset), "body");
    }

    private static long written() {
        return broker.endOffsets(List.of(Topics.EVENTS)).values().stream()
                .mapToLong(end -> end)
                .sum();
    }
}
