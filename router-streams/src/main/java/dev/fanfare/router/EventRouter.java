package dev.fanfare.router;

import dev.fanfare.contract.InvalidRecord;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.DeliveryIds;
import dev.fanfare.contract.delivery.HashRange;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.router.RoutingSpan.Fate;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.SubscriptionMatcher;
import dev.fanfare.runtime.trace.Tracing;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Makes one delivery of an event for each subscription that it matches, or a dead letter where it can't be routed.
 *
 * <pre>
 * event ─▶ read ─▶ tenant known? ─▶ as its types say? ─▶ read index ─▶ match ─▶ small enough? ─▶ seen before? ─▶ FanOut
 *            └────────────┴─────────────────┴───────────────────────────────────────┴─▶ dead letter
 * </pre>
 *
 * Only what makes deliveries is remembered: what nobody wanted, or what was dead, may come again.
 *
 * <p>Confined to its stream thread.
 */
final class EventRouter extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    /** Some twenty milliseconds of every hundred. */
    private static final int RECALLED_AT_ONCE = 10_000;

    private static final Duration RECALL_EVERY = Duration.ofMillis(100);

    /** What all event routers of a process share. */
    record Shared(
            String defaultTenant,
            Tenants tenants,
            Supplier<SubscriptionMatcher> matcher,
            Subscriptions subscriptions,
            Duration window,
            StoreMemory storeMemory,
            int chunk,
            ReadIndex readIndex,
            OtherEvents others,
            RouterMetrics metrics,
            Tracing tracing) {}

    /** The subscriptions as this process sees them. */
    interface Subscriptions {
        /** Kafka's id of their topic. */
        String topicId();

        /** The first offset that is not read yet. */
        long position();

        /** Waits until all before an offset is applied; false where it takes too long. */
        boolean awaitPosition(long offset);
    }

    /** The tenants, and their event types, as this process sees them. */
    interface Tenants {
        /** Whether there is one of this name, as far as is known here. */
        boolean isKnown(String name);

        /** What is wrong with an event by the event types of its tenant; empty where nothing is, or the tenant is open. */
        List<FieldError> faults(String tenant, Event event);

        /**
         * Returns when all are known here that anybody was promised before.
         *
         * @throws org.apache.kafka.common.errors.RetriableException where that takes too long
         */
        void catchUp();
    }

    private final Shared shared;
    private final SubscriptionMatcher matcher;
    private final DeliveryIds ids = new DeliveryIds();
    private @Nullable Object tenantsKnownFor;
    private @Nullable SeenEvents seen;
    /** Subscriptions that wanted the latest event. */
    private int matched;

    EventRouter(Shared shared) {
        this.shared = shared;
        this.matcher = shared.matcher().get();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        if (!shared.window().isZero()) {
            SeenEvents events =
                    new SeenEvents(context.getStateStore(SeenEventsStore.NAME), shared.window(), shared.storeMemory());
            seen = events;
            recall(events);
        }
    }

    private void recall(SeenEvents events) {
        if (events.recall(RECALLED_AT_ONCE)) {
            return;
        }
        AtomicReference<@Nullable Cancellable> recalling = new AtomicReference<>();
        recalling.set(context().schedule(RECALL_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> {
            Cancellable schedule = recalling.get();
            // each time counts as something to be committed
            if (events.recall(RECALLED_AT_ONCE) && schedule != null) {
                schedule.cancel();
            }
        }));
    }

    @Override
    public void close() {
        if (seen != null) {
            seen.close();
        }
    }

    @Override
    public void process(Record<byte[], byte[]> message) {
        Event event;
        try {
            event = EventRecords.read(message.headers(), message.value(), shared.defaultTenant());
        } catch (InvalidRecord e) {
            shared.metrics().invalid();
            bury(message, Verdict.INVALID, String.valueOf(e.getMessage()));
            return;
        } catch (UndecodableRecord e) {
            shared.metrics().undecodable();
            bury(message, Verdict.UNDECODABLE, String.valueOf(e.getMessage()));
            return;
        }
        String tenant = Objects.requireNonNull(event.tenant());
        if (!isTenant(tenant)) {
            shared.metrics().unknownTenant();
            bury(message, Verdict.INVALID, "there is no tenant '" + tenant + "'");
            return;
        }
        List<FieldError> faults = faults(message, tenant, event);
        if (faults.isEmpty()) {
            route(message, tenant, event);
        } else {
            shared.metrics().invalid();
            bury(message, Verdict.INVALID, text(faults));
        }
    }

    private boolean isTenant(String name) {
        return shared.tenants().isKnown(name) || (catchUp() && shared.tenants().isKnown(name));
    }

    /** What was checked before it was produced is not judged again, by a catalog that may have changed since. */
    private List<FieldError> faults(Record<byte[], byte[]> message, String tenant, Event event) {
        if (EventRecords.isChecked(message.headers())) {
            return List.of();
        }
        List<FieldError> faults = shared.tenants().faults(tenant, event);
        return !faults.isEmpty() && catchUp() ? shared.tenants().faults(tenant, event) : faults;
    }

    /**
     * A tenant or a type that isn't known may be new: then it was promised before the event was sent, and so before it was
     * polled. To ask once a batch is enough. Where nobody answers, the thread ends and the event is routed by another.
     *
     * @return whether anything may be known now that wasn't
     */
    private boolean catchUp() {
        Object batch = shared.readIndex().batch();
        if (batch == tenantsKnownFor) {
            return false;
        }
        shared.tenants().catchUp();
        tenantsKnownFor = batch;
        return true;
    }

    private static String text(List<FieldError> faults) {
        return faults.stream()
                .map(fault -> fault.field() + ": " + fault.detail())
                .collect(Collectors.joining("; "));
    }

    private void route(Record<byte[], byte[]> message, String tenant, Event event) {
        if (!shared.tracing().isOn()) {
            route(message, message.headers(), tenant, event);
            return;
        }
        RoutingSpan span = RoutingSpan.begin(shared.tracing(), event, message.headers());
        span.end(route(message, span.headers(), tenant, event), matched);
    }

    /**
     * With the trace context that the deliveries are to carry.
     *
     * @param context headers that hold it
     */
    private Fate route(Record<byte[], byte[]> message, Headers context, String tenant, Event event) {
        shared.readIndex().await();
        String topicId = shared.subscriptions().topicId();
        SubscriptionVersion routedAt =
                new SubscriptionVersion(topicId, shared.subscriptions().position());
        List<Candidate> matches = matcher.match(tenant, event);
        matched = matches.size();
        if (matches.isEmpty()) {
            shared.metrics().unmatched();
            return Fate.UNMATCHED;
        }
        DeliveryHeaders headers = new DeliveryHeaders(ids, tenant, event, context, topicId, message.timestamp());
        if (RecordBytes.of(event.data(), headers.shared()) > RecordBytes.MOST) {
            shared.metrics().tooLarge();
            bury(
                    message,
                    Verdict.TOO_LARGE,
                    "too large: with its headers it leaves no room for ours in a record of "
                            + TopicLayout.MAX_RECORD_BYTES + " bytes");
            return Fate.TOO_LARGE;
        }
        if (isSeen(message, headers)) {
            shared.metrics().duplicate();
            return Fate.DUPLICATE;
        }
        shared.metrics().routed();
        FanOut fanOut = new FanOut(context(), shared.chunk(), shared.metrics());
        if (fanOut.send(event, headers, HashRange.ALL, routedAt, matches)) {
            shared.others().came();
        }
        return Fate.ROUTED;
    }

    /** Whether the event was routed before; if not, it is from now on. */
    private boolean isSeen(Record<byte[], byte[]> message, DeliveryHeaders headers) {
        if (seen == null || !EventRecords.isDeduplicated(message.headers())) {
            return false;
        }
        Bytes fingerprint = SeenEvents.fingerprint(headers.eventHash());
        long offset = context().recordMetadata().orElseThrow().offset();
        // a time in the future, by a producer's clock, would make all others look old
        long atMillis = Math.min(message.timestamp(), context().currentSystemTimeMs());
        if (seen.isDuplicate(fingerprint, offset, atMillis)) {
            return true;
        }
        seen.remember(fingerprint, offset, atMillis);
        return false;
    }

    private void bury(Record<byte[], byte[]> message, Verdict why, String error) {
        RecordMetadata origin = context().recordMetadata().orElseThrow();
        long nowMillis = context().currentSystemTimeMs();
        context().forward(DeadEvent.of(message, origin, why, error, nowMillis), RouterTopology.DEAD_LETTERS);
    }
}
