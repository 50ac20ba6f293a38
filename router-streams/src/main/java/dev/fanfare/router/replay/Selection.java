package dev.fanfare.router.replay;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.EventTypes;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Which events of the past a replay takes: those that its subscription would get now, were they new, and of these the
 * ones of the types that the replay names. Confined to one thread.
 */
final class Selection {
    private final EventReplay replay;
    private final Routing routing;
    private final @Nullable EventTypes narrower;
    private final Candidate candidate;
    private final SubscriptionMatcher matcher;

    /** For one version of the subscription. */
    Selection(EventReplay replay, Routing routing, Candidate candidate) {
        this.replay = replay;
        this.routing = routing;
        this.narrower = replay.types().isEmpty() ? null : EventTypes.of(replay.types());
        this.candidate = candidate;
        SubscriptionIndex only = new SubscriptionIndex();
        only.change(null, candidate);
        this.matcher = routing.matcher(only);
    }

    Candidate candidate() {
        return candidate;
    }

    /** The event, where the replay takes it; null where it doesn't, or where it is none. */
    @Nullable Event take(ConsumerRecord<byte[], byte[]> message) {
        Event event;
        try {
            event = EventRecords.read(message.headers(), message.value(), routing.defaultTenant());
        } catch (UndecodableRecord e) {
            return null; // it is among the dead letters since it came
        }
        boolean taken = replay.tenant().equals(event.tenant())
                && (narrower == null || narrower.include(event.type()))
                && !matcher.match(replay.tenant(), event).isEmpty()
                && routing.isValid(replay.tenant(), event, message);
        return taken ? event : null;
    }
}
