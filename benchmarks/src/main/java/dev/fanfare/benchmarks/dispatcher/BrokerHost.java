package dev.fanfare.benchmarks.dispatcher;

import dev.fanfare.broker.BrokerSettings;
import dev.fanfare.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The broker's process: writes its address into a file once it answers, and runs until it is ended. */
@Command(name = "broker", hidden = true)
final class BrokerHost implements Callable<Integer> {
    private static final int START_ATTEMPTS = 1_200;

    @Parameters(index = "0")
    private Path data = Path.of("");

    @Parameters(index = "1")
    private Path addressFile = Path.of("");

    @Override
    public Integer call() throws IOException, InterruptedException {
        EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(data));
        Path draft = addressFile.resolveSibling(addressFile.getFileName() + ".draft");
        Files.writeString(draft, broker.bootstrapServers());
        Files.move(draft, addressFile, StandardCopyOption.ATOMIC_MOVE);
        new CountDownLatch(1).await();
        return 0;
    }

    /** A broker in a process of its own, and where it listens. */
    record Running(Child process, String bootstrapServers) implements AutoCloseable {
        @Override
        public void close() {
            // Its data goes with the run: no need for an orderly end.
            process.close();
        }
    }

    static Running start(Path folder) throws IOException {
        Path address = folder.resolve("broker.address");
        Child process = Child.java(
                "the broker",
                folder.resolve("broker.log"),
                Child.ownClassPath(),
                List.of("-Xmx1g", "-XX:+UseSerialGC"),
                DispatcherBenchmark.class.getName(),
                List.of("broker", folder.resolve("broker").toString(), address.toString()));
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
