package dev.fanfare.control.subscription;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.table.TableWriter;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The one hand that writes subscriptions in this process; see {@link TableWriter}. Safe for use by several threads. */
public final class SubscriptionWriter implements AutoCloseable {
    /** What to do with a subscription. */
    public sealed interface Change {
        /** Nothing: it is already as it should be. */
        record Keep() implements Change {}

        /** Write it. */
        record Put(Subscription subscription) implements Change {}

        /** Delete it. */
        record Remove() implements Change {}
    }

    /** Decides on the writer's thread; may throw a problem, and then nothing is written. Must not block. */
    @FunctionalInterface
    public interface Decision {
        /** Null: there is no such subscription. */
        Change on(@Nullable Row<Subscription> current);
    }

    /** What stood there before the change, and what stands there now. */
    public record Outcome(
            @Nullable Row<Subscription> before, @Nullable Row<Subscription> after) {}

    private final TableWriter<Subscription> writer;

    /**
     * Writes what the index reads.
     *
     * @param timeout for each of the steps that wait for Kafka
     */
    public SubscriptionWriter(KafkaConnection kafka, SubscriptionIndex index, String clientId, Duration timeout) {
        this.writer =
                new TableWriter<>(kafka, index.table(), Topics.SUBSCRIPTIONS, Subscription::toJson, clientId, timeout);
    }

    /** Makes a change, as {@link TableWriter#submit} does. */
    public CompletionStage<Outcome> submit(String tenant, String id, Decision decision) {
        return writer.submit(Delivery.key(tenant, id), current -> tableChange(decision.on(current)))
                .thenApply(outcome -> new Outcome(outcome.before(), outcome.after()));
    }

    private static TableWriter.Change<Subscription> tableChange(Change change) {
        if (change instanceof Change.Put put) {
            return new TableWriter.Change.Put<>(put.subscription(), null);
        }
        return change instanceof Change.Remove
                ? new TableWriter.Change.Remove<>(List.of(), null)
                : new TableWriter.Change.Keep<>();
    }

    @Override
    public void close() {
        writer.close();
    }
}
