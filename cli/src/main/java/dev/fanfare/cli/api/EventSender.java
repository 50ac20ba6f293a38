package dev.fanfare.cli.api;

import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.shell.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends a stream of events, several at a time.
 *
 * <pre>
 * line ─▶ EventLine ─▶ permit ─▶ POST ─┬─ 202            accepted
 *                                      ├─ 400, 413, 415  this line is refused: said with its number; the next goes on
 *                                      ├─ 429, 503, none tried again, a few times; then the whole run stops
 *                                      └─ 401, 403, 404  no line would be taken: the whole run stops
 * </pre>
 *
 * A line may be tried again because it has an id: a duplicate becomes the same delivery. For one run.
 */
final class EventSender {
    /** What a run came to. */
    record Tally(long accepted, long refused, double seconds) {
        double perSecond() {
            return seconds <= 0 ? 0 : accepted / seconds;
        }
    }

    private static final int TRIES = 6;
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final ApiClient client;
    private final ProgressLine progress;
    private final LongSupplier nanoTime;
    private final int inFlight;
    private final Semaphore permits;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicReference<@Nullable CommandFailure> stopped = new AtomicReference<>();
    private final long startedAt;

    EventSender(ApiClient client, ProgressLine progress, int inFlight, LongSupplier nanoTime) {
        this.client = client;
        this.progress = progress;
        this.nanoTime = nanoTime;
        this.inFlight = inFlight;
        this.permits = new Semaphore(inFlight);
        this.startedAt = nanoTime.getAsLong();
    }

    /**
     * Sends all lines and waits for their answers.
     *
     * @throws CommandFailure where the run stopped before its end
     */
    Tally send(InputStream in, Supplier<String> mintId) throws IOException, InterruptedException {
        Lines lines = new Lines(in);
        for (byte[] line = lines.next(); line != null && stopped.get() == null; line = lines.next()) {
            if (lines.wasCut()) {
                refuse(lines.number(), "is longer than " + Lines.MAX_BYTES / 1024 / 1024 + " MiB");
            } else if (!Lines.isBlank(line)) {
                permits.acquire();
                attempt(EventLine.of(lines.number(), line, mintId), 1);
            }
        }
        permits.acquire(inFlight);
        progress.clear();
        CommandFailure failure = stopped.get();
        Tally tally = tally();
        if (failure != null) {
            throw new CommandFailure(
                    failure.getMessage()
                            + (tally.accepted + tally.refused == 0
                                    ? ""
                                    : "; " + tally.accepted + " events were accepted before"),
                    failure);
        }
        return tally;
    }

    private Tally tally() {
        return new Tally(accepted.get(), refused.get(), (nanoTime.getAsLong() - startedAt) / 1e9);
    }

    private void attempt(EventLine line, int tried) {
        if (stopped.get() != null) {
            permits.release();
            return;
        }
        CompletableFuture<?> unused = client.send("POST", "/events", line.contentType(), line.body())
                .whenComplete((answer, error) -> answered(line, tried, answer, error));
    }

    private void answered(EventLine line, int tried, @Nullable ApiAnswer answer, @Nullable Throwable error) {
        if (answer != null && answer.isSuccess()) {
            accepted.incrementAndGet();
            finished();
        } else if (answer != null && answer.status() != 429 && answer.status() != 503) {
            if (answer.status() == 400 || answer.status() == 413 || answer.status() == 415 || answer.status() == 422) {
                refuse(line.number(), answer.words());
            } else {
                stopped.compareAndSet(null, new CommandFailure("line " + line.number() + ": " + answer.words()));
            }
            finished();
        } else if (tried < TRIES && !isNobodyThere(error)) {
            CompletableFuture.delayedExecutor(pauseMillis(tried, answer), TimeUnit.MILLISECONDS)
                    .execute(() -> attempt(line, tried + 1));
        } else {
            CommandFailure failure = answer == null
                    ? client.unreachable(
                            error instanceof CompletionException && error.getCause() != null
                                    ? error.getCause()
                                    : Objects.requireNonNull(error))
                    : new CommandFailure(answer.words());
            stopped.compareAndSet(
                    null,
                    accepted.get() == 0
                            ? failure
                            : new CommandFailure("gave up at line " + line.number() + ": " + failure.getMessage()));
            finished();
        }
    }

    /** Where nothing has ever answered, there is nothing to wait for. */
    private boolean isNobodyThere(@Nullable Throwable error) {
        return error != null && accepted.get() == 0 && refused.get() == 0;
    }

    private static long pauseMillis(int tried, @Nullable ApiAnswer answer) {
        long pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << (tried - 1));
        if (answer != null && answer.retryAfter() != null && answer.retryAfter().matches("\\d{1,4}")) {
            return Math.max(pause, Long.parseLong(answer.retryAfter()) * 1_000);
        }
        return pause;
    }

    private void refuse(long number, String words) {
        refused.incrementAndGet();
        progress.say("line " + number + ": " + words);
    }

    private void finished() {
        permits.release();
        progress.update(() -> {
            Tally tally = tally();
            return String.format(
                    "%,d accepted%s, %,.0f/s",
                    tally.accepted,
                    tally.refused == 0 ? "" : String.format(", %,d refused", tally.refused),
                    tally.perSecond());
        });
    }
}
