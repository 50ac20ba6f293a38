package dev.fanfare.benchmarks.pipeline;

import dev.fanfare.benchmarks.pipeline.Scenario.Kind;
import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.benchmarks.run.HttpLoad;
import dev.fanfare.benchmarks.run.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Plays one scenario after the other.
 *
 * <pre>
 * this process                    Fanfare                                             this process
 * events, stamped ──── HTTP ────▶ ingest ─▶ router ─▶ dispatcher ──── webhooks ────▶ receiver: how long since the stamp
 *    ▲ no more under way than may be                                                     │
 *    └────────────────────────────── how many have arrived ◀─────────────────────────────┘
 * warm-up │ measured │ until all have arrived, each of them once
 * </pre>
 *
 * Confined to one thread.
 */
final class Player {
    private static final long STALLED_NANOS = Duration.ofSeconds(30).toNanos();
    /** Until the first comes: a process with a small share of a core (--dispatchers-under) takes long to start. */
    private static final long BEGUN_NANOS = Duration.ofMinutes(3).toNanos();

    private static final double AT_REST_PER_SECOND = 20;
    private static final int BARE_IN_FLIGHT = 128;
    /** {@code dispatcher.max-in-flight}: as many may wait for slow endpoints. */
    private static final int SLOW_IN_FLIGHT = 512;

    private final Effort effort;
    private final Target target;
    private final @Nullable OwnFanfare fanfare;
    private final Map<String, Child> processes;
    private final Receiver receiver;
    private final Subscriptions subscriptions;
    private final @Nullable Limits limits;
    private final Progress progress;
    private int runs;

    /** Where things stand at the two ends of what is measured. */
    private record Mark(long nanos, long done, Usage usage) {}

    /**
     * Sets it up.
     *
     * @param fanfare the one that is ours; null where it is somebody else's
     * @param broker  the one that is ours; null where it is somebody else's
     * @param limits  null where none are asked for
     */
    Player(
            Effort effort,
            Target target,
            @Nullable OwnFanfare fanfare,
            @Nullable Child broker,
            Receiver receiver,
            Subscriptions subscriptions,
            @Nullable Limits limits,
            Progress progress) {
        this.effort = effort;
        this.target = target;
        this.fanfare = fanfare;
        this.receiver = receiver;
        this.subscriptions = subscriptions;
        this.limits = limits;
        this.progress = progress;
        this.processes = new LinkedHashMap<>(fanfare == null ? Map.of() : fanfare.roles());
        if (broker != null) {
            processes.put(Usage.BROKER, broker);
        }
    }

    /** Plays it; throws where a delivery is missing or came twice. */
    Map<Figure, Double> play(Scenario scenario) {
        progress.begin(scenario.name());
        subscriptions.prepare(scenario);
        Map<Figure, Double> figures = scenario.kind() == Kind.DRAIN ? drain(scenario) : flow(scenario);
        compare(scenario, figures);
        progress.end(scenario.name(), figures);
        return figures;
    }

    private Map<Figure, Double> flow(Scenario scenario) {
        Events events = events(scenario);
        receiver.follow(new Course(runs, scenario.delayMillis(), scenario.trouble()));
        Recording recording = new Recording(scenario);
        Flow flow = new Flow(events, rate(scenario), recording);
        recording.flow = flow;
        send(scenario, flow);
        if (!scenario.isIngest()) {
            awaitAll(scenario, flow.eventsSent());
        }
        subscriptions.removeSick(scenario);
        return recording.figures();
    }

    private Flow.Rate rate(Scenario scenario) {
        return switch (scenario.kind()) {
            case INGEST_SINGLE, INGEST_BATCH -> Flow.unbounded();
            case FLOW -> Flow.window(effort.window(), scenario.countedPerEvent() * scenario.batch(), receiver::counted);
            case REST -> Flow.perSecond(AT_REST_PER_SECOND);
            case DRAIN -> throw new IllegalStateException("it has its own way");
        };
    }

