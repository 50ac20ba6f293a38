package dev.fanfare.control.deadletter;

import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.Run;
import dev.fanfare.retry.dead.DeadLetter;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.Outcome;
import dev.fanfare.retry.dead.RunListener;
import dev.fanfare.retry.dead.RunOrder;
import dev.fanfare.retry.run.Pace;
import dev.fanfare.retry.run.RunBook;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists, replays and discards dead letters, by the same code as the command: a run with a state on {@code fanfare.runs}
 * and its lines in the audit, one at a time in this process.
 *
 * <pre>
 * begin ─▶ state and audit: began ─▶ (own thread) transactions, each with the state ─▶ done or failed
 * </pre>
 *
 * <p>Dies the process meanwhile, what was committed stands, the rest is still a dead letter, and the run stays
 * {@code running} without getting on: begin another. Safe from any thread; all of it waits for Kafka.
 */
public final class DeadLetterDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterDesk.class);
    private static final int MOST_WAITING = 100;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /** What is done. */
    public enum Action {
        REPLAY(Run.DLQ_REPLAY),
        DISCARD(Run.DLQ_DISCARD);

        private final String kind;

        Action(String kind) {
            this.kind = kind;
        }

        /** What a kind of run does; empty where it is something else. */
        static Optional<Action> of(String kind) {
            return Arrays.stream(values())
                    .filter(action -> action.kind.equals(kind))
                    .findFirst();
        }

        /** In lower case. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where one stands: those that died later come before it. */
    record Place(long diedAtMillis, int partition, long offset) implements Comparable<Place> {
        private static final int BYTES = Long.BYTES + Integer.BYTES + Long.BYTES;
        private static final Comparator<Place> NEWEST_FIRST = Comparator.comparingLong(Place::diedAtMillis)
                .thenComparingInt(Place::partition)
                .thenComparingLong(Place::offset)
                .reversed();

        static Place of(DeadLetter letter) {
            return new Place(letter.diedAt().toEpochMilli(), letter.partition(), letter.offset());
        }

        /** As a cursor. */
        String text() {
            byte[] bytes = ByteBuffer.allocate(BYTES)
                    .putLong(diedAtMillis)
                    .putInt(partition)
                    .putLong(offset)
                    .array();
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }

        /** Reads {@link #text}; null where it is something else. */
        static @Nullable Place parse(String text) {
            try {
                ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
                return bytes.remaining() == BYTES ? new Place(bytes.getLong(), bytes.getInt(), bytes.getLong()) : null;
            } catch (IllegalArgumentException e) {
                return null;
            }
        }

        @Override
        public int compareTo(Place other) {
            return NEWEST_FIRST.compare(this, other);
        }
    }

    /**
     * What is outstanding.
     *
     * @param newest the newest first
     * @param count  of all that match
     */
    public record Outstanding(List<DeadLetter> newest, long count) {}

    private final DeadLetters letters;
    private final RunBook book;
    private final Clock clock;
    private final RandomGenerator random;
    private final ThreadPoolExecutor thread;

    /** Over a cluster. */
    public DeadLetterDesk(KafkaConnection kafka, Clock clock, RandomGenerator random, String name) {
        this.letters = new DeadLetters(kafka);
        this.book = new RunBook(kafka);
        this.clock = clock;
        this.random = random;
        this.thread =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), runnable -> {
                    Thread created = new Thread(runnable, name);
                    created.setDaemon(true);
                    return created;
                });
    }

    /** Reads the topic and says what matches. */
    public Outstanding list(DeadLetterFilter filter, int limit) {
        return list(filter, null, limit);
    }

    /** As {@link #list(DeadLetterFilter, int)}, but the newest of those behind a place; all that match are counted. */
    Outstanding list(DeadLetterFilter filter, @Nullable Place after, int limit) {
        Comparator<DeadLetter> newestFirst = Comparator.comparing(Place::of);
        PriorityQueue<DeadLetter> newest = new PriorityQueue<>(newestFirst.reversed());
        long[] count = {0};
        letters.list(filter, RunListener.SILENT, letter -> {
            count[0]++;
            if (after == null || Place.of(letter).compareTo(after) > 0) {
                newest.add(letter);
            }
            if (newest.size() > limit) {
                newest.poll();
            }
        });
        List<DeadLetter> sorted = new ArrayList<>(newest);
        sorted.sort(newestFirst);
        return new Outstanding(sorted, count[0]);
    }

    /**
     * Begins a run over what matches and is outstanding now; returns when it is noted.
     *
     * @param because why, for the audit; null where no reason is given
     * @throws ProblemException 503 where too many wait
     */
    public Run begin(Action action, DeadLetterFilter filter, @Nullable String because, Actor by) {
        long now = clock.millis();
        Run run = new Run(
                Uuid7.mint(now, random).toString(),
                action.kind,
                Run.State.RUNNING,
                by,
                now,
                now,
                written(filter),
                Map.of(),
                letters.frozenEnds(),
                because,
                null);
        book.write(run, "began");
        try {
            thread.execute(() -> work(action, new RunOrder(run, filter, Pace.unlimited(), clock)));
        } catch (RejectedExecutionException e) {
            String why = "too many runs are waiting here, or the process is stopping: nothing was moved";
            book.write(run.at(Run.State.FAILED, run.counts(), clock.millis(), why), "failed");
            throw new ProblemException(Problem.of(503, "unavailable", "Temporarily unavailable", why));
        }
        return run;
    }

    /** Keeps what was committed. Confined to the run's thread. */
    private static final class Following implements RunListener {
        private Outcome soFar;

        Following(Outcome begin) {
            this.soFar = begin;
        }

        @Override
        public void committed(Outcome outcome) {
            soFar = outcome;
        }
    }

    private void work(Action action, RunOrder order) {
        Run run = order.run();
        Following following = new Following(Outcome.of(run));
        try {
            Outcome outcome =
                    switch (action) {
                        case REPLAY -> letters.replay(order, following);
                        case DISCARD -> letters.discard(order, following);
                    };
            book.write(run.at(Run.State.DONE, outcome.counts(run), clock.millis(), null), "done");
            LOG.info("run done run={} kind={} moved={}", run.id(), run.kind(), outcome.moved());
        } catch (RuntimeException e) {
            LOG.warn("run failed, what it did stands run={} kind={} cause={}", run.id(), run.kind(), e.toString());
            try {
                Map<String, Long> counts = following.soFar.counts(run);
                book.write(run.at(Run.State.FAILED, counts, clock.millis(), e.toString()), "failed");
            } catch (KafkaException told) {
                LOG.warn("that the run failed can't be written run={} cause={}", run.id(), told.toString());
            }
        }
    }

    /** By the names of the command's options. */
    private static Map<String, String> written(DeadLetterFilter filter) {
        Map<String, String> written = new TreeMap<>();
        put(written, "tenant", filter.tenant());
        put(written, "subscription", filter.subscription());
        put(written, "type", filter.eventType());
        put(written, "reason", filter.reason());
        put(written, "status", filter.status());
        put(written, "since", filter.since());
        put(written, "until", filter.until());
        put(written, "error", filter.errorText());
        put(written, "ids", filter.ids().isEmpty() ? null : String.join(" ", filter.ids()));
        return written;
    }

    private static void put(Map<String, String> map, String name, @Nullable Object value) {
        if (value != null) {
            map.put(name, value.toString());
        }
    }

    /** Lets a run that is under way come to its end, for a while. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
