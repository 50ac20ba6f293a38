package dev.fanfare.benchmarks.pipeline;

import dev.fanfare.benchmarks.dispatcher.DispatcherBenchmark;
import dev.fanfare.benchmarks.ingest.IngestBenchmark;
import dev.fanfare.benchmarks.router.RouterBenchmark;
import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Pause;
import dev.fanfare.benchmarks.run.TopicEnd;
import dev.fanfare.contract.topic.TopicSpec;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.TopicSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * What this machine can do at best, beside Fanfare at rest: a bare HTTP client against the same receiver, a bare loop
 * from one topic to another, a bare producer. Each is measured once, when it is first asked for. Confined to one thread.
 */
final class Limits {
    private static final List<String> JAVA = List.of("-Xmx512m", "-XX:+UseSerialGC");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long STALLED_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int PARTITIONS = 6;

    private final Path folder;
    private final Receiver receiver;
    private final @Nullable String bootstrapServers;
    private final int requests;
    private final Map<String, Double> measured = new LinkedHashMap<>();

    /**
     * None measured yet.
     *
     * @param bootstrapServers where topics for the bare loops may be made; null: none
     * @param requests         to measure each by
     */
    Limits(Path folder, Receiver receiver, @Nullable String bootstrapServers, int requests) {
        this.folder = folder;
        this.receiver = receiver;
        this.bootstrapServers = bootstrapServers;
        this.requests = requests;
    }

    /** Each by its name, in a second. */
    Map<String, Double> measured() {
        return measured;
    }

    /** Requests a second of a bare HTTP client. */
    double http(int endpoints, int bodyBytes, int delayMillis, int inFlight) {
        String name = "bare HTTP, " + count(endpoints, "endpoint") + ", " + bodyBytes / Scenario.KIB + " KiB"
                + (delayMillis == 0 ? "" : ", " + delayMillis + " ms") + ", " + inFlight + " in flight";
        int wanted = delayMillis == 0 ? requests : Math.min(requests, Math.max(1, inFlight * 4_000 / delayMillis));
        return measure(name, () -> {
            receiver.follow(new Course(0, delayMillis, Scenario.Trouble.NONE));
            long before = receiver.bare();
            try (Child client = child(
                    "the bare HTTP client",
                    DispatcherBenchmark.class,
                    "bare",
                    "--port=" + receiver.port(),
                    "--endpoints=" + endpoints,
                    "--requests=" + wanted,
                    "--in-flight=" + inFlight,
                    "--body-bytes=" + bodyBytes,
                    "--signed=true")) {
                return steadyRate(client, () -> receiver.bare() - before, wanted);
            }
        });
    }

    /** Events a second of a bare producer; null where there is no Kafka to use. */
    @Nullable Double produce(int bodyBytes) {
        String kafka = bootstrapServers;
        if (kafka == null) {
            return null;
        }
        return measure("bare producer, " + bodyBytes / Scenario.KIB + " KiB", () -> {
            topics(kafka, "bench-events");
            return produce(kafka, "bench-events", requests, bodyBytes);
        });
    }

    /** Deliveries a second of a bare loop that writes so many for each event; null where there is no Kafka to use. */
    @Nullable Double fanOut(int fanOut, int bodyBytes) {
        String kafka = bootstrapServers;
        if (kafka == null) {
            return null;
        }
        String name = "bare Kafka loop, 1 to " + fanOut + ", " + bodyBytes / Scenario.KIB + " KiB";
        return measure(name, () -> {
            String from = "bench-events-" + fanOut + "-" + bodyBytes;
            String to = "bench-deliveries-" + fanOut + "-" + bodyBytes;
            topics(kafka, from, to);
            int events = Math.max(200, requests / fanOut);
            produce(kafka, from, events, bodyBytes);
            try (Admin admin = KafkaConnection.to(kafka).admin("benchmark-limits");
                    Child loop = child(
                            "the bare loop",
                            RouterBenchmark.class,
                            "bare",
                            "--bootstrap-servers=" + kafka,
                            "--guarantee=at-least-once",
                            "--compression=lz4",
                            "--linger=2ms",
                            "--from=" + from,
                            "--to=" + to,
                            "--fan-out=" + fanOut)) {
                return steadyRate(loop, () -> TopicEnd.of(admin, to, PARTITIONS), (long) events * fanOut);
            }
        });
    }

    private double produce(String kafka, String topic, int events, int bodyBytes) {
        Path result = folder.resolve("produced-" + topic);
        try (Child producer = child(
                "the bare producer",
                IngestBenchmark.class,
                "bare-producer",
                "--bootstrap-servers=" + kafka,
                "--topic=" + topic,
                "--events=" + events,
                "--body-bytes=" + bodyBytes,
                "--result=" + result)) {
            while (producer.isAlive()) {
                Pause.millis(50);
            }
            if (!Files.exists(result)) {
                throw BenchmarkFailure.of("the bare producer failed; see " + producer.log());
            }
            return Double.parseDouble(Files.readAllLines(result).get(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Measure {
        double perSecond();
    }

    private double measure(String name, Measure how) {
        Double known = measured.get(name);
        if (known == null) {
            known = how.perSecond();
            measured.put(name, known);
        }
        return known;
    }

    private static String count(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private Child child(String name, Class<?> main, String... arguments) {
        Path log = folder.resolve("limit-" + measured.size() + ".log");
        return Child.java(name, log, Child.ownClassPath(), JAVA, main.getName(), List.of(arguments));
    }

    /** Over the part from a tenth to nine tenths. */
    private static double steadyRate(Child child, LongSupplier done, long wanted) {
        long fromNanos = 0;
        long from = 0;
        long movedNanos = System.nanoTime();
        long last = -1;
        while (true) {
            long now = done.getAsLong();
            long nanos = System.nanoTime();
            if (now != last) {
                last = now;
                movedNanos = nanos;
            }
            if (fromNanos == 0 && now >= wanted / 10) {
                fromNanos = nanos;
                from = now;
            } else if (fromNanos != 0 && now >= wanted * 9 / 10) {
                return (now - from) * 1e9 / (nanos - fromNanos);
            }
            child.check();
            if (nanos - movedNanos > STALLED_NANOS) {
                throw BenchmarkFailure.of("nothing moves any more; see " + child.log());
            }
            Pause.millis(5);
        }
    }

    private static void topics(String kafka, String... names) {
        try (Admin admin = KafkaConnection.to(kafka).admin("benchmark-limits")) {
            List<TopicSpec> specs = new ArrayList<>();
            for (String name : names) {
                specs.add(new TopicSpec(name, PARTITIONS, (short) -1, Map.of()));
            }
            new TopicSetup(admin, PATIENCE).create(specs);
        }
    }
}
