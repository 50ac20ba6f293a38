package dev.fanfare.retry.relay;

import dev.fanfare.runtime.kafka.KafkaConnection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;

/** A relay as a process of its own, to be killed: halts at its n-th commit, just before or just after it. */
final class RelayProcess {
    private RelayProcess() {}

    /** Starts one; the caller waits for its end or kills it. */
    static Process start(String bootstrapServers, String instance, String moment, int commit) throws IOException {
        return new ProcessBuilder(List.of(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RelayProcess.class.getName(),
                        bootstrapServers,
                        instance,
                        moment,
                        Integer.toString(commit)))
                .inheritIO()
                .start();
    }

    /** Bootstrap servers, instance, {@code before} or {@code after}, number of the commit. */
    public static void main(String[] args) throws InterruptedException {
        int last = Integer.parseInt(args[3]);
        boolean before = args[2].equals("before");
        TierRelay relay = new TierRelay(
                KafkaConnection.to(args[0]),
                args[1],
                RelayWorld.tiersByTopic(),
                RelayWorld.TIERS,
                RelayWorld.LIMITS,
                new SimpleMeterRegistry(),
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                producer -> haltingAt(producer, last, before));
        relay.start();
        Thread.currentThread().join();
    }

    @SuppressWarnings("unchecked")
    private static Producer<byte[], byte[]> haltingAt(Producer<byte[], byte[]> real, int last, boolean before) {
        AtomicInteger commits = new AtomicInteger();
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                RelayProcess.class.getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    boolean now = method.getName().equals("commitTransaction") && commits.incrementAndGet() == last;
                    if (now && before) {
                        real.flush();
                        Runtime.getRuntime().halt(1);
                    }
                    try {
                        Object answer = method.invoke(real, arguments);
                        if (now) {
                            Runtime.getRuntime().halt(1);
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
