package dev.fanfare.dispatcher;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A dispatcher in a process of its own, which a test can kill. */
final class DispatcherProcess implements AutoCloseable {
    private final Process process;

    private DispatcherProcess(Process process) {
        this.process = process;
    }

    static DispatcherProcess start(DispatcherBench bench, String instance, String... settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DispatcherProcess.class.getName(),
                bench.broker.bootstrapServers(),
                bench.keyset().toString(),
                instance));
        command.addAll(List.of(settings));
        return new DispatcherProcess(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(bench.keyset() + ".log")))
                .start());
    }

    /** As {@code kill -9} does; returns when it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] args) throws InterruptedException {
        String[] settings = Arrays.copyOfRange(args, 3, args.length);
        new DispatcherRole(DispatcherBench.context(
                        args[0], Path.of(args[1]), new SimpleMeterRegistry(), args[2], settings))
                .start();
        Thread.currentThread().join();
    }
}
