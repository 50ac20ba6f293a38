package dev.fanfare.benchmarks.attempts;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Pause;
import dev.fanfare.benchmarks.run.RunFolder;
import dev.fanfare.broker.BrokerSettings;
import dev.fanfare.broker.EmbeddedBroker;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptPage;
import dev.fanfare.control.attempt.AttemptQuery;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.LogEnds;
import dev.fanfare.runtime.kafka.TopicSetup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Attempts on their topic, spread over three days and 5,000 subscriptions, one in ten of them failed: how long the index
 * takes to be made, and how long questions to it take. What is there already in the folder is gone on with.
 */
@Command(
        name = "attempts.sh",
        mixinStandardHelpOptions = true,
        description = "Measures the index of attempts. With --folder, a run that was broken off is gone on with.")
public final class AttemptsBenchmark implements Callable<Integer> {
    private static final String TENANT = "bench";
    private static final int SUBSCRIPTIONS = 5_000;
    private static final int PARTITIONS = 6;
    private static final long SPAN_MILLIS = Duration.ofDays(3).toMillis();
    private static final UUID GENERATION = new UUID(1, 2);

    @Option(names = "--attempts", paramLabel = "N", description = "How many (default: ${DEFAULT-VALUE}).")
    private int attempts = 1_000_000;

    @Option(names = "--questions", paramLabel = "N", description = "Of each kind (default: ${DEFAULT-VALUE}).")
    private int questions = 500;

    @Option(names = "--folder", paramLabel = "FOLDER", description = "Where data lies; kept. Default: a temporary one.")
    private @Nullable Path given;

    @Spec
    private @Nullable CommandSpec spec;

