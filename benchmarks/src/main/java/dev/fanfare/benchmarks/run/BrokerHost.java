package dev.fanfare.benchmarks.run;

import dev.fanfare.broker.BrokerSettings;
import dev.fanfare.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The broker's process: writes its address into a file once it answers, and runs until it is ended. */
public final class BrokerHost {
    private static final int START_ATTEMPTS = 1_200;

    /** Soon, and every second: topics that keep little are to keep no more than that. */
    private static final Map<String, String> LOOKS_FOR_WHAT_TO_DELETE =
            Map.of("log.initial.task.delay.ms", "1000", "log.retention.check.interval.ms", "1000");

    private BrokerHost() {}

    /** Takes two arguments: the folder of its data, and the file for its address. */
    public static void main(String[] args) throws IOException, InterruptedException {
        EmbeddedBroker broker = EmbeddedBroker.start(new BrokerSettings(Path.of(args[0]), 0, LOOKS_FOR_WHAT_TO_DELETE));
        Path addressFile = Path.of(args[1]);
        Path draft = addressFile.resolveSibling(addressFile.getFileName() + ".draft");
        Files.writeString(draft, broker.bootstrapServers());
        Files.move(draft, addressFile, StandardCopyOption.ATOMIC_MOVE);
        new CountDownLatch(1).await();
    }

    /** A broker in a process of its own, and where it listens. */
    public record Running(Child process, String bootstrapServers) implements AutoCloseable {
        @Override
        public void close() {
            // Its data goes with the run: no need for an orderly end.
            process.close();
        }
    }

    /** Starts it and waits until it answers. */
    public static Running start(Path folder) throws IOException {
        Path address = folder.resolve("broker.address");
        Child process = Child.java(
                "the broker",
                folder.resolve("broker.log"),
                Child.ownClassPath(),
                List.of("-Xmx1g", "-XX:+UseSerialGC"),
                BrokerHost.class.getName(),
                List.of(folder.resolve("broker").toString(), address.toString()));
        for (int attempt = 0; !Files.exists(address); attempt++) {
            process.check();
            if (attempt == START_ATTEMPTS) {
                process.close();
                throw BenchmarkFailure.of("the broker does not start; see " + process.log());
            }
            Pause.millis(50);
        }
        return new Running(process, Files.readString(address));
    }
}
