package dev.fanfare.control.attempt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The index in a process whose disk fails it for a while: no file of it grows any more (setrlimit(2), RLIMIT_FSIZE). */
@WithBroker
@EnabledOnOs(OS.LINUX)
class AttemptIndexDiskIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MOST_ATTEMPTS = 200_000;

    @TempDir
    private Path folder;

    /** The index, as a process of its own; ends with its standard input. Says, when it is asked, whether it has all. */
    static final class Indexing {
        private Indexing() {}

        public static void main(String[] args) throws Exception {
            AttemptIndex index = new AttemptIndex(
                    KafkaConnection.to(args[0]), Path.of(args[1]), 8L << 20, Clock.systemUTC(), "attempts");
            index.start();
            while (System.in.read() >= 0) {
                System.out.println("all=" + index.catchUp(Duration.ofSeconds(5)));
            }
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void whenTheDiskIsWellAgainTheIndexGoesOnByItself(@Fresh TestBroker broker) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "util-linux's prlimit is needed");
        broker.createFanfareTopics();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Indexing.class.getName(),
                        broker.bootstrapServers(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        StringBuffer said = new StringBuffer();
        Thread reader = new Thread(() -> read(process, said), "index-says");
        reader.start();
        try {
            Awaitility.await("it reads").atMost(PATIENCE).until(() -> hasAll(process, said));

            limit(process, "2000");
            send(broker, said);
            limit(process, "unlimited");

            Awaitility.await("it goes on").atMost(PATIENCE).until(() -> hasAll(process, said));
        } finally {
            process.destroyForcibly().waitFor();
            reader.join();
        }
        assertThat(said.toString()).contains("attempts are not indexed for now, trying again", "File too large");
    }

    private static void read(Process process, StringBuffer said) {
        try (var out = process.inputReader(UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.append(line).append('\n');
            }
        } catch (IOException e) {
            said.append(e);
        }
    }

    private static boolean hasAll(Process process, StringBuffer said) throws IOException {
        int before = said.length();
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        Awaitility.await("an answer").atMost(PATIENCE).until(() -> said.indexOf("all=", before) >= 0);
        return said.indexOf("all=true", before) >= 0;
    }

    private static void limit(Process process, String bytes) throws Exception {
        assertThat(new ProcessBuilder("prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + bytes + ":")
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    /** So many attempts that they don't fit into memory, and the index says that it can't write them. */
    private static void send(TestBroker broker, StringBuffer said) {
        long nowMillis = System.currentTimeMillis();
        try (var producer =
                new KafkaProducer<>(broker.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < MOST_ATTEMPTS && said.indexOf("attempts are not indexed") < 0; i++) {
                Attempt attempt = new Attempt(
                        "dlv_" + UUID.randomUUID(),
                        "default",
                        "s" + i % 10,
                        "e" + i,
                        "a.b",
                        1,
                        Verdict.DELIVERED.text(),
                        nowMillis,
                        1,
                        204,
                        null,
                        null,
                        null,
                        null,
                        null);
                producer.send(new ProducerRecord<>(
                        Topics.ATTEMPTS, ("default/s" + i % 10).getBytes(UTF_8), attempt.toJson()));
            }
        }
        Awaitility.await("it says so").atMost(PATIENCE).until(() -> said.indexOf("attempts are not indexed") >= 0);
    }
}
