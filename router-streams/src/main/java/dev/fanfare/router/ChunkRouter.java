package dev.fanfare.router;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.DeliveryIds;
import dev.fanfare.contract.delivery.EventChunk;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.SubscriptionMatcher;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Delivers an event to its share of the subscriptions.
 *
 * <pre>
 * chunk ─▶ read ─▶ subscriptions read as far as when the event was routed? ─▶ match ─▶ in the range, not new ─▶ FanOut
 * </pre>
 *
 * Subscriptions may change between one chunk and the next. One that was deleted or disabled since gets nothing, one that
 * was updated gets the event if it still wants it, and one that was created since gets nothing: it must not depend on
 * the share that it falls into. A crash midway makes the same delivery ids again.
 *
 * <p>Where {@link OtherEvents} come in, it rests after each share.
 *
 * <p>Confined to its stream thread.
 */
final class ChunkRouter extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final EventRouter.Shared shared;
    private final SubscriptionMatcher matcher;
    private final DeliveryIds ids = new DeliveryIds();

    ChunkRouter(EventRouter.Shared shared) {
        this.shared = shared;
        this.matcher = shared.matcher().get();
    }

    @Override
    public void process(Record<byte[], byte[]> message) {
        EventChunk chunk;
        Event event;
        try {
            chunk = EventChunk.read(message.headers());
            event = EventRecords.readWritten(message.headers(), message.value());
            if (event.tenant() == null) {
                throw new UndecodableRecord("a chunk without a tenant");
            }
        } catch (UndecodableRecord e) {
            shared.metrics().undecodable();
            context()
                    .forward(
                            DeadEvent.of(
                                    message,
                                    context().recordMetadata().orElseThrow(),
                                    Verdict.UNDECODABLE,
                                    String.valueOf(e.getMessage()),
                                    context().currentSystemTimeMs()),
                            RouterTopology.DEAD_LETTERS);
            return;
        }
        long begunNanos = shared.others().nowNanos();
        deliver(message, chunk, event, Objects.requireNonNull(event.tenant()));
        rest(shared.others().restNanos(begunNanos));
    }

    /** A tenth of a second at the most, and so no matter for the group; woken early, it goes on early. */
    private static void rest(long nanos) {
        if (nanos > 0) {
            LockSupport.parkNanos(nanos);
        }
    }

    private void deliver(Record<byte[], byte[]> message, EventChunk chunk, Event event, String tenant) {
        SubscriptionVersion routedAt = chunk.routedAt();
        boolean comparable = routedAt.topicId().equals(shared.subscriptions().topicId());
        if (comparable && !shared.subscriptions().awaitPosition(routedAt.offset())) {
            // without them somebody would miss the event: the thread starts again where it was
            throw new TimeoutException("subscriptions are not read yet to offset " + routedAt.offset());
        }
        List<Candidate> matches = matcher.match(tenant, event, chunk.range(), candidate -> {
            boolean isNew = comparable
                    && candidate.versionOffset() >= routedAt.offset()
                    && candidate.subscription().asCreated();
            return !isNew;
        });
        DeliveryHeaders headers = new DeliveryHeaders(
                ids, tenant, event, message.headers(), shared.subscriptions().topicId(), chunk.acceptedAtMillis());
        new FanOut(context(), shared.chunk(), shared.metrics()).send(event, headers, chunk.range(), routedAt, matches);
    }
}
