package dev.fanfare.cli.cluster;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** What tells one process from its peers. */
@ConfigMapping(prefix = "process")
public interface ProcessSettings {
    /**
     * The name of this process among those that run the same role: the host's name by default. It must differ from
     * theirs, and should stay the same over a restart: transactional ids are made of it, so a successor fences its
     * predecessor at once.
     */
    Optional<String> instanceId();
}
