package dev.fanfare.router.replay;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.run.Run.State;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.RoutedSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One run at work: turn by turn it takes a few events and says what to write for them, state included. What it says is
 * written in one transaction or not at all; in the latter case the run is begun anew from the state on the topic.
 *
 * <pre>
 * running, nowhere ─▶ running, between offsets ─▶ … ─▶ done
 *        └──────────────────┴─▶ stopped, failed
 * </pre>
 *
 * Confined to one thread.
 */
final class ReplayRun implements AutoCloseable {
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    /**
     * What one turn came to.
     *
     * @param deliveries to be written together with the state
     */
    record Turn(List<ProducerRecord<byte[], byte[]>> deliveries, Run state) {
        boolean isLast() {
            return state.state() != State.RUNNING;
        }
    }

    private final EventReplay replay;
    private final Routing routing;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private Run state;
    private @Nullable Stretch stretch;
    private @Nullable Selection selection;

    /**
     * A run as it stands on the topic.
     *
     * @param consumers of events, without a group; opened when the work begins
     */
    ReplayRun(Run state, EventReplay replay, Routing routing, Supplier<Consumer<byte[], byte[]>> consumers) {
        this.state = state;
        this.replay = replay;
        this.routing = routing;
        this.consumers = consumers;
    }

    /** What it is now. */
    Run state() {
        return state;
    }

    /**
     * Does a little, and says what to write.
     *
     * @param most  deliveries, one at least
     * @return null where there is nothing to write yet
     */
    @Nullable Turn turn(int most, long nowMillis) {
        if (stretch == null && !routing.catchUp()) {
            return null;
        }
        Candidate candidate = routing.find(replay.subscriptionKey());
        Turn end = endWithout(candidate, nowMillis);
        if (end != null || candidate == null) {
            return end;
        }
        Stretch open = stretch;
        if (open == null) {
            open = open();
            stretch = open;
            return new Turn(List.of(), advanced(open, 0, 0, 0, nowMillis));
        }
        return take(open, candidate, most, nowMillis);
    }

    /** The end of a run whose subscription can't get anything now; null where it can. */
    private @Nullable Turn endWithout(@Nullable Candidate candidate, long nowMillis) {
        if (candidate == null) {
            return end(State.FAILED, "the subscription was deleted", nowMillis);
        }
        RoutedSubscription subscription = candidate.subscription();
        if (!subscription.generation().equals(replay.generation())) {
            return end(State.FAILED, "the subscription was deleted, and another one made under its name", nowMillis);
        }
        if (subscription.paused()) {
            return end(State.STOPPED, "the subscription was paused: resume it, then begin another replay", nowMillis);
        }
        if (!subscription.active()) {
            return end(State.FAILED, "nothing is routed to the subscription any more: it was disabled", nowMillis);
        }
        return null;
    }

    /** The end of the run, before its time. */
    Turn end(State how, String error, long nowMillis) {
        state = state.at(how, state.counts(), nowMillis, error);
        return new Turn(List.of(), state);
    }

    private Stretch open() {
        Consumer<byte[], byte[]> consumer = consumers.get();
        try {
            return state.frozenEnds().isEmpty()
                    ? Stretch.between(consumer, Topics.EVENTS, replay.since(), replay.until())
                    : Stretch.resume(consumer, state.positions(), state.frozenEnds());
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private @Nullable Turn take(Stretch open, Candidate candidate, int most, long nowMillis) {
        Selection chosen = selection;
        if (chosen == null || chosen.candidate().versionOffset() != candidate.versionOffset()) {
            chosen = new Selection(replay, routing, candidate);
            selection = chosen;
        }
        Selection using = chosen;
        List<ProducerRecord<byte[], byte[]>> deliveries = new ArrayList<>();
        long[] matched = {0};
        // a large body weighs as much as several deliveries, so that a transaction stays short
        long bytesOfOne = Math.max(1, MOST_BYTES / most);
        long leftBefore = open.left();
        int scanned = open.take(most, message -> {
            Event event = using.take(message);
            if (event == null) {
                return 0;
            }
            matched[0]++;
            ProducerRecord<byte[], byte[]> delivery =
                    routing.delivery(replay.tenant(), event, message, using.candidate());
            if (delivery != null) {
                RecordHeaders.put(delivery.headers(), DeliveryRecords.RUN, state.id());
                deliveries.add(delivery);
            }
            return 1 + event.data().length / bytesOfOne;
        });
        if (scanned == 0 && open.left() == leftBefore) {
            return null;
        }
        return new Turn(deliveries, advanced(open, scanned, matched[0], deliveries.size(), nowMillis));
    }

    private Run advanced(Stretch open, long scanned, long matched, long sent, long nowMillis) {
        Map<String, Long> counts = Map.of(
                EventReplay.SCANNED, state.count(EventReplay.SCANNED) + scanned,
                EventReplay.MATCHED, state.count(EventReplay.MATCHED) + matched,
                EventReplay.SENT, state.count(EventReplay.SENT) + sent);
        State now = open.left() == 0 ? State.DONE : State.RUNNING;
        state = state.within(open.positions(), open.ends()).at(now, counts, nowMillis, null);
        return state;
    }

    @Override
    public void close() {
        if (stretch != null) {
            stretch.close();
        }
    }
}
