package dev.fanfare.benchmarks.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.BrokerHost;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.benchmarks.run.GcLog;
import dev.fanfare.benchmarks.run.HttpLoad;
import dev.fanfare.benchmarks.run.Loopback;
import dev.fanfare.benchmarks.run.Pause;
import dev.fanfare.benchmarks.run.Payload;
import dev.fanfare.benchmarks.run.TopicEnd;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.TopicSpec;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.TopicSetup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;

/**
 * What the benchmark plays on, and the single runs.
 *
 * <pre>
 * this process      ingest, or bare server     broker
 * HttpLoad ───────▶ POST …/events ───────────▶ events
 * looks at ends ◀──────────────────────────── events ◀── bare producer
 * </pre>
 *
 * Confined to one thread.
 */
final class IngestStage implements AutoCloseable {
    private static final String ROLE_MAIN = "dev.fanfare.standalone.Main";
    private static final String KEY = "benchmark";
    private static final int PARTITIONS = 6;
    private static final int REQUESTS = 512;
    private static final int SEGMENT_BYTES = 16 * 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int START_ATTEMPTS = 600;

    private final IngestOptions options;
    private final Path folder;
    private final BrokerHost.Running broker;
    private final Admin admin;
    private int runs;
    private int port;

    IngestStage(IngestOptions options, Path folder) throws IOException {
        this.options = options;
        this.folder = folder;
        this.broker = BrokerHost.start(folder);
        this.admin = KafkaConnection.to(broker.bootstrapServers()).admin("benchmark-admin");
        new TopicSetup(admin, PATIENCE)
                .create(new TopicLayout(PARTITIONS, PARTITIONS, (short) 1, Tier.DEFAULTS)
                        .specs().stream().map(IngestStage::keepingLittle).toList());
    }

    /**
     * As a broker that has run for days has it: what is written takes the place of what is deleted. A virtual machine pays
     * for each page of memory that it never had before, here some 2 µs an event.
     */
    private static TopicSpec keepingLittle(TopicSpec spec) {
        if (!spec.name().equals(Topics.EVENTS)) {
            return spec;
        }
        Map<String, String> configs = new HashMap<>(spec.configs());
        configs.put("segment.bytes", Integer.toString(SEGMENT_BYTES));
        configs.put("retention.bytes", Integer.toString(SEGMENT_BYTES));
        configs.put("file.delete.delay.ms", "0");
        return new TopicSpec(spec.name(), spec.partitions(), spec.replicationFactor(), configs);
    }

