package dev.fanfare.runtime.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a role keeps what it can make again from Kafka and needn't if it is still there after a restart. What the settings
 * name; else the user's folder for state (XDG Base Directory Specification); and where there is none that can be written,
 * as in a container without a volume, the system's temporary folder, which may be empty after a restart.
 */
public final class StateFolder {
    private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);

    private StateFolder() {}

    /**
     * Chosen by the process's environment and system properties; what was chosen stands in the log.
     *
     * @param role    such as {@code control}
     * @param setting its {@code state-dir}
     */
    public static Path choose(String role, Optional<Path> setting) {
        return choose(
                role,
                setting,
                System.getenv(),
                System.getProperty("user.home", ""),
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    static Path choose(
            String role, Optional<Path> setting, Map<String, String> environment, String home, Path temporary) {
        String key = role + ".state-dir";
        if (setting.isPresent()) {
            LOG.info("state lies where the settings say setting={} folder={}", key, setting.get());
            return setting.get();
        }
        Optional<Path> ofUser = UserFolder.find(environment, "XDG_STATE_HOME", home, ".local/state");
        if (ofUser.isPresent()) {
            Path kept = ofUser.get().resolve(role);
            LOG.info("state lies in the user's folder for it setting={} folder={}", key, kept);
            return kept;
        }
        Path passing = temporary.resolve("fanfare-" + role);
        LOG.warn(
                "state lies in the temporary folder: set state-dir to one that outlasts a restart setting={} folder={}",
                key,
                passing);
        return passing;
    }
}
