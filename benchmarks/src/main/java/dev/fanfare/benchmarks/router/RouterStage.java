package dev.fanfare.benchmarks.router;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.BrokerHost;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.benchmarks.run.GcLog;
import dev.fanfare.benchmarks.run.Loopback;
import dev.fanfare.benchmarks.run.Pause;
import dev.fanfare.benchmarks.run.Payload;
import dev.fanfare.benchmarks.run.Samples;
import dev.fanfare.benchmarks.run.Samples.Sample;
import dev.fanfare.benchmarks.run.Samples.Window;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the benchmark plays on, and the single runs.
 *
 * <pre>
 * this process        broker                router, or bare loop
 * events ───────────▶ events ─────────────▶ poll
 * looks at ends ◀──── deliveries ◀───────── fan out
 * reads all again ◀── deliveries
 * </pre>
 *
 * Confined to one thread.
 */
final class RouterStage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RouterStage.class);
    private static final String ROLE_MAIN = "dev.fanfare.standalone.Main";
    private static final String ROUTER_GROUP = "fanfare-router";
    private static final long SAMPLE_MILLIS = 50;
    private static final long STALLED_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int UNMEASURED = 200;
    private static final int MOST_EVENTS = 500_000;
    private static final long SEED = 1;

    private final RouterOptions options;
    private final Path folder;
    private final BrokerHost.Running broker;
    private final RouterLoad load;
    private final Set<Integer> subscribed = new HashSet<>();
    private boolean crowded;
    private int runs;

    /** Who fans out. */
    private interface Contestant {
        String name();

        String group();

        Child start(String run, Path gc);

        /** Adds what it counted itself; call it before it is stopped. */
        default void tell(Map<Figure, Double> figures) {}
    }

    RouterStage(RouterOptions options, Path folder) throws IOException {
        this.options = options;
        this.folder = folder;
        this.broker = BrokerHost.start(folder);
        try {
            this.load = new RouterLoad(broker.bootstrapServers(), options.bodyBytes);
            options.fanOuts.forEach(this::subscribe);
            subscribe(1);
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    private Contestant bare(Variant variant, int fanOut) {
        return new Contestant() {
            @Override
            public String name() {
                return "bare";
            }

            @Override
            public String group() {
                return BareLoop.GROUP;
            }

            @Override
            public Child start(String run, Path gc) {
                List<String> arguments = new ArrayList<>(List.of("bare"));
                arguments.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
                arguments.addAll(List.of("--guarantee", variant.guarantee()));
                arguments.addAll(List.of("--compression", variant.compression()));
                arguments.addAll(List.of("--linger", DurationText.format(variant.linger())));
                arguments.addAll(List.of("--fan-out", Integer.toString(fanOut)));
                return Child.java(
                        "the bare loop",
                        folder.resolve(run + ".log"),
                        Child.ownClassPath(),
                        javaOptions(gc),
                        RouterBenchmark.class.getName(),
                        arguments);
            }
        };
    }

    private Contestant router(Variant variant, @Nullable Path jars) {
        int port = Loopback.freePort();
        return new Contestant() {
            @Override
            public String name() {
                return jars == null ? "router" : "other";
            }

            @Override
            public String group() {
                return ROUTER_GROUP;
            }

            @Override
            public Child start(String run, Path gc) {
                List<String> java = javaOptions(gc);
                Path profile = options.profile;
                if (profile != null && jars == null) {
                    java.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename="
                            + profile.toAbsolutePath());
                    java.add("-XX:+UnlockDiagnosticVMOptions");
                    java.add("-XX:+DebugNonSafepoints");
                }
                List<String> arguments =
                        new ArrayList<>(List.of("router", "--port=" + port, "--instance-id=benchmark"));
                arguments.add("--bootstrap-servers=" + broker.bootstrapServers());
                arguments.add("--set=http.host=127.0.0.1");
                arguments.add("--set=access.tenants=" + Payload.TENANT);
                arguments.add("--set=router.state-dir=" + folder.resolve("streams"));
                arguments.addAll(variant.routerArguments());
                options.settings.forEach((key, value) -> arguments.add("--set=" + key + "=" + value));
                return Child.java(
                        "the router",
                        folder.resolve(run + ".log"),
                        jars == null ? Child.ownClassPath() : Child.classPathOf(jars),
                        java,
                        ROLE_MAIN,
                        arguments);
            }

            @Override
            public void tell(Map<Figure, Double> figures) {
                ReadIndexWaits.of(port).addTo(figures);
            }
        };
    }

    /** The bare loop, starting on a backlog. */
    Map<Figure, Double> drainBare(Variant variant, int fanOut) {
        return drain(bare(variant, fanOut), fanOut);
    }

    /** A router, starting on a backlog. */
    Map<Figure, Double> drain(Variant variant, int fanOut, @Nullable Path jars) {
        return drain(router(variant, jars), fanOut);
    }

    private Map<Figure, Double> drain(Contestant contestant, int fanOut) {
        String run = contestant.name() + "-" + ++runs;
        int events = Math.max(1, Math.min(MOST_EVENTS, options.deliveries / fanOut));
        long deliveries = (long) events * fanOut;
        load.backlog(run, fanOut, events);
        // what was cleared stays on disk until its segment ends
        long bytesBefore = load.deliveriesBytes();
        Path gc = folder.resolve(run + ".gc");
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        Samples samples = new Samples();
        try (Child child = contestant.start(run, gc)) {
            watch(child, samples, deliveries);
            awaitCommit(child, contestant.group());
            figures.put(Figure.CPU_WITH_START, child.cpuSeconds() * 100_000 / deliveries);
            figures.put(Figure.RESIDENT_MIB, (double) child.peakResidentMib());
            contestant.tell(figures);
            child.stop();
        }
        DeliveryCheck check = new DeliveryCheck(run, fanOut);
        load.read(check);
        check.check(events);
        figures.put(Figure.LOG_BYTES, (double) (load.deliveriesBytes() - bytesBefore) / deliveries);
        LOG.info("tenths run={} rates={}", run, samples.tenths(deliveries));
        Window steady = samples.steady(deliveries);
        figures.put(Figure.PER_SECOND, steady.perSecond());
        figures.put(Figure.CPU, steady.ownCpu());
        figures.put(Figure.BROKER_CPU, steady.brokerCpu());
        Double allocated = GcLog.read(gc).allocatedPerRequest(samples, steady);
        if (allocated != null) {
            figures.put(Figure.ALLOCATED_BYTES, allocated);
        }
        load.clear();
        return figures;
    }

    private void watch(Child child, Samples samples, long deliveries) {
        long last = -1;
        long movedAt = System.nanoTime();
        while (last < deliveries) {
            long appended = load.appended();
            Sample sample = new Sample(
                    System.nanoTime(),
                    System.currentTimeMillis(),
                    appended,
                    child.cpuSeconds(),
                    broker.process().cpuSeconds(),
                    0);
            samples.add(sample);
            child.check();
            if (appended != last) {
                last = appended;
                movedAt = sample.nanos();
            } else if (sample.nanos() - movedAt > STALLED_NANOS) {
                throw BenchmarkFailure.of(
                        "nothing is delivered any more after " + last + " of " + deliveries + "; see " + child.log());
            }
            Pause.millis(SAMPLE_MILLIS);
        }
    }

    private void awaitCommit(Child child, String group) {
        long deadline = System.nanoTime() + STALLED_NANOS;
        while (!load.isDone(group)) {
            child.check();
            if (System.nanoTime() > deadline) {
                throw BenchmarkFailure.of("not all events are committed; see " + child.log());
            }
            Pause.millis(SAMPLE_MILLIS);
        }
    }

    /** The bare loop with nothing to do but an event now and then. */
    Map<Figure, Double> restBare(Variant variant) {
        return rest(bare(variant, 1));
    }

    /** A router with nothing to do but an event now and then. */
    Map<Figure, Double> rest(Variant variant, @Nullable Path jars) {
        return rest(router(variant, jars));
    }

    private Map<Figure, Double> rest(Contestant contestant) {
        String run = contestant.name() + "-" + ++runs;
        SplittableRandom random = new SplittableRandom(SEED);
        long[] nanos = new long[options.events];
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        try (Child child = contestant.start(run, folder.resolve(run + ".gc"));
                Consumer<byte[], byte[]> reader = load.reader("benchmark-rest")) {
            for (int number = 0; number < UNMEASURED + options.events; number++) {
                // a moment apart that is no multiple of anybody's timer
                Pause.millis(random.nextInt(5, 40));
                long sentAt = System.nanoTime();
                load.one(run, 1, number);
                long seenAt = awaitDelivery(reader, run + "-" + number, child);
                if (number >= UNMEASURED) {
                    nanos[number - UNMEASURED] = seenAt - sentAt;
                }
            }
            contestant.tell(figures);
            child.stop();
        }
        load.clear();
        Arrays.sort(nanos);
        figures.put(Figure.P50_MILLIS, nanos[nanos.length / 2] / 1e6);
        figures.put(Figure.P99_MILLIS, nanos[nanos.length * 99 / 100] / 1e6);
        return figures;
    }

    /** A router with events at a steady rate, and in their midst, or not, one that very many subscriptions want. */
    Map<Figure, Double> among(Variant variant, boolean huge) {
        subscribe(options.subscriptions);
        Contestant contestant = router(variant, null);
        String run = contestant.name() + "-" + ++runs;
        Path gc = folder.resolve(run + ".gc");
        Map<Figure, Double> figures;
        try (Child child = contestant.start(run, gc);
                Consumer<byte[], byte[]> reader = load.reader("benchmark-steady")) {
            for (int number = 0; number < UNMEASURED; number++) {
                load.one(run, 1, -1 - number);
                awaitDelivery(reader, run + "-" + (-1 - number), child);
            }
            figures = new SteadyEvents(load, reader, child, run, options).play(huge);
            figures.put(Figure.RESIDENT_MIB, (double) child.peakResidentMib());
            child.stop();
        }
        figures.put(Figure.LIVE_MIB, (double) GcLog.read(gc).liveMib());
        load.clear();
        return figures;
    }

    /** A router that starts with very many subscriptions, and one event that waits for it. */
    Map<Figure, Double> load(Variant variant) {
        if (!crowded) {
            load.crowd(options.subscriptions);
            crowded = true;
        }
        Contestant contestant = router(variant, null);
        String run = contestant.name() + "-" + ++runs;
        Path gc = folder.resolve(run + ".gc");
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        try (Consumer<byte[], byte[]> reader = load.reader("benchmark-load")) {
            load.one(run, 1, 0);
            long began = System.nanoTime();
            try (Child child = contestant.start(run, gc)) {
                figures.put(Figure.SECONDS, (awaitDelivery(reader, run + "-0", child) - began) / 1e9);
                figures.put(Figure.RESIDENT_MIB, (double) child.peakResidentMib());
                child.stop();
            }
        }
        figures.put(Figure.LIVE_MIB, (double) GcLog.read(gc).liveMib());
        load.clear();
        return figures;
    }

    private void subscribe(int fanOut) {
        if (subscribed.add(fanOut)) {
            load.subscribe(fanOut);
        }
    }

    private static long awaitDelivery(Consumer<byte[], byte[]> reader, String eventId, Child child) {
        long deadline = System.nanoTime() + STALLED_NANOS;
        while (true) {
            for (ConsumerRecord<byte[], byte[]> delivery : reader.poll(Duration.ofMillis(100))) {
                if (eventId.equals(RecordHeaders.text(delivery.headers(), EventRecords.ATTRIBUTE_PREFIX + Event.ID))) {
                    return System.nanoTime();
                }
            }
            child.check();
            if (System.nanoTime() > deadline) {
                throw BenchmarkFailure.of("event " + eventId + " is not delivered; see " + child.log());
            }
        }
    }

    private List<String> javaOptions(Path gc) {
        List<String> java = new ArrayList<>(options.javaOptions);
        java.add(GcLog.option(gc));
        return java;
    }

    @Override
    public void close() {
        load.close();
        broker.close();
    }
}
