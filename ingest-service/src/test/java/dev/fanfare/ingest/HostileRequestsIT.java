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
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are wrong as HTTP, or that may not come in: written to the socket byte by byte. */
@WithBroker
class HostileRequestsIT {
    private static final String PATH = "/v1/tenants/default/events";
    private static final String GOOD = "{\"type\":\"good\",\"data\":1}";
    /** Answered by closing the connection, without a status. */
    private static final int CLOSED = 0;

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

    /** The exact bytes of a request, the status of its answer, and a word that the answer must hold. */
    record Row(String what, int status, String word, byte[] bytes) {
        @Override
        public String toString() {
            return what;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void getsTheRightAnswerAndTheNextGoodRequestIsTaken(Row row) throws IOException {
        long before = written();
        String answer = exchange(row.bytes(), row.status() == CLOSED);
        if (row.status() == CLOSED) {
            assertThat(answer).isEmpty();
        } else {
            assertThat(answer).matches("(?s)HTTP/1\\.[01] " + row.status() + " .*");
            assertThat(IngestDescriptionTest.tellsOf(row.status())).isTrue();
            assertThat(answer.toLowerCase(Locale.ROOT)).contains("content-type: application/problem+json");
            JsonNode problem = Json.TOPIC.readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
            assertThat(problem.path("status").asInt()).isEqualTo(row.status());
            assertThat(problem.path("detail").asText()).contains(row.word());
        }
        assertThat(ingest.post("application/json", GOOD).statusCode()).isEqualTo(202);
        assertThat(written()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"content-length: 500", "transfer-encoding: chunked"})
    void aBodyThatDripsIsAnswered408AndClosedAndHoldsUpNobody(String framing) throws Exception {
        try (RunningIngest impatient = RunningIngest.on(broker, Map.of("ingest.body-timeout", "1s"));
                Socket socket = new Socket("127.0.0.1", impatient.port)) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + PATH + " HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + RunningIngest.KEY
                            + "\r\ncontent-type: application/json\r\n" + framing + "\r\n\r\n1\r\n{")
                    .getBytes(UTF_8));
            out.flush();
            assertThat(impatient.post("application/json", GOOD).statusCode()).isEqualTo(202);
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("ingest.body-timeout");
            assertThat(IngestDescriptionTest.tellsOf(408)).isTrue();
        }
    }

    static Stream<Row> getsTheRightAnswerAndTheNextGoodRequestIsTaken() {
        return Stream.of(who(), where(), formats(), sizes(), shapes()).flatMap(rows -> rows);
    }

    private static Stream<Row> who() {
        return Stream.of(
                row(
                        "no key",
                        401,
                        "Authorization: Bearer",
                        "POST " + PATH + " HTTP/1.1",
                        "content-type: application/json"),
                row("a wrong key", 401, "not known", "POST " + PATH + " HTTP/1.1", "authorization: Bearer wrong"),
                row("an empty key", 401, "", "POST " + PATH + " HTTP/1.1", "authorization: Bearer "),
                row("another scheme", 401, "Bearer", "POST " + PATH + " HTTP/1.1", "authorization: Basic dGVzdC1rZXk="),
                row(
                        "the key alone",
                        401,
                        "Bearer",
                        "POST " + PATH + " HTTP/1.1",
                        "authorization: " + RunningIngest.KEY),
                row("the key in the URL", 401, "Bearer", "POST " + PATH + "?key=" + RunningIngest.KEY + " HTTP/1.1"),
                row(
                        "a key with a prefix that fits",
                        401,
                        "not known",
                        "POST " + PATH + " HTTP/1.1",
                        "authorization: Bearer " + RunningIngest.KEY + "x"),
                keyed(
                        "two keys",
                        401,
                        "more than once",
                        "POST " + PATH + " HTTP/1.1",
                        "authorization: Bearer " + RunningIngest.KEY),
                row(
                        "a very long key",
                        401,
                        "not known",
                        "POST " + PATH + " HTTP/1.1",
                        "authorization: Bearer " + "x".repeat(6_000)));
    }

    private static Stream<Row> where() {
        return Stream.of(
                keyed("an unknown tenant", 404, "nobody", "POST /v1/tenants/nobody/events HTTP/1.1"),
                keyed("a tenant in capitals", 404, "DEFAULT", "POST /v1/tenants/DEFAULT/events HTTP/1.1"),
                keyed("a tenant that is encoded oddly", 404, "", "POST /v1/tenants/default%00/events HTTP/1.1"),
                keyed("a tenant that is a path", 404, "", "POST /v1/tenants/..%2fdefault/events HTTP/1.1"),
                keyed("no tenant", 404, "", "POST /v1/tenants//events HTTP/1.1"),
                keyed("a broken escape in the path", 400, "", "POST /v1/tenants/%zz/events HTTP/1.1"),
                keyed("another path", 404, "/v1/events", "POST /v1/events HTTP/1.1"),
                keyed("GET", 405, "GET", "GET " + PATH + " HTTP/1.1"),
                keyed("PUT", 405, "PUT", "PUT " + PATH + " HTTP/1.1"),
                keyed("DELETE", 405, "DELETE", "DELETE " + PATH + " HTTP/1.1"),
                keyed("a method of one's own", 405, "BREW", "BREW " + PATH + " HTTP/1.1"));
    }

    private static Stream<Row> formats() {
        return Stream.of(
                typed("no content type", 415, "application/cloudevents+json", null),
                typed("text", 415, "'text/plain'", "text/plain"),
                typed("XML", 415, "'application/xml'", "application/xml"),
                typed("a form", 415, "application/json", "application/x-www-form-urlencoded"),
                typed("a multipart form", 415, "application/json", "multipart/form-data; boundary=x"),
                typed("a multipart form without boundary", 415, "application/json", "multipart/form-data"),
                typed("a batch in protobuf", 415, "batch", "application/cloudevents-batch+protobuf"),
                typed("a batch in Latin-1", 415, "UTF-8", "application/cloudevents-batch+json; charset=latin1"),
                typed("a CloudEvent in protobuf", 415, "protobuf", "application/cloudevents+protobuf"),
                typed("something like JSON", 415, "'application/jsonx'", "application/jsonx"),
                typed("JSON in Latin-1", 415, "UTF-8", "application/json; charset=iso-8859-1"),
                typed("JSON in UTF-16", 415, "UTF-8", "application/json;charset=\"UTF-16\""),
                typed("nothing but a semicolon", 415, "", ";"),
                typed("two types", 415, "more than once", "application/json\r\ncontent-type: text/plain"),
                encoded("packed twice, in two lines", "gzip\r\ncontent-encoding: gzip"),
                encoded("two codings of which one is none", "identity\r\ncontent-encoding: gzip"),
                typed("a wildcard", 415, "", "*/*"),
                encoded("deflate", "deflate"),
                encoded("Brotli", "br"),
                encoded("packed twice", "gzip, zstd"),
                keyed(
                        "an encoding of one's own",
                        415,
                        "content-encoding",
                        "POST " + PATH + " HTTP/1.1",
                        "content-type: application/json",
                        "content-encoding: middle-out"));
    }

    private static Stream<Row> sizes() {
        String head = "POST " + PATH + " HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + RunningIngest.KEY
                + "\r\ncontent-type: application/json\r\n";
        return Stream.of(
                new Row(
                        "a body said to be too large",
                        413,
                        "1MiB",
                        (head + "content-length: 1073741824\r\n\r\n{").getBytes(UTF_8)),
                new Row(
                        "a body that is too large",
                        413,
                        "1MiB",
                        (head + "content-length: 1048577\r\nconnection: close\r\n\r\n" + " ".repeat(1_048_577))
                                .getBytes(UTF_8)),
                new Row(
                        "a body that is too large, in chunks",
                        413,
                        "1MiB",
                        (head + "transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
                                        + ("10000\r\n" + " ".repeat(65_536) + "\r\n").repeat(17) + "0\r\n\r\n")
                                .getBytes(UTF_8)),
                keyed(
                        "a header of 20,000 characters",
                        431,
                        "",
                        "POST " + PATH + " HTTP/1.1",
                        "x: " + "x".repeat(20_000)),
                keyed("2,000 headers", 431, "", "POST " + PATH + " HTTP/1.1", "x: 12345678\r\n".repeat(2_000) + "y: 1"),
                keyed("a URL of 20,000 characters", 414, "", "POST " + PATH + "?" + "x".repeat(20_000) + " HTTP/1.1"));
    }

    private static Stream<Row> shapes() {
        String head = "POST " + PATH + " HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + RunningIngest.KEY
                + "\r\ncontent-type: application/json\r\n";
        int length = GOOD.length();
        String sized = "content-length: " + length + "\r\nconnection: close\r\n\r\n" + GOOD;
        String chunked = head + "transfer-encoding: chunked\r\n\r\n";
        String chunk = Integer.toHexString(length) + "\r\n" + GOOD + "\r\n";
        return Stream.of(
                raw("not HTTP", 400, "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"),
                raw("a request line of one word", 400, "POST\r\n\r\n"),
                raw(
                        "a header without a colon",
                        400,
                        head + "nonsense\r\ncontent-length: " + length + "\r\n\r\n" + GOOD),
                raw("a space before the colon", 400, head + "content-length : " + length + "\r\n\r\n" + GOOD),
                raw("a NUL in a header", 400, head + "x: a\u0000b\r\ncontent-length: " + length + "\r\n\r\n" + GOOD),
                raw("a length that is no number", 400, head + "content-length: ten\r\n\r\n" + GOOD),
                raw("a negative length", 400, head + "content-length: -1\r\n\r\n" + GOOD),
                raw("two lengths", 400, head + "content-length: " + length + "\r\ncontent-length: 3\r\n\r\n" + GOOD),
                raw(
                        "a length and chunks",
                        400,
                        head + "content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
                raw(
                        "a chunk's size that is no number",
                        400,
                        head + "transfer-encoding: chunked\r\n\r\nxyz\r\n" + GOOD + "\r\n0\r\n\r\n"),
                raw(
                        "a chunk's size beyond all numbers",
                        400,
                        head + "transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n" + GOOD),
                raw("two lengths that agree, in one line", 400, head + "content-length: 3, 4\r\n\r\n" + GOOD),
                raw("a length with a sign", 400, head + "content-length: +" + length + "\r\n\r\n" + GOOD),
                raw("a hexadecimal length", 400, head + "content-length: 0x10\r\n\r\n" + GOOD),
                raw("a length beyond all numbers", 400, head + "content-length: 99999999999999999999\r\n\r\n" + GOOD),
                raw("chunks under another name", 400, head + "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n"),
                raw("chunks twice", 400, head + "transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
                raw(
                        "chunks and then something else",
                        400,
                        head + "transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
                raw(
                        "chunks behind a tab",
                        400,
                        head + "transfer-encoding:\u000bchunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n"),
                raw("a bare CR in a header", 400, head + "x: a\rb: c\r\ncontent-length: 1\r\n\r\n" + GOOD),
                raw(
                        "a chunk's size with a sign",
                        400,
                        head + "transfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n"),
                raw(
                        "a chunk longer than it says",
                        400,
                        head + "transfer-encoding: chunked\r\n\r\n2\r\n" + GOOD + "\r\n0\r\n\r\n"),
                raw("a coding that is none", 400, head + "transfer-encoding: identity\r\n" + sized),
                raw("a coding without a name", 400, head + "transfer-encoding:\r\n" + sized),
                raw(
                        "another coding before the chunks",
                        400,
                        head + "transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                raw(
                        "chunks in two lines",
                        400,
                        head + "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n" + chunk
                                + "0\r\n\r\n"),
                raw("two hosts", 400, head + "host: y\r\n" + sized),
                raw("no host", 400, (head + sized).replace("host: x\r\n", "")),
                raw("a host that is none", 400, (head + sized).replace("host: x\r\n", "host: a b/c@d\r\n")),
                raw("a header without a name", 400, head + ": x\r\n" + sized),
                raw("a header's name with a space", 400, head + "x y: 1\r\n" + sized),
                raw("a header's name that isn't ASCII", 400, head + "x\u00e4: 1\r\n" + sized),
                raw("a line folded before the first header", 400, head.replace("host", " host") + sized),
                raw("lines that end with CR alone", CLOSED, (head + sized).replace("\r\n", "\r")),
                raw("a trailer without a colon", 400, chunked + chunk + "0\r\nnonsense\r\n\r\n"),
                raw(
                        "trailers of 2 MB",
                        400,
                        chunked + chunk + "0\r\n" + ("x: " + "y".repeat(1_000) + "\r\n").repeat(2_000)),
                raw("a chunk's extension of 3 MB", 400, chunked + "1;" + "x".repeat(3_000_000) + "\r\n{\r\n0\r\n\r\n"),
                raw(
                        "a chunk's size that ends with LF alone",
                        400,
                        chunked + chunk.replaceFirst("\r", "") + "0\r\n\r\n"),
                raw("a chunk's size as in C", 400, chunked + "0x" + chunk + "0\r\n\r\n"),
                raw("a chunk without a size", 400, chunked + "\r\n" + GOOD + "\r\n0\r\n\r\n"),
                raw("a chunk that goes over into the next", 400, chunked + chunk.strip() + "0\r\n\r\n"),
                raw("a length with a space in it", 400, head + "content-length: 2 4\r\n\r\n" + GOOD),
                raw("a length that is empty", 400, head + "content-length:\r\n\r\n"),
                raw("a length with an exponent", 400, head + "content-length: 1e1\r\n\r\n" + GOOD),
                raw("a length beyond Long", 400, head + "content-length: 9223372036854775808\r\n\r\n" + GOOD),
                raw(
                        "a key that only comes in the trailers",
                        401,
                        (chunked + chunk + "0\r\nauthorization: Bearer " + RunningIngest.KEY + "\r\n\r\n")
                                .replaceFirst("authorization: [^\r]+\r\n", "")),
                raw("a path with a tab", 400, (head + sized).replace("default", "def\tault")),
                raw("a method with a bracket", 400, (head + sized).replace("POST", "PO(ST")),
                raw("no version", 400, "POST " + PATH + "\r\nhost: x\r\n\r\n"),
                raw("a TLS greeting", 400, "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\r\n\r\n"),
                raw("a body cut off", CLOSED, head + "content-length: 500\r\n\r\n" + GOOD),
                raw("a chunk cut off", CLOSED, head + "transfer-encoding: chunked\r\n\r\n50\r\n" + GOOD),
                raw("headers cut off", CLOSED, head + "x"));
    }

    /**
     * Sends, ends its own side and reads to the end; nothing where the server only closed. Where an answer is due, it ends
     * its side only once the answer is on its way: a server may take a client that has ended for one that has left.
     */
    private static String exchange(byte[] request, boolean endAtOnce) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", ingest.port)) {
            socket.setSoTimeout(10_000);
            try {
                OutputStream out = socket.getOutputStream();
                out.write(request);
                out.flush();
                if (endAtOnce) {
                    socket.shutdownOutput();
                }
            } catch (SocketException e) {
                // answered and closed before all was written: the answer is what counts
                assertThat(request.length).as(e.toString()).isGreaterThan(10_000);
            }
            byte[] start = socket.getInputStream().readNBytes(1);
            if (!endAtOnce && !socket.isClosed()) {
                endQuietly(socket);
            }
            return new String(start, UTF_8) + new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static void endQuietly(Socket socket) throws IOException {
        try {
            socket.shutdownOutput();
        } catch (SocketException e) {
            // the server has closed: its answer is there to be read all the same
            assertThat(socket.isConnected()).isTrue();
        }
    }

    private static Row row(String what, int status, String word, String... lines) {
        return new Row(
                what,
                status,
                word,
                (String.join("\r\n", lines) + "\r\nhost: x\r\nconnection: close\r\ncontent-length: " + GOOD.length()
                                + "\r\n\r\n" + GOOD)
                        .getBytes(UTF_8));
    }

    private static Row keyed(String what, int status, String word, String... lines) {
        return row(
                what,
                status,
                word,
                Stream.concat(Stream.of(lines), Stream.of("authorization: Bearer " + RunningIngest.KEY))
                        .toArray(String[]::new));
    }

    private static Row encoded(String what, String encoding) {
        return keyed(
                what,
                415,
                "gzip, zstd",
                "POST " + PATH + " HTTP/1.1",
                "content-type: application/json",
                "content-encoding: " + encoding);
    }

    private static Row typed(String what, int status, String word, String contentType) {
        return contentType == null
                ? keyed(what, status, word, "POST " + PATH + " HTTP/1.1")
                : keyed(what, status, word, "POST " + PATH + " HTTP/1.1", "content-type: " + contentType);
    }

    private static Row raw(String what, int status, String text) {
        return new Row(what, status, "", text.getBytes(ISO_8859_1));
    }

    private static long written() {
        return broker.endOffsets(List.of(Topics.EVENTS)).values().stream()
                .mapToLong(end -> end)
                .sum();
    }
}