    public static void main(String[] args) {
        System.exit(BenchmarkFailure.tellBriefly(new CommandLine(new AttemptsBenchmark()))
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        try (RunFolder folder = RunFolder.open(given, "fanfare-attempts");
                EmbeddedBroker broker =
                        EmbeddedBroker.start(BrokerSettings.in(folder.path().resolve("broker")))) {
            KafkaConnection kafka = KafkaConnection.to(broker.bootstrapServers());
            long begun = startOf(folder.path());
            fill(kafka, begun, out);
            Path state = folder.path().resolve("index");
            try (AttemptIndex index =
                    new AttemptIndex(kafka, state, 64L * 1024 * 1024, Clock.systemUTC(), "bench-attempts")) {
                index.start();
                long from = System.nanoTime();
                do {
                    Pause.millis(200);
                } while (index.find(AttemptQuery.of(TENANT).delivery(delivery(attempts - 1)), null, 1)
                                .attempts()
                                .isEmpty()
                        || index.behind() > 0);
                out.printf(Locale.ROOT, "index caught up after   %.1f s%n", (System.nanoTime() - from) / 1e9);
                out.printf(Locale.ROOT, "on disk                 %,d MB%n", bytes(state) / 1_000_000);
                ask(index, begun, out);
            }
        }
        return 0;
    }

    /** The same attempts at the same moments, however often it is gone on with. */
    private static long startOf(Path folder) throws IOException {
        Path file = folder.resolve("begun");
        if (!Files.exists(file)) {
            Files.writeString(file, Long.toString(System.currentTimeMillis() - SPAN_MILLIS));
        }
        return Long.parseLong(Files.readString(file));
    }

    private void fill(KafkaConnection kafka, long begun, PrintWriter out) {
        try (Admin admin = kafka.admin("bench-setup")) {
            new TopicSetup(admin, Duration.ofSeconds(30))
                    .create(new TopicLayout(PARTITIONS, PARTITIONS, (short) 1, List.of(new Tier(Duration.ofMinutes(1))))
                            .specs());
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(Topics.ATTEMPTS, partition))
                    .toList();
            long there = LogEnds.of(admin, partitions, Duration.ofSeconds(30)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            long from = System.nanoTime();
            // lz4, as the dispatcher's
            try (Producer<byte[], byte[]> producer =
                    kafka.producer("bench-fill", Map.of(ProducerConfig.LINGER_MS_CONFIG, 20))) {
                for (long i = there; i < attempts; i++) {
                    Attempt attempt = attempt((int) i, begun);
                    producer.send(new ProducerRecord<>(
                            Topics.ATTEMPTS,
                            (TENANT + "/" + attempt.subscription()).getBytes(UTF_8),
                            attempt.toJson()));
                }
            }
            out.printf(
                    Locale.ROOT,
                    "attempts on the topic   %,d (%,d now, in %.1f s)%n",
                    attempts,
                    Math.max(0, attempts - there),
                    (System.nanoTime() - from) / 1e9);
        }
    }

    private static String subscription(int i) {
        return "sub-" + i % SUBSCRIPTIONS;
    }

    private static String event(int i) {
        return "event-" + i / 10;
    }

    private static String delivery(int i) {
        return DeliveryId.of(TENANT, "/bench", event(i), subscription(i), GENERATION);
    }

    private Attempt attempt(int i, long begun) {
        boolean failed = i % 10 == 0;
        long at = begun + (long) ((double) i / attempts * SPAN_MILLIS);
        return new Attempt(
                delivery(i),
                TENANT,
                subscription(i),
                event(i),
                "order.created",
                1,
                failed ? "retry" : "delivered",
                at,
                20 + i % 200,
                failed ? 503 : 204,
                failed ? "answered 503 Service Unavailable" : null,
                failed ? 60_000L : null,
                failed ? "upstream connect error or disconnect/reset before headers" : null,
                null,
                at - 15);
    }

    private void ask(AttemptIndex index, long begun, PrintWriter out) {
        Random random = new Random(42);
        AttemptQuery all = AttemptQuery.of(TENANT);
        out.printf(Locale.ROOT, "%-44s %8s %8s %8s%n", "question, answered in ms", "p50", "p99", "max");
        time(out, "one delivery", 1, index, i -> all.delivery(delivery(random.nextInt(attempts))));
        time(out, "one event (10 deliveries)", 10, index, i -> all.event(event(random.nextInt(attempts / 10) * 10)));
        time(
                out,
                "a subscription's newest 100",
                1,
                index,
                i -> all.subscription(subscription(random.nextInt(SUBSCRIPTIONS))));
        time(out, "a subscription's newest 100 with 503", 0, index, i -> all.subscription(
                        subscription(random.nextInt(SUBSCRIPTIONS)))
                .status(503));
        time(out, "100 of a subscription before some moment", 0, index, i -> all.subscription(
                        subscription(random.nextInt(SUBSCRIPTIONS)))
                .until(begun + (long) (random.nextDouble() * SPAN_MILLIS)));
        time(out, "the tenant's newest 100", 100, index, i -> all);
        time(out, "the tenant's newest 100 with 503", 100, index, i -> all.status(503));
        time(out, "the tenant's newest 100 that were rejected", 0, index, i -> all.status(422));
    }

    private void time(
            PrintWriter out, String what, int atLeast, AttemptIndex index, IntFunction<AttemptQuery> question) {
        long[] micros = new long[questions];
        for (int i = 0; i < questions; i++) {
            AttemptQuery query = question.apply(i);
            long from = System.nanoTime();
            AttemptPage page = index.find(query, null, 100);
            micros[i] = (System.nanoTime() - from) / 1_000;
            if (page.attempts().size() < atLeast) {
                throw BenchmarkFailure.of(
                        what + ": " + query + " found only " + page.attempts().size());
            }
        }
        Arrays.sort(micros);
        out.printf(
                Locale.ROOT,
                "%-44s %8.1f %8.1f %8.1f%n",
                what,
                micros[questions / 2] / 1e3,
                micros[questions * 99 / 100] / 1e3,
                micros[questions - 1] / 1e3);
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
