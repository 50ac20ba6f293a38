package dev.fanfare.router;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A router in a process of its own, for tests that kill it. */
final class RouterProcess {
    private RouterProcess() {}

    static Process start(String bootstrapServers, String instanceId, String guarantee) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RouterProcess.class.getName(),
                        bootstrapServers,
                        instanceId,
                        guarantee)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(new File("target/router-process.log")))
                .start();
    }

    /** Runs until it is killed. */
    public static void main(String[] args) throws InterruptedException {
        TestRouter.start(args[0], args[1], Map.of("router.guarantee", args[2]));
        new CountDownLatch(1).await();
    }
}
