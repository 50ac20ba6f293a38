package dev.fanfare.torture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a run is to do.
 *
 * @param seed      of all faults: which, to whom, when and for how long
 * @param duration  for how long things break
 * @param events    sent meanwhile, evenly
 * @param endpoints how many subscriptions there are
 * @param kinds     what may break
 * @param longestHold no fault lasts longer
 * @param longestRest between two faults on one side
 * @param calm      whether every role is restarted once all is well again, while more events come in
 * @param drain     how long all may take to arrive once nothing breaks any more
 * @param versions of Fanfare and of Kafka
 * @param bootstrapServers of somebody else's cluster, where nothing of Fanfare is yet; none for brokers of our own
 * @param folder    for data and logs; must exist
 */
public record TorturePlan(
        long seed,
        Duration duration,
        int events,
        int endpoints,
        Set<FaultKind> kinds,
        Duration longestHold,
        Duration longestRest,
        boolean calm,
        Duration drain,
        Versions versions,
        Optional<String> bootstrapServers,
        Path folder) {
    public TorturePlan {
        kinds = Set.copyOf(kinds);
        if (events < 1 || endpoints < 1 || duration.isNegative()) {
            throw new IllegalArgumentException("at least one event and one endpoint are needed, and some time");
        }
        if (!FaultKind.allWith(versions, bootstrapServers.isEmpty()).containsAll(kinds)) {
            throw new IllegalArgumentException("roles can be swapped only where another build is named, and brokers and"
                    + " the ways to them be broken only where they are our own");
        }
    }
}
