package dev.fanfare.control.deadletter;

import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.Run;
import dev.fanfare.retry.dead.DeadLetter;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetters;
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
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Lists, replays and discards dead letters, by the same code as the command: a run with a state on {@code fanfare.runs}
 * and its lines in the audit, one at a time in this process.
 *
 * <pre>
 * begin ─▶ state and audit: began ─▶ (own thread) transactions, each with the state ─▶ done or failed
 * </pre>
 *
 * <p>Stops the process in order meanwhile, the run ends as {@code stopped}, as do those that wait. Is it killed, what was
 * committed stands, the rest is still a dead letter, and the run stays {@code running} without getting on: begin another.
 * Safe from any thread; all of it waits for Kafka.
 */
public final class DeadLetterDesk implements AutoCloseable {
    /** Each reads the whole topic, on a thread that others need too. */
    static final int MOST_READINGS = 4;

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
    private final Clock clock;
    private final RandomGenerator random;
    private final RunQueue runs;
    private final Semaphore readings = new Semaphore(MOST_READINGS);

    /** Over a cluster. */
    public DeadLetterDesk(KafkaConnection kafka, Clock clock, RandomGenerator random, String name) {
        this(kafka, clock, random, name, CLOSE_TIMEOUT);
    }

    /** @param closeTimeout for how long the run that is at work may go on when it closes */
    DeadLetterDesk(KafkaConnection kafka, Clock clock, RandomGenerator random, String name, Duration closeTimeout) {
        this.letters = new DeadLetters(kafka);
        this.clock = clock;
        this.random = random;
        this.runs = new RunQueue(letters, new RunBook(kafka), name, closeTimeout);
    }

    /**
     * Reads the topic and says what matches.
     *
     * @throws ProblemException 503 where it is being read for too many others
     */
    public Outstanding list(DeadLetterFilter filter, int limit) {
        return list(filter, null, limit);
    }

    /** As {@link #list(DeadLetterFilter, int)}, but the newest of those behind a place; all that match are counted. */
    Outstanding list(DeadLetterFilter filter, @Nullable Place after, int limit) {
        if (!readings.tryAcquire()) {
            throw new ProblemException(Problem.of(
                    503,
                    "unavailable",
                    "Temporarily unavailable",
                    "the dead letters are being read for " + MOST_READINGS + " others: try again"));
        }
        try {
            return read(filter, after, limit);
        } finally {
            readings.release();
        }
    }

    private Outstanding read(DeadLetterFilter filter, @Nullable Place after, int limit) {
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
     * @throws ProblemException 429 where too many of the tenant wait, 503 where too many of all do: nothing is noted then
     */
    public Run begin(Action action, DeadLetterFilter filter, @Nullable String because, Actor by) {
        return runs.begin(action, Objects.requireNonNullElse(filter.tenant(), ""), () -> {
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
            return new RunOrder(run, filter, Pace.unlimited(), clock);
        });
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

    /** Lets the run that is at work come to its end, for a while, and stops it then; those that wait are stopped at once. */
    @Override
    public void close() {
        runs.close();
    }
}
