package dev.fanfare.control.subscription;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.table.FencedHand;
import dev.fanfare.control.table.TableWriter;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Writes subscriptions, each change with its line in the audit; see {@link TableWriter}. Safe for use by several threads. */
public final class SubscriptionWriter {
    /** What to do with a subscription. */
    public sealed interface Change {
        /** Nothing: it is already as it should be. */
        record Keep() implements Change {}

        /** Write it. */
        record Put(Subscription subscription) implements Change {}

        /**
         * Write the same with its secrets sealed anew, which its owner sees nothing of.
         *
         * @param audit null: of one that is in the audit already
         */
        record Reseal(Subscription subscription, @Nullable AuditEntry audit) implements Change {}

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

    private final Clock clock;
    private final SubscriptionIndex index;
    private final int mostPerTenant;
    private final TableWriter<Subscription> writer;

    /**
     * Writes what the index reads.
     *
     * @param mostPerTenant subscriptions: near so many, changes are written one by one, so that each sees how many there are
     * @param timeout       for reading back what was written
     */
    public SubscriptionWriter(
            FencedHand hand, SubscriptionIndex index, Clock clock, int mostPerTenant, Duration timeout) {
        this.mostPerTenant = mostPerTenant;
        this.clock = clock;
        this.index = index;
        this.writer = new TableWriter<>(hand, index.table(), Topics.SUBSCRIPTIONS, Subscription::toJson, timeout);
    }

    /**
     * Makes a change, as {@link TableWriter#submit} does.
     *
     * @param by who asked for it, for the audit
     */
    public CompletionStage<Outcome> submit(String tenant, String id, Actor by, Decision decision) {
        String key = Delivery.key(tenant, id);
        return writer.submit(
                        key,
                        () -> index.count(tenant) > mostPerTenant - FencedHand.MOST_TOGETHER,
                        current -> tableChange(key, by, current, decision.on(current)))
                .thenApply(outcome -> new Outcome(outcome.before(), outcome.after()));
    }

    private TableWriter.Change<Subscription> tableChange(
            String key, Actor by, @Nullable Row<Subscription> current, Change change) {
        if (change instanceof Change.Put put) {
            Subscription after = put.subscription();
            String what = what(current == null ? null : current.value(), after);
            String reason = after.state() == State.DISABLED ? after.stateReason() : null;
            boolean isNews = current != null
                    && current.value().state() != State.DISABLED
                    && after.state() == State.DISABLED
                    && index.tenantsThatAsk().contains(after.tenant());
            return new TableWriter.Change.Put<>(
                    after,
                    entry(what, key, by, reason),
                    isNews ? List.of(OperationalEvent.disabled(after)) : List.of());
        }
        if (change instanceof Change.Reseal reseal) {
            return new TableWriter.Change.Put<>(reseal.subscription(), reseal.audit());
        }
        return change instanceof Change.Remove
                ? new TableWriter.Change.Remove<>(List.of(), entry("deleted", key, by, null))
                : new TableWriter.Change.Keep<>();
    }

    private AuditEntry entry(String what, String key, Actor by, @Nullable String reason) {
        return new AuditEntry(clock.millis(), "subscription " + what, key, by, Map.of(), Map.of(), reason);
    }

    /** What a change was, in a word or two. */
    private static String what(@Nullable Subscription before, Subscription after) {
        if (before == null) {
            return "created";
        }
        if (before.verification() != null
                && after.verification() != null
                && before.verification().isPending()
                && after.verification().status() == Verification.Status.VERIFIED) {
            return "verified";
        }
        if (before.state() != after.state()) {
            return switch (after.state()) {
                case ACTIVE -> before.state() == State.PAUSED ? "resumed" : "enabled";
                case PAUSED -> "paused";
                case DISABLED -> "disabled";
            };
        }
        return before.secrets().equals(after.secrets()) ? "updated" : "secret rotated";
    }
}