    private Events events(Scenario scenario) {
        return new Events(
                target,
                ++runs,
                scenario.batch(),
                scenario.bodyBytes(),
                subscriptions.groups(scenario),
                group -> subscriptions.type(scenario, group));
    }

    private void send(Scenario scenario, Flow flow) {
        try (HttpLoad load = new HttpLoad(target.ingest().getHost(), target.ingestPort(), scenario.connections())) {
            load.run(flow);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A dispatcher, started on a backlog. */
    private Map<Figure, Double> drain(Scenario scenario) {
        OwnFanfare own = Objects.requireNonNull(fanfare, "the options see to it");
        own.stopDispatchers();
        processes
                .keySet()
                .removeIf(name -> !name.equals(Usage.BROKER) && !own.roles().containsKey(name));
        long before = own.deliveriesMade();
        long backlog = effort.backlog() / scenario.fanOut() * scenario.fanOut();
        receiver.follow(new Course(runs + 1, 0, Scenario.Trouble.NONE));
        long requests = backlog / scenario.fanOut() / scenario.batch();
        Flow[] filling = new Flow[1];
        Flow flow = new Flow(
                events(scenario),
                Flow.upTo(requests),
                () -> filling[0] != null && filling[0].eventsAnswered() >= requests * scenario.batch());
        filling[0] = flow;
        send(scenario, flow);
        await(() -> own.deliveriesMade() - before, backlog, "the router made");
        own.startDispatchers();
        processes.putAll(own.roles());
        Mark[] from = new Mark[1];
        await(
                () -> {
                    long arrived = receiver.counted();
                    if (from[0] == null && arrived >= backlog / 10) {
                        from[0] = mark(arrived);
                    }
                    return arrived;
                },
                backlog * 9 / 10,
                "arrived");
        Mark to = mark(receiver.counted());
        awaitAll(scenario, flow.eventsSent());
        Map<Figure, Double> figures = figures(from[0], to);
        return figures;
    }

    private Mark mark(long done) {
        return new Mark(System.nanoTime(), done, Usage.now(processes));
    }

    private Map<Figure, Double> figures(Mark from, Mark to) {
        long done = to.done - from.done;
        if (done <= 0) {
            throw BenchmarkFailure.of("nothing arrived while it was measured: give it more --seconds");
        }
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.PER_SECOND, done * 1e9 / (to.nanos - from.nanos));
        Usage.figures(to.usage.perThousandSince(from.usage, done), figures);
        if (fanfare != null) {
            Usage.allocated(fanfare, from.usage, to.usage, done, figures);
            figures.put(
                    Figure.ROLES_RESIDENT_MIB,
                    fanfare.roles().values().stream()
                            .mapToDouble(Child::peakResidentMib)
                            .sum());
        }
        return figures;
    }

    private static void quantiles(Histogram micros, Map<Figure, Double> into) {
        into.put(Figure.P50_MILLIS, micros.getValueAtPercentile(50) / 1e3);
        into.put(Figure.P99_MILLIS, micros.getValueAtPercentile(99) / 1e3);
        into.put(Figure.P999_MILLIS, micros.getValueAtPercentile(99.9) / 1e3);
    }

    private void compare(Scenario scenario, Map<Figure, Double> figures) {
        Double perSecond = figures.get(Figure.PER_SECOND);
        if (limits == null || perSecond == null) {
            return;
        }
        progress.note("its limits");
        Double kafka =
                switch (scenario.kind()) {
                    case INGEST_SINGLE, INGEST_BATCH -> limits.produce(scenario.bodyBytes());
                    case FLOW, DRAIN -> limits.fanOut(scenario.fanOut(), scenario.bodyBytes());
                    case REST -> null;
                };
        if (kafka != null) {
            figures.put(Figure.OF_BARE_KAFKA, perSecond / kafka);
        }
        if (!scenario.isIngest() && scenario.kind() != Kind.REST) {
            figures.put(
                    Figure.OF_BARE_HTTP,
                    perSecond
                            / limits.http(
                                    Math.min(scenario.endpoints(effort.endpoints()), Receiver.MOST_ADDRESSES),
                                    scenario.bodyBytes(),
                                    scenario.delayMillis(),
                                    scenario.delayMillis() == 0 ? BARE_IN_FLIGHT : SLOW_IN_FLIGHT));
        }
    }

    private void awaitAll(Scenario scenario, long events) {
        long owed = events * scenario.countedPerEvent();
        await(receiver::counted, owed, "arrived");
        // one that came twice came soon after: both were under way
        Pause.millis(200);
        long came = receiver.counted();
        if (came != owed || receiver.sum() != sum(scenario, events)) {
            throw BenchmarkFailure.of(
                    "void: " + owed + " deliveries were owed, and " + came + " came, not each of them once");
        }
    }

    private long sum(Scenario scenario, long events) {
        int groups = subscriptions.groups(scenario);
        Course course = new Course(runs, scenario.delayMillis(), scenario.trouble());
        long sum = 0;
        for (long event = 0; event < events; event++) {
            int first = (int) (event % groups) * scenario.fanOut();
            for (int endpoint = first; endpoint < first + scenario.fanOut(); endpoint++) {
                if (course.counts(endpoint)) {
                    sum += Stamp.sum(event, endpoint);
                }
            }
        }
        return sum;
    }

    private interface Counter {
        long now();
    }

    private void await(Counter counter, long wanted, String what) {
        long last = -1;
        long movedNanos = System.nanoTime();
        while (true) {
            long now = counter.now();
            if (now >= wanted) {
                return;
            }
            progress.at(now, wanted);
            processes.values().forEach(Child::check);
            if (now != last) {
                last = now;
                movedNanos = System.nanoTime();
            } else if (System.nanoTime() - movedNanos > (now == 0 ? BEGUN_NANOS : STALLED_NANOS)) {
                throw BenchmarkFailure.of("void: only " + now + " of " + wanted + " deliveries " + what);
            }
            Pause.millis(20);
        }
    }

    /** What is measured of a run that takes a time: after the warm-up, until it is over. */
    private final class Recording implements BooleanSupplier {
        private final Scenario scenario;
        private final long beginNanos = System.nanoTime();
        private @Nullable Flow flow;
        private @Nullable Mark from;
        private @Nullable Mark to;
        private @Nullable Histogram micros;

        Recording(Scenario scenario) {
            this.scenario = scenario;
        }

        /** Asked at every turn; true once the time is over. */
        @Override
        public boolean getAsBoolean() {
            Flow sending = flow;
            if (to != null || sending == null) {
                return to != null;
            }
            Duration passed = Duration.ofNanos(System.nanoTime() - beginNanos);
            long done = scenario.isIngest() ? sending.eventsAnswered() : receiver.counted();
            progress.at(passed, done);
            if (done == 0 || from != null && done == from.done) {
                // a machine so slow that nothing has come yet: there is nothing to measure
                failWhereStalled(passed);
                return false;
            }
            if (from == null && passed.compareTo(effort.warmUp()) >= 0) {
                processes.values().forEach(Child::forgetPeak);
                histogram(sending);
                from = mark(done);
            } else if (from != null && passed.compareTo(effort.warmUp().plus(effort.measured())) >= 0) {
                to = mark(done);
                micros = histogram(sending);
                processes.values().forEach(Child::check);
            }
            return to != null;
        }

        private void failWhereStalled(Duration passed) {
            if (passed.compareTo(effort.warmUp().plus(effort.measured()).plusNanos(STALLED_NANOS)) > 0) {
                throw BenchmarkFailure.of("void: nothing arrives; see the logs of the roles");
            }
        }

        private Histogram histogram(Flow sending) {
            return scenario.isIngest() ? sending.answers() : receiver.latencies();
        }

        Map<Figure, Double> figures() {
            Mark first = from;
            Mark last = to;
            Histogram all = micros;
            if (first == null || last == null || all == null) {
                throw new IllegalStateException("it isn't over");
            }
            Map<Figure, Double> figures = Player.this.figures(first, last);
            quantiles(all, figures);
            return figures;
        }
    }
}
