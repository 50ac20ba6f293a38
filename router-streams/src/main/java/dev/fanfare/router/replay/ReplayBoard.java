package dev.fanfare.router.replay;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.run.Run.State;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs topic as far as it was followed: which replays are under way, the oldest first, and which are to stop. Pure;
 * confined to one thread.
 */
final class ReplayBoard {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayBoard.class);

    private final Map<String, Run> running = new TreeMap<>();
    /** Runs that ended here, until that is read back: what is read of them before is of the past. */
    private final Set<String> ended = new HashSet<>();
    /** Keys of wishes, and the runs that they are about. */
    private final Map<String, String> wishes = new TreeMap<>();

    /** A record was read. */
    void read(ConsumerRecord<byte[], byte[]> message) {
        if (message.key() == null) {
            return;
        }
        String key = new String(message.key(), StandardCharsets.UTF_8);
        if (message.value() == null) {
            running.remove(key);
            wishes.remove(key);
            return;
        }
        Run run;
        try {
            run = Run.fromJson(message.value());
        } catch (UndecodableRecord e) {
            LOG.warn("a run is left out offset={} key={} cause={}", message.offset(), key, e.getMessage());
            return;
        }
        String stops = EventReplay.stops(run);
        if (stops != null) {
            wishes.put(key, stops);
        } else if (run.kind().equals(Run.EVENT_REPLAY)) {
            if (run.state() != State.RUNNING) {
                running.remove(key);
                ended.remove(key);
            } else if (!ended.contains(key)) {
                running.put(key, run);
            }
        }
    }

    /** A run was ended here. */
    void ended(Run run) {
        running.remove(run.id());
        ended.add(run.id());
    }

    /** Replays that are under way, the oldest first. */
    List<Run> running() {
        return List.copyOf(running.values());
    }

    boolean isIdle() {
        return running.isEmpty() && wishes.isEmpty();
    }

    /** Whether somebody wants a run to stop. */
    boolean isUnwanted(String runId) {
        return wishes.containsValue(runId);
    }

    /** The key of a wish that nothing is left to be done about; null where there is none. */
    @Nullable String settledWish() {
        return wishes.entrySet().stream()
                .filter(wish -> !running.containsKey(wish.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /** A wish was taken off the topic. */
    void tookOff(String wishKey) {
        wishes.remove(wishKey);
    }
}
