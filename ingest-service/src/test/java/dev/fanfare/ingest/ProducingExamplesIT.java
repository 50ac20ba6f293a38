package dev.fanfare.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.MessageWriter;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The programs in {@code docs/examples/producing} do what the guide says, and what the CloudEvents SDKs of other languages
 * make is taken as it was meant; where what runs them is on this machine.
 */
@WithBroker
class ProducingExamplesIT {
    private static final Path EXAMPLES = Path.of("../docs/examples/producing");
    private static final Path SDK = Path.of("src/test/sdk");

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
    void theOneInPythonSendsItsBatch() throws Exception {
        assertThat(run(program("python3"), EXAMPLES.resolve("send_batch.py").toString()))
                .containsExactly("py-17", "py-18");
        assertThat(data("py-17")).isEqualTo("{\"order\": 17}");
        assertThat(data("py-18")).isEqualTo("to be wrapped");
    }

    @Test
    void theOneInJavaScriptSendsItsEventPacked() throws Exception {
        assertThat(run(program("node"), EXAMPLES.resolve("send_packed.mjs").toString()))
                .containsExactly("js-17");
        assertThat(data("js-17")).isEqualTo("{\"order\":17}");
    }

    @Test
    void theOneInJavaSendsItsEvent() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        assertThat(run(
                        java.toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        EXAMPLES.resolve("Send.java").toString()))
                .contains("{\"id\":\"java-http-17\"}");
        assertThat(data("java-http-17")).isEqualTo("{\"order\": 17}");
    }

    @Test
    void theOneInJavaProducesStraightToKafka() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        assertThat(run(
                        java.toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "--class-path",
                        System.getProperty("java.class.path"),
                        EXAMPLES.resolve("Produce.java").toString(),
                        broker.bootstrapServers()))
                .contains("java-17");
        assertThat(data("java-17")).isEqualTo("{\"order\": 17}");
    }

    @Test
    void theOneInJavaScriptProducesStraightToKafka() throws Exception {
        assumeTrue(Files.isDirectory(SDK.resolve("node_modules/kafkajs")), "run npm ci in " + SDK);
        assertThat(run(program("node"), EXAMPLES.resolve("produce.cjs").toString(), broker.bootstrapServers()))
                .contains("js-kafka-17");
        assertThat(data("js-kafka-17")).isEqualTo("{\"order\": 17}");
    }

    @Test
    void theOneInPythonProducesStraightToKafka() throws Exception {
        String python = pythonWith("confluent_kafka");
        assertThat(run(python, EXAMPLES.resolve("produce.py").toString(), broker.bootstrapServers()))
                .contains("py-kafka-17");
        assertThat(data("py-kafka-17")).isEqualTo("{\"order\": 17}");
    }

    /** It doesn't percent-encode headers, as the binding asks for: plain text alone goes in binary mode. */
    @Test
    void whatTheSdkOfJavaMakesIsTakenAsItWasMeant() throws Exception {
        CloudEventBuilder about = CloudEventBuilder.v1()
                .withSource(URI.create("/sdk"))
                .withType("order.created")
                .withSubject("cheese")
                .withTime(OffsetDateTime.parse("2026-11-21T12:00:00.123Z"))
                .withExtension("region", "eu");
        byte[] order = "{\"order\":17}".getBytes(UTF_8);
        CloudEvent binary =
                about.withId("java-binary").withData("application/json", order).build();
        CloudEvent structured = about.withId("java-structured")
                .withSubject("Käse 50 %")
                .withData("application/json", order)
                .build();
        CloudEvent text = about.withId("java-text")
                .withSubject("cheese")
                .withData("text/plain", "order 17".getBytes(UTF_8))
                .build();
        CloudEvent bytes = about.withId("java-bytes")
                .withSubject("Käse 50 %")
                .withData("application/x-order", new byte[] {0, -1, 17})
                .build();
        assertThat(sent(writer -> writer.writeBinary(binary))).isEqualTo(202);
        assertThat(sent(writer -> writer.writeStructured(structured, new JsonFormat())))
                .isEqualTo(202);
        assertThat(sent(writer -> writer.writeBinary(text))).isEqualTo(202);
        assertThat(sent(writer -> writer.writeStructured(bytes, new JsonFormat())))
                .isEqualTo(202);
        assertMeant("java", "cheese", "Käse 50 %");
    }

    /** Where {@code .ci/run}, or somebody, has installed it. */
    @Test
    void whatTheSdkOfJavaScriptMakesIsTakenAsItWasMeant() throws Exception {
        assumeTrue(Files.isDirectory(SDK.resolve("node_modules/cloudevents")), "run npm ci in " + SDK);
        assertThat(run(program("node"), SDK.resolve("send.mjs").toString())).containsOnly("202");
        assertMeant("js", "cheese", "Käse 50 %");
    }

    @Test
    void whatTheSdkOfPythonMakesIsTakenAsItWasMeant() throws Exception {
        String python = pythonWith("cloudevents.core.bindings.http");
        assertThat(run(python, SDK.resolve("send.py").toString())).containsOnly("202");
        assertMeant("py", "Käse 50 %", "Käse 50 %");
    }

    /** Left out where Python doesn't have it: pip install cloudevents confluent-kafka. */
    private static String pythonWith(String module) throws IOException, InterruptedException {
        String python = System.getProperty("fanfare.python");
        String found = python == null ? program("python3") : python;
        Process probe = new ProcessBuilder(found, "-c", "import " + module)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeTrue(probe.waitFor() == 0, found + " has no module " + module);
        return found;
    }

    private static int sent(Consumer<MessageWriter<?, Void>> write) {
        HttpRequest.Builder request = ingest.request();
        write.accept(HttpMessageFactory.createWriter(
                request::header, body -> request.POST(BodyPublishers.ofByteArray(body))));
        return ingest.send(request).statusCode();
    }

    /** One JSON each in binary and structured mode, a text in binary and bytes in structured mode. */
    private static void assertMeant(String who, String subjectInHeaders, String subjectInJson) throws Exception {
        assertEvent(who + "-binary", subjectInHeaders, "application/json", "{\"order\":17}");
        assertEvent(who + "-structured", subjectInJson, "application/json", "{\"order\":17}");
        assertEvent(who + "-text", subjectInHeaders, "text/plain", "order 17");
        assertEvent(who + "-bytes", subjectInJson, "application/x-order", "\u0000\u00ff\u0011");
    }

    private static void assertEvent(String id, String subject, String contentType, String data) throws Exception {
        Event event = event(id);
        assertThat(event.attributes())
                .containsEntry(Event.SOURCE, "/sdk")
                .containsEntry(Event.TYPE, "order.created")
                .containsEntry(Event.SUBJECT, subject)
                .containsEntry("region", "eu");
        assertThat(Instant.parse(event.attributes().get(Event.TIME))).isEqualTo("2026-11-21T12:00:00.123Z");
        assertThat(event.contentType()).isEqualTo(contentType);
        assertThat(new String(event.data(), ISO_8859_1).replace(" ", "")).isEqualTo(data.replace(" ", ""));
    }

    private static String data(String id) throws Exception {
        return new String(event(id).data(), UTF_8);
    }

    private static Event event(String id) throws Exception {
        var record = broker.records(Topics.EVENTS).stream()
                .filter(one -> id.equals(RecordHeaders.text(one.headers(), "ce_id")))
                .findFirst()
                .orElseThrow();
        Event event = EventRecords.read(record.headers(), record.value(), "nobody");
        assertThat(event.tenant()).isEqualTo("default");
        return event;
    }

    /** Where the system finds it; else the test is left out. */
    private static String program(String name) {
        String found = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
        assumeTrue(!found.isEmpty(), name + " is not on this machine");
        return found;
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("example", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().put("FANFARE_URL", "http://127.0.0.1:" + ingest.port);
            builder.environment().put("FANFARE_KEY", RunningIngest.KEY);
            builder.environment()
                    .put(
                            "NODE_PATH",
                            SDK.resolve("node_modules").toAbsolutePath().toString());
            Process process = builder.start();
            try {
                assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
                List<String> lines = Files.readAllLines(output);
                assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
                return lines;
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(output);
        }
    }
}
