package dev.fanfare.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The programs in {@code docs/examples/producing} do what the guide says, where what runs them is on this machine. */
@WithBroker
class ProducingExamplesIT {
    private static final Path EXAMPLES = Path.of("../docs/examples/producing");

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
        assertThat(run(program("python3"), "send_batch.py")).containsExactly("py-17", "py-18");
        assertThat(data("py-17")).isEqualTo("{\"order\": 17}");
        assertThat(data("py-18")).isEqualTo("to be wrapped");
    }

    @Test
    void theOneInJavaScriptSendsItsEventPacked() throws Exception {
        assertThat(run(program("node"), "send_packed.mjs")).containsExactly("js-17");
        assertThat(data("js-17")).isEqualTo("{\"order\":17}");
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

    private static String data(String id) throws Exception {
        var record = broker.records(Topics.EVENTS).stream()
                .filter(one -> id.equals(RecordHeaders.text(one.headers(), "ce_id")))
                .findFirst()
                .orElseThrow();
        Event event = EventRecords.read(record.headers(), record.value(), "nobody");
        assertThat(event.tenant()).isEqualTo("default");
        return new String(event.data(), StandardCharsets.UTF_8);
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

    private static List<String> run(String program, String script) throws IOException, InterruptedException {
        return run(new String[] {program, EXAMPLES.resolve(script).toString()});
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("example", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().put("FANFARE_URL", "http://127.0.0.1:" + ingest.port);
            builder.environment().put("FANFARE_KEY", RunningIngest.KEY);
            Process process = builder.start();
            try {
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
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
