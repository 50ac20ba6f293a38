package dev.fanfare.runtime.kafka;

import dev.fanfare.contract.DurationText;
import dev.fanfare.runtime.lifecycle.Readiness;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.jspecify.annotations.Nullable;

/**
 * Knows how long Kafka has not answered, whatever its roles are doing: consumers and producers try again by themselves
 * and say nothing, so a role with nothing to do would look well for as long as the outage lasts.
 *
 * <pre>
 * every second: ask the cluster who it is ─▶ answered: not silent   no answer: silent since the last
 * </pre>
 *
 * <p>Any broker's answer will do. Thread-safe.
 */
public final class BrokerWatch implements AutoCloseable {
    private static final long ASK_MILLIS = 1_000;
    private static final int ANSWER_MILLIS = 5_000;

    private final Supplier<CompletionStage<?>> question;
    private final Duration patience;
    private final LongSupplier nanoClock;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile long answeredAtNanos;
    private volatile boolean everAnswered;
    private volatile @Nullable AuthenticationException refused;
    private volatile @Nullable String trouble;
    private @Nullable ScheduledExecutorService timer;
    private @Nullable Admin admin;

    /**
     * For {@link #ask} by hand.
     *
     * @param question  fails, or is answered
     * @param nanoClock such as {@link System#nanoTime}
     */
    BrokerWatch(Supplier<CompletionStage<?>> question, Duration patience, LongSupplier nanoClock) {
        this.question = question;
        this.patience = patience;
        this.nanoClock = nanoClock;
        this.answeredAtNanos = nanoClock.getAsLong();
    }

    /**
     * Watches from now on.
     *
     * @param patience how long a silence is nothing to speak of
     */
    public static BrokerWatch on(KafkaConnection kafka, String clientId, Duration patience) {
        Admin admin = kafka.admin(clientId);
        DescribeClusterOptions soon = new DescribeClusterOptions().timeoutMs(ANSWER_MILLIS);
        BrokerWatch watch = new BrokerWatch(
                () -> admin.describeCluster(soon).clusterId().toCompletionStage(), patience, System::nanoTime);
        watch.admin = admin;
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "kafka-watch");
            thread.setDaemon(true);
            return thread;
        });
        watch.timer = timer;
        Future<?> unused = timer.scheduleWithFixedDelay(watch::ask, 0, ASK_MILLIS, TimeUnit.MILLISECONDS);
        return watch;
    }

    /** Asks, unless the last question is still open. */
    void ask() {
        if (asked.getAndSet(true)) {
            return;
        }
        try {
            question.get().whenComplete((answer, failure) -> {
                if (failure == null) {
                    answeredAtNanos = nanoClock.getAsLong();
                    trouble = null;
                    everAnswered = true;
                } else {
                    trouble = failure.getMessage();
                    refused = failure instanceof AuthenticationException ? (AuthenticationException) failure : null;
                }
                asked.set(false);
            });
        } catch (KafkaException e) {
            trouble = e.getMessage();
            asked.set(false);
        }
    }

    /** How long ago the last answer came, or this began. */
    public Duration silence() {
        return Duration.ofNanos(Math.max(0, nanoClock.getAsLong() - answeredAtNanos));
    }

    /**
     * Why not even a first answer has come; null once one has.
     *
     * @throws AuthenticationException where a broker was reached and doesn't know us
     */
    @Nullable String whyNeverAnswered() {
        if (everAnswered) {
            return null;
        }
        AuthenticationException refusal = refused;
        if (refusal != null) {
            throw refusal;
        }
        String why = trouble;
        return why == null ? "no answer yet" : why;
    }

    /** Whether Kafka answers, but for a silence within our patience. */
    public Readiness readiness() {
        Duration silence = silence();
        if (silence.compareTo(patience) <= 0) {
            return Readiness.READY;
        }
        String why = trouble;
        return Readiness.notReady("Kafka has not answered for "
                + DurationText.format(Duration.ofSeconds(silence.toSeconds()))
                + (why == null ? "" : " (" + why + ")"));
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
        }
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }
}
