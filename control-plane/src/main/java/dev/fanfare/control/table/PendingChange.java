package dev.fanfare.control.table;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A change from its submission to its answer. But for that, confined to the {@link FencedHand}'s thread. */
final class PendingChange<T> implements Runnable {
    /**
     * What was decided.
     *
     * @param records in one transaction; none: nothing is written
     * @param landed  whether the table has the last record at that offset
     * @param answer  told the last record's offset, -1 where there is none, once the transaction is committed
     */
    record Step<T>(List<ProducerRecord<byte[], byte[]>> records, LongPredicate landed, LongFunction<T> answer) {}

    private final String subject;
    private final BooleanSupplier isAlone;
    private final Supplier<Step<T>> decision;
    private final long submittedAtNanos;
    private final Consumer<PendingChange<?>> hand;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    /** What was decided last. */
    private @Nullable Step<T> step;
    /** The offset of its last record. */
    private long written;
    /** Kafka was asked to commit it. */
    private boolean mayHaveLanded;

    /**
     * Of what {@link FencedHand#submit} takes.
     *
     * @param hand makes it when its turn comes
     */
    PendingChange(
            String subject,
            BooleanSupplier isAlone,
            Supplier<Step<T>> decision,
            long submittedAtNanos,
            Consumer<PendingChange<?>> hand) {
        this.subject = subject;
        this.isAlone = isAlone;
        this.decision = decision;
        this.submittedAtNanos = submittedAtNanos;
        this.hand = hand;
    }

    @Override
    public void run() {
        hand.accept(this);
    }

    CompletionStage<T> answer() {
        return answer;
    }

    String subject() {
        return subject;
    }

    boolean isAlone() {
        return isAlone.getAsBoolean();
    }

    /** Gives it up where it was submitted before that moment. */
    boolean isTooLate(long nanos) {
        if (submittedAtNanos - nanos >= 0) {
            return false;
        }
        abandon("the change waited too long for its turn and was not begun");
        return true;
    }

    void abandon(String why) {
        fail(new TimeoutException(why));
    }

    void fail(RuntimeException why) {
        answer.completeExceptionally(why);
    }

    /** What is to be written; null: nothing, and it is answered. */
    @Nullable List<ProducerRecord<byte[], byte[]>> decide() {
        mayHaveLanded = false;
        try {
            step = decision.get();
            if (!step.records().isEmpty()) {
                return step.records();
            }
            answer.complete(step.answer().apply(-1));
        } catch (RuntimeException e) {
            fail(e);
        }
        return null;
    }

    void wasSent(long offset) {
        written = offset;
    }

    void isBeingCommitted() {
        mayHaveLanded = true;
    }

    /** Answers it where its last transaction, whose end nobody told us, has held. */
    boolean hasLanded() {
        boolean landed = mayHaveLanded && Objects.requireNonNull(step).landed().test(written);
        if (landed) {
            succeed();
        }
        return landed;
    }

    /** Answers it: it is committed. */
    void succeed() {
        try {
            answer.complete(Objects.requireNonNull(step).answer().apply(written));
        } catch (RuntimeException e) {
            fail(e);
        }
    }
}
