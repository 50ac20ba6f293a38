package dev.fanfare.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class EmbeddedBrokerIT {

    @TempDir
    Path dataDir;

    @Test
    void whatIsProducedIsConsumed() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
            assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + broker.port());
            KafkaTalk.createTopic(broker.bootstrapServers(), "greetings");
            KafkaTalk.produce(broker.bootstrapServers(), "greetings", 0, 100);
            assertThat(KafkaTalk.readAll(broker.bootstrapServers(), "greetings"))
                    .isEqualTo(records(0, 100));
        }
    }

    @Test
    void anAbortedTransactionIsNeverSeenAndACommittedOneIs() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
            KafkaTalk.createTopic(broker.bootstrapServers(), "transfers");
            try (var producer = KafkaTalk.producer(broker.bootstrapServers(), Map.of("transactional.id", "teller"))) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("transfers", "aborted")).get();
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("transfers", "committed"));
                producer.commitTransaction();
            }
            assertThat(KafkaTalk.readAll(broker.bootstrapServers(), "transfers"))
                    .containsExactly("committed");
        }
    }

    @Test
    void aSecondStartOnTheSameFolderCarriesOnOnAnotherPort() throws Exception {
        int firstPort;
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
            firstPort = broker.port();
            KafkaTalk.createTopic(broker.bootstrapServers(), "diary");
            KafkaTalk.produce(broker.bootstrapServers(), "diary", 0, 50);
        }
        try (ServerSocket holdsTheFirstPort = new ServerSocket(firstPort, 1, InetAddress.getLoopbackAddress());
                EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
            assertThat(broker.port()).isNotEqualTo(holdsTheFirstPort.getLocalPort());
            KafkaTalk.produce(broker.bootstrapServers(), "diary", 50, 60);
            assertThat(KafkaTalk.readAll(broker.bootstrapServers(), "diary")).isEqualTo(records(0, 60));
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesAKillOfTheProcess() throws Exception {
        startAndKillAnother(holder -> assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.in(dataDir)))
                .isInstanceOf(BrokerStartException.class)
                .hasMessage("The data folder " + dataDir + " is in use by process " + holder
                        + "; stop that one first, or choose another folder with --data-dir."));
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
            assertThat(KafkaTalk.readAll(broker.bootstrapServers(), "survivors"))
                    .isEqualTo(records(0, 500));
        }
    }

    @Test
    void afterAKillNoGroupIsLoadedThatTheEndOfTheFormerSessionUnloadsAgain() throws Exception {
        startAndKillAnother(holder -> {});
        Logger coordinators = (Logger) LoggerFactory.getLogger(CoordinatorRuntime.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        coordinators.setLevel(Level.INFO);
        coordinators.addAppender(log);
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
            assertThat(KafkaTalk.committed(broker.bootstrapServers(), "readers", "survivors"))
                    .isEqualTo(5);
            List<String> loads = List.copyOf(log.list).stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .filter(line -> line.contains("Scheduling loading of metadata from __consumer_offsets-"))
                    .toList();
            assertThat(loads).as("one for each partition of the groups' topic").hasSize(4);
        } finally {
            coordinators.detachAppender(log);
            coordinators.setLevel(null);
        }
    }

    /**
     * A broker in a process of its own that is killed as soon as it has 500 records, and a group's offset.
     *
     * @param meanwhile gets its process id before that
     */
    private void startAndKillAnother(LongConsumer meanwhile) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledBroker.class.getName(),
                        dataDir.toString(),
                        "500")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = process.inputReader(UTF_8)) {
            String line = output.readLine();
            while (line != null && !line.equals("ready")) {
                line = output.readLine();
            }
            assertThat(line).isEqualTo("ready");
            meanwhile.accept(process.pid());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void aPortInUseIsNamedBeforeTheFolderIsTouched() throws Exception {
        try (ServerSocket occupant = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = occupant.getLocalPort();
            assertThatThrownBy(() ->
                            EmbeddedBroker.start(BrokerSettings.in(dataDir).withPort(port)))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageStartingWith("Port " + port + " on 127.0.0.1 is in use; ")
                    .hasMessageContaining("--kafka-port=0");
        }
        assertThat(dataDir.resolve("meta.properties")).doesNotExist();
    }

    @Test
    void aFolderHeldByAnotherBrokerOfThisProcessIsNamed() {
        try (EmbeddedBroker first = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
            assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.in(dataDir)))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageStartingWith(
                            "The data folder " + dataDir + " is in use by another broker of this process; ");
            assertThat(first.port()).isPositive();
        }
    }

    @Test
    void aFileWhereTheFolderShouldBeIsNamed() throws Exception {
        Path file = Files.writeString(dataDir.resolve("file"), "not a folder");
        assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.in(file)))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageStartingWith("The data folder " + file + " can't be written (")
                .hasMessageContaining("--data-dir");
    }

    @Test
    void unreadableMetaPropertiesAreNamed() throws Exception {
        Files.write(dataDir.resolve("meta.properties"), new byte[] {0, 1, 2, 3});
        assertCorrupt();
    }

    @Test
    void missingMetaPropertiesOverExistingDataAreNamed() throws Exception {
        EmbeddedBroker.start(BrokerSettings.in(dataDir)).close();
        Files.delete(dataDir.resolve("meta.properties"));
        assertCorrupt();
    }

    @Test
    void aDamagedMetadataLogIsNamed() throws Exception {
        EmbeddedBroker.start(BrokerSettings.in(dataDir)).close();
        Path log = dataDir.resolve("__cluster_metadata-0/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(log);
        for (int i = 100; i < bytes.length; i += 7) {
            bytes[i] ^= 0x55;
        }
        Files.write(log, bytes, StandardOpenOption.TRUNCATE_EXISTING);
        assertCorrupt();
    }

    @Test
    void aMissingMetadataLogIsNamedBeforeItsTopicsAreForgotten() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
            KafkaTalk.createTopic(broker.bootstrapServers(), "orphan");
        }
        deleteRecursively(dataDir.resolve("__cluster_metadata-0"));
        assertCorrupt();
        assertThat(dataDir.resolve("orphan-0")).isDirectory();
    }

    @Test
    void aPartitionThatKafkaCannotReadFailsTheStartAndNotTheProcess() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir))) {
            KafkaTalk.createTopic(broker.bootstrapServers(), "damaged");
        }
        Path file = dataDir.resolve("damaged-0/partition.metadata");
        byte[] sound = Files.readAllBytes(file);
        Files.writeString(file, "rubbish");
        Set<Thread> before = liveThreads();
        assertCorrupt();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(threadsSince(before)).isEmpty());
        Files.write(file, sound);
        EmbeddedBroker.start(BrokerSettings.in(dataDir)).close();
    }

    @Test
    void aFolderThatHoldsOtherThingsIsLeftAlone() throws Exception {
        Files.writeString(dataDir.resolve("letter.txt"), "Dear …");
        assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.in(dataDir)))
                .isInstanceOf(BrokerStartException.class)
                .hasMessage("The folder " + dataDir
                        + " is not a broker's: it holds letter.txt; choose an empty or a new one with --data-dir.");
        assertThat(dataDir.resolve("meta.properties")).doesNotExist();
    }

    @Test
    void anOverrideOfWhatTheEmbeddingRestsOnIsRefused() {
        assertThatThrownBy(() -> EmbeddedBroker.start(new BrokerSettings(dataDir, 0, Map.of("listeners", "X://:1"))))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageStartingWith("The broker property listeners can't be set on the embedded broker");
    }

    @Test
    void aBadOverrideIsNamed() {
        assertThatThrownBy(() -> EmbeddedBroker.start(new BrokerSettings(dataDir, 0, Map.of("num.io.threads", "many"))))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("num.io.threads");
    }

    @Test
    void closingTwiceIsHarmlessAndLeavesNoThreadBehind() throws Exception {
        EmbeddedBroker.start(BrokerSettings.in(dataDir)).close(); // what Kafka keeps for the life of the JVM exists now
        Set<Thread> before = liveThreads();
        EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(dataDir));
        broker.close();
        broker.close();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(threadsSince(before)).isEmpty());
    }

    private void assertCorrupt() {
        assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.in(dataDir)))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageStartingWith("The data folder " + dataDir + " can't be read (")
                .hasMessageEndingWith("); restore it from a copy, or move it away and start with an empty one.")
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    private static void deleteRecursively(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static List<String> threadsSince(Set<Thread> before) {
        Set<Thread> left = new HashSet<>(liveThreads());
        left.removeAll(before);
        return left.stream().map(Thread::getName).toList();
    }

    private static Set<Thread> liveThreads() {
        return Stream.of(Thread.getAllStackTraces().keySet().toArray(Thread[]::new))
                .filter(thread -> thread.isAlive() && !thread.getName().startsWith("awaitility"))
                .collect(Collectors.toSet());
    }

    private static List<String> records(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "record " + i).toList();
    }
}
