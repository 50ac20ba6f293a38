package dev.fanfare.benchmarks.dispatcher;

import dev.fanfare.benchmarks.dispatcher.Workload.Target;
import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.BrokerHost;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.benchmarks.run.GcLog;
import dev.fanfare.benchmarks.run.Loopback;
import dev.fanfare.benchmarks.run.Pause;
import dev.fanfare.benchmarks.run.Samples;
import dev.fanfare.benchmarks.run.Samples.Sample;
import dev.fanfare.benchmarks.run.Samples.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a benchmark plays on, and the single runs.
 *
 * <pre>
 * this process            broker               dispatcher                    nginx (500 addresses, 204)
 * backlog ───────────────▶ deliveries ────────▶ sign, send ────────────────▶ counts
 *                         attempts, offsets ◀── outcomes                      ▲
 * samples of /proc and nginx's counter        or: bare client ────────────────┘
 * </pre>
 *
 * Confined to one thread.
 */
final class Stage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Stage.class);
    private static final long SAMPLE_MILLIS = 50;
    private static final long STALLED_NANOS = Duration.ofSeconds(15).toNanos();
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PACED_WARM_UP = Duration.ofSeconds(10);
    private static final Duration PACED = Duration.ofSeconds(25);
    private static final String ROLE_MAIN = "dev.fanfare.standalone.Main";

    private final Options options;
    private final Path folder;
    private final NginxReceiver nginx;
    private final SilentReceiver silent;
    private final BrokerHost.Running broker;
    private final Workload workload;
    private final List<Target> healthy;
    private final List<Target> hanging;
    private int runs;

    private Stage(Options options, Path folder, List<AutoCloseable> opened) throws IOException {
        this.options = options;
        this.folder = folder;
        this.nginx =
                opened(opened, NginxReceiver.start(folder.resolve("nginx"), options.endpoints, options.nginxWorkers));
        this.silent = opened(opened, SilentReceiver.start(options.healthy(), options.endpoints));
        this.broker = opened(opened, BrokerHost.start(folder));
        this.workload = opened(opened, new Workload(broker.bootstrapServers(), folder, options.bodyBytes));
        this.healthy = workload.subscribe(Traces.HEALTHY, urls(0, options.endpoints, nginx.port()), TIMEOUT);
        this.hanging =
                workload.subscribe("hanging", urls(options.healthy(), options.endpoints, silent.port()), TIMEOUT);
    }

    static Stage set(Options options, Path folder) {
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            return new Stage(options, folder, opened);
        } catch (IOException | RuntimeException e) {
            closeAll(opened);
            throw e instanceof IOException io ? new UncheckedIOException(io) : (RuntimeException) e;
        }
    }

    private static <T extends AutoCloseable> T opened(List<AutoCloseable> all, T one) {
        all.add(0, one);
        return one;
    }

    private static List<String> urls(int from, int to, int port) {
        return Loopback.addresses(from, to)
                .map(address -> "http://" + address + ":" + port + "/hooks")
                .toList();
    }

    /** The bare client against nginx. */
    Map<Figure, Double> bare() {
        String run = nextRun("bare");
        Path gc = folder.resolve(run + ".gc");
        List<String> arguments = new ArrayList<>(List.of("bare"));
        arguments.addAll(List.of("--port", Integer.toString(nginx.port())));
        arguments.addAll(List.of("--endpoints", Integer.toString(options.endpoints)));
        arguments.addAll(List.of("--requests", Integer.toString(options.deliveries)));
        arguments.addAll(List.of("--in-flight", Integer.toString(options.inFlight)));
        arguments.addAll(List.of("--body-bytes", Integer.toString(options.bodyBytes)));
        arguments.addAll(List.of("--signed", Boolean.toString(options.sign)));
        try (Child client = Child.java(
                "the bare client",
                folder.resolve(run + ".log"),
                Child.ownClassPath(),
                javaOptions(gc),
                DispatcherBenchmark.class.getName(),
                arguments)) {
            Samples samples = new Samples();
            long received = watch(client, samples, options.deliveries);
            double cpu = client.cpuSeconds();
            long resident = client.peakResidentMib();
            client.stop();
            if (received != options.deliveries) {
                throw BenchmarkFailure.of("the bare client sent " + received + " of " + options.deliveries);
            }
            return figures(samples, options.deliveries, cpu, resident, GcLog.read(gc));
        }
    }

    /** A dispatcher that starts on a backlog for all endpoints. */
    Map<Figure, Double> drain(@Nullable Path jars) {
        return drain(nextRun(jars == null ? "drain" : "other"), healthy, healthy.size(), jars);
    }

    /** A dispatcher that starts on a backlog for the healthy endpoints, and for the hanging ones or not. */
    Map<Figure, Double> isolation(boolean withHanging) {
        List<Target> targets = new ArrayList<>(healthy.subList(0, options.healthy()));
        if (withHanging) {
            targets.addAll(hanging);
        }
        return drain(nextRun(withHanging ? "hanging" : "quiet"), targets, options.healthy(), null);
    }

    private Map<Figure, Double> drain(String run, List<Target> targets, int answering, @Nullable Path jars) {
        // As many for each healthy endpoint, whoever else is there.
        int all = (int) ((long) options.deliveries * targets.size() / answering);
        int wanted = toAnswering(all, targets.size(), answering);
        workload.backlog(run, targets, all);
        Map<TopicPartition, Long> before = workload.ends();
        Path gc = folder.resolve(run + ".gc");
        Map<Figure, Double> figures;
        long received;
        try (Child dispatcher = dispatcher(run, jars, gc)) {
            Samples samples = new Samples();
            received = watch(dispatcher, samples, wanted);
            double cpu = dispatcher.cpuSeconds();
            long resident = dispatcher.peakResidentMib();
            dispatcher.stop();
            figures = figures(samples, wanted, cpu, resident, GcLog.read(gc));
        }
        Traces traces = new Traces(run);
        workload.readSince(before, traces);
        traces.check(received, all, number -> number % targets.size() < answering);
        figures.put(Figure.ATTEMPT_P50_MILLIS, traces.durations().quantile(0.5));
        figures.put(Figure.ATTEMPT_P99_MILLIS, traces.durations().quantile(0.99));
        workload.clear();
        return figures;
    }

    /** A running dispatcher that gets deliveries at a steady rate. */
    Map<Figure, Double> paced(boolean withHanging) {
        String run = nextRun(withHanging ? "paced-hanging" : "paced-quiet");
        List<Target> targets = new ArrayList<>(healthy.subList(0, options.healthy()));
        if (withHanging) {
            targets.addAll(hanging);
        }
        int perSecond = (int) ((long) options.rate * targets.size() / options.healthy());
        Map<TopicPartition, Long> before = workload.ends();
        Path gc = folder.resolve(run + ".gc");
        Traces traces = new Traces(run);
        long received;
        double seconds;
        int all;
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        try (Child dispatcher = dispatcher(run, null, gc)) {
            awaitReady(dispatcher);
            long base = nginx.received();
            long begin = System.nanoTime();
            long[] dueAt = workload.pace(run, targets, perSecond, PACED);
            all = dueAt.length;
            int wanted = toAnswering(all, targets.size(), options.healthy());
            traces.measureSince(dueAt, (int) (PACED_WARM_UP.toSeconds() * perSecond));
            Samples samples = new Samples();
            watch(dispatcher, samples, wanted, base);
            received = nginx.received() - base;
            seconds = (System.nanoTime() - begin) / 1e9;
            figures.put(Figure.RESIDENT_MIB, (double) dispatcher.peakResidentMib());
            dispatcher.stop();
        }
        workload.readSince(before, traces);
        traces.check(received, all, number -> number % targets.size() < options.healthy());
        figures.put(Figure.PER_SECOND, received / seconds);
        figures.put(Figure.P50_MILLIS, traces.sinceDue().quantile(0.5));
        figures.put(Figure.P99_MILLIS, traces.sinceDue().quantile(0.99));
        figures.put(Figure.HEAP_MIB, (double) GcLog.read(gc).peakMib());
        workload.clear();
        return figures;
    }

    /** How many of so many deliveries, to each target by turns, are for those that answer: they are the first. */
    private static int toAnswering(int deliveries, int targets, int answering) {
        return deliveries / targets * answering + Math.min(deliveries % targets, answering);
    }

    private Child dispatcher(String run, @Nullable Path jars, Path gc) {
        List<String> java = javaOptions(gc);
        Path profile = options.profile;
        if (profile != null && jars == null) {
            java.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + profile.toAbsolutePath());
            java.add("-XX:+UnlockDiagnosticVMOptions");
            java.add("-XX:+DebugNonSafepoints");
        }
        List<String> arguments = new ArrayList<>(List.of("dispatcher", "--port=0", "--instance-id=benchmark"));
        arguments.add("--bootstrap-servers=" + broker.bootstrapServers());
        arguments.add("--set=dispatcher.allow-loopback=true");
        arguments.add("--set=secrets.keyset-file=" + workload.keyset());
        arguments.add("--set=topics.replication-factor=1");
        arguments.add("--set=http.host=127.0.0.1");
        options.settings.forEach((key, value) -> arguments.add("--set=" + key + "=" + value));
        return Child.java(
                "the dispatcher",
                folder.resolve(run + ".log"),
                jars == null ? Child.ownClassPath() : Child.classPathOf(jars),
                java,
                ROLE_MAIN,
                arguments);
    }

    private List<String> javaOptions(Path gc) {
        List<String> java = new ArrayList<>(options.javaOptions);
        java.add(GcLog.option(gc));
        return java;
    }

    private void awaitReady(Child dispatcher) {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        try {
            while (!Files.readString(dispatcher.log()).contains("ready role=dispatcher")) {
                dispatcher.check();
                if (System.nanoTime() > deadline) {
                    throw BenchmarkFailure.of("the dispatcher does not become ready; see " + dispatcher.log());
                }
                Pause.millis(100);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long watch(Child measured, Samples samples, long until) {
        return watch(measured, samples, until, nginx.received());
    }

    /** Looks every few milliseconds until so many requests have arrived; returns how many have in the end. */
    private long watch(Child measured, Samples samples, long until, long base) {
        long lastCount = -1;
        long movedAt = System.nanoTime();
        while (true) {
            Sample sample = new Sample(
                    System.nanoTime(),
                    System.currentTimeMillis(),
                    nginx.received() - base,
                    measured.cpuSeconds(),
                    broker.process().cpuSeconds(),
                    nginx.process().cpuSeconds());
            samples.add(sample);
            if (sample.received() >= until) {
                return sample.received();
            }
            measured.check();
            broker.process().check();
            if (sample.received() != lastCount) {
                lastCount = sample.received();
                movedAt = sample.nanos();
            } else if (sample.nanos() - movedAt > STALLED_NANOS) {
                throw BenchmarkFailure.of("nothing arrives any more after " + lastCount + " of " + until
                        + " requests; see " + measured.log());
            }
            Pause.millis(SAMPLE_MILLIS);
        }
    }

    private Map<Figure, Double> figures(Samples samples, long total, double cpu, long resident, GcLog gc) {
        LOG.info("tenths run={} rates={}", runs, samples.tenths(total));
        Window steady = samples.steady(total);
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.PER_SECOND, steady.perSecond());
        figures.put(Figure.CPU, steady.ownCpu());
        figures.put(Figure.CPU_WITH_START, cpu * 100_000 / total);
        figures.put(Figure.BROKER_CPU, steady.brokerCpu());
        figures.put(Figure.NGINX_CPU, steady.nginxCpu());
        Double allocated = gc.allocatedPerRequest(samples, steady);
        if (allocated != null) {
            figures.put(Figure.ALLOCATED_BYTES, allocated);
        }
        figures.put(Figure.HEAP_MIB, (double) gc.peakMib());
        figures.put(Figure.LIVE_MIB, (double) gc.liveMib());
        figures.put(Figure.RESIDENT_MIB, (double) resident);
        return figures;
    }

    private String nextRun(String kind) {
        return kind + "-" + ++runs;
    }

    @Override
    public void close() {
        closeAll(Arrays.asList(workload, broker, silent, nginx));
    }

    private static void closeAll(List<? extends AutoCloseable> all) {
        for (AutoCloseable each : all) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.warn("closing failed cause={}", e.toString());
            }
        }
    }
}