    /** A bare producer, fed the same events. */
    Map<Figure, Double> bareProducer() {
        String run = "bare-producer-" + ++runs;
        Path result = folder.resolve(run + ".result");
        long before = written();
        try (Child child = Child.java(
                "the bare producer",
                folder.resolve(run + ".log"),
                Child.ownClassPath(),
                options.javaOptions,
                IngestBenchmark.class.getName(),
                List.of(
                        "bare-producer",
                        "--bootstrap-servers=" + broker.bootstrapServers(),
                        "--events=" + options.events,
                        "--body-bytes=" + options.bodyBytes,
                        "--result=" + result))) {
            while (child.isAlive()) {
                Pause.millis(50);
            }
            if (!Files.exists(result)) {
                throw BenchmarkFailure.of("the bare producer failed; see " + child.log());
            }
            List<String> lines = Files.readAllLines(result);
            checkWritten(before, options.events);
            Map<Figure, Double> figures = new EnumMap<>(Figure.class);
            figures.put(Figure.PER_SECOND, Double.parseDouble(lines.get(0)));
            figures.put(Figure.CPU, Double.parseDouble(lines.get(1)));
            return figures;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ingest service, with batches. */
    Map<Figure, Double> batches() {
        try (Child ingest = ingest()) {
            int batches = options.events / options.batchSize;
            return load(ingest, requests(options.batchSize), batches, options.batchSize, options.connections / 8, 0);
        }
    }

    /** The ingest service, with single events: as fast as can be, or so many a second. */
    Map<Figure, Double> single(double perSecond) {
        try (Child ingest = ingest()) {
            return load(ingest, requests(1), options.events, 1, options.connections, perSecond);
        }
    }

    /**
     * Single events for so long, as many as it takes, then as long with the broker stopped: whether its heap grows.
     *
     * @throws BenchmarkFailure where it does
     */
    void soak(Duration each, BiConsumer<String, Map<Figure, Double>> ran) throws IOException {
        Path gcLog = folder.resolve("ingest.gc");
        try (Child ingest = ingest(List.of(GcLog.option(gcLog)));
                HttpLoad load = new HttpLoad("127.0.0.1", port, options.connections)) {
            IngestSoak soak = new IngestSoak(ingest, gcLog, load, requests(1), each);
            long before = written();
            ran.accept("ingest, full load for " + DurationText.format(each), soak.run("202"));
            checkWritten(before, soak.answered());
            admin.close(Duration.ZERO); // it would tell every two seconds that its broker is gone
            broker.close();
            ran.accept("… with the broker stopped", soak.run("503"));
        }
    }

    /** A server whose handler does nothing. */
    Map<Figure, Double> bareServer() {
        String run = "bare-server-" + ++runs;
        port = Loopback.freePort();
        try (Child child = Child.java(
                "the bare server",
                folder.resolve(run + ".log"),
                Child.ownClassPath(),
                options.javaOptions,
                IngestBenchmark.class.getName(),
                List.of("bare-server", "--port=" + port))) {
            awaitAnswer(child, "/", 202);
            return send(child, requests(1), options.events, 1, options.connections, 0);
        }
    }

    private Child ingest() {
        return ingest(List.of());
    }

    private Child ingest(List<String> moreJavaOptions) {
        String run = "ingest-" + ++runs;
        port = Loopback.freePort();
        List<String> java = new ArrayList<>(options.javaOptions);
        java.addAll(moreJavaOptions);
        Path profile = options.profile;
        if (profile != null) {
            java.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + profile.toAbsolutePath());
            java.add("-XX:+UnlockDiagnosticVMOptions");
            java.add("-XX:+DebugNonSafepoints");
        }
        List<String> arguments = new ArrayList<>(List.of(
                "ingest",
                "--port=" + port,
                "--instance-id=benchmark",
                "--bootstrap-servers=" + broker.bootstrapServers(),
                "--set=http.host=127.0.0.1",
                "--set=access.key=" + KEY,
                "--set=access.tenants=" + Payload.TENANT));
        options.settings.forEach((key, value) -> arguments.add("--set=" + key + "=" + value));
        Child child = Child.java(
                "the ingest service", folder.resolve(run + ".log"), Child.ownClassPath(), java, ROLE_MAIN, arguments);
        try {
            awaitAnswer(child, "/health/ready", 200);
            return child;
        } catch (RuntimeException e) {
            child.close();
            throw e;
        }
    }

    private Map<Figure, Double> load(
            Child server, byte[][] requests, int count, int eventsEach, int connections, double perSecond) {
        long before = written();
        Map<Figure, Double> figures = send(server, requests, count, eventsEach, connections, perSecond);
        checkWritten(before, (long) count * eventsEach);
        server.stop(); // what it recorded of itself is written at its end
        return figures;
    }

    private Map<Figure, Double> send(
            Child server, byte[][] requests, int count, int eventsEach, int connections, double perSecond) {
        try (HttpLoad load = new HttpLoad("127.0.0.1", port, Math.max(1, connections))) {
            HttpLoad.Result result = load.run(requests, count, perSecond, server::cpuSeconds, () -> broker.process()
                    .cpuSeconds());
            Map<Figure, Double> figures = new EnumMap<>(Figure.class);
            double per100k = 100_000.0 / ((double) result.answers() * eventsEach);
            figures.put(Figure.PER_SECOND, result.answersPerSecond() * eventsEach);
            figures.put(Figure.CPU, result.cpuSeconds().get(0) * per100k);
            figures.put(Figure.BROKER_CPU, result.cpuSeconds().get(1) * per100k);
            figures.put(Figure.RESIDENT_MIB, (double) server.peakResidentMib());
            figures.put(Figure.P50_MILLIS, result.p50Millis());
            figures.put(Figure.P99_MILLIS, result.p99Millis());
            return figures;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As clients send them: our own envelope, without an id. */
    private byte[][] requests(int eventsEach) {
        Random random = new Random(1);
        byte[][] requests = new byte[Math.max(8, REQUESTS / eventsEach)][];
        for (int i = 0; i < requests.length; i++) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int event = 0; event < eventsEach; event++) {
                body.writeBytes((event == 0 ? eventsEach == 1 ? "" : "[" : ",").getBytes(UTF_8));
                body.writeBytes(("{\"type\":\"" + Payload.EVENT_TYPE + "\",\"data\":").getBytes(UTF_8));
                body.writeBytes(Payload.body(options.bodyBytes, random));
                body.write('}');
            }
            if (eventsEach > 1) {
                body.write(']');
            }
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(("POST /v1/tenants/" + Payload.TENANT + "/events HTTP/1.1\r\nhost: 127.0.0.1:" + port
                            + "\r\nauthorization: Bearer " + KEY
                            + "\r\ncontent-type: application/json\r\ncontent-length: "
                            + body.size() + "\r\n\r\n")
                    .getBytes(UTF_8));
            request.writeBytes(body.toByteArray());
            requests[i] = request.toByteArray();
        }
        return requests;
    }

    private long written() {
        return TopicEnd.of(admin, Topics.EVENTS, PARTITIONS);
    }

    private void checkWritten(long before, long events) {
        long now = written();
        if (now - before != events) {
            throw BenchmarkFailure.of(
                    "void: " + events + " events were sent, and " + (now - before) + " are on the topic");
        }
    }

    private void awaitAnswer(Child child, String path, int status) {
        for (int attempt = 0; attempt < START_ATTEMPTS; attempt++) {
            child.check();
            try {
                HttpURLConnection asked = (HttpURLConnection)
                        URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
                asked.setConnectTimeout(1_000);
                asked.setReadTimeout(1_000);
                if (asked.getResponseCode() == status) {
                    return;
                }
            } catch (IOException e) {
                // not yet
            }
            Pause.millis(50);
        }
        throw BenchmarkFailure.of("no answer from " + path + "; see " + child.log());
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        broker.close();
    }
}
