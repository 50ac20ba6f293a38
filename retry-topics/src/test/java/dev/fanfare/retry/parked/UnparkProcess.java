package dev.fanfare.retry.parked;

import dev.fanfare.runtime.kafka.KafkaConnection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Unparking as a process of its own, to be killed: halts at its n-th commit, just before or just after it. */
final class UnparkProcess {
    private UnparkProcess() {}

    static Process start(String bootstrapServers, String moment, int commit) throws IOException {
        return new ProcessBuilder(List.of(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        UnparkProcess.class.getName(),
                        bootstrapServers,
                        moment,
                        Integer.toString(commit)))
                .inheritIO()
                .start();
    }

    /** Bootstrap servers, {@code before} or {@code after}, number of the commit. */
    public static void main(String[] args) throws InterruptedException {
        int last = Integer.parseInt(args[2]);
        boolean before = args[1].equals("before");
        AtomicInteger commits = new AtomicInteger();
        Unparker unparker = new Unparker(
                KafkaConnection.to(args[0]),
                "killed",
                ParkedWorld.TRANSACTION_TIMEOUT,
                Duration.ofSeconds(15),
                new SimpleMeterRegistry(),
                producer -> ActingProducer.around(producer, commit -> {
                    boolean now = commits.incrementAndGet() == last;
                    if (now && before) {
                        producer.flush();
                        Runtime.getRuntime().halt(1);
                    }
                    commit.run();
                    if (now) {
                        Runtime.getRuntime().halt(1);
                    }
                }));
        unparker.start();
        Thread.currentThread().join();
    }
}
