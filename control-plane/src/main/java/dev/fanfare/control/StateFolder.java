package dev.fanfare.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the control plane keeps what it can make again from Kafka and needn't if it is still there after a restart. What
 * the settings name; else the user's folder for state (XDG Base Directory Specification); and where there is none that can
 * be written, as in a container without a volume, the system's temporary folder, which may be empty after a restart.
 */
final class StateFolder {
    private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);
    private static final Path OURS = Path.of("fanfare", "control");

    private StateFolder() {}

    /** Chosen by the process's environment and system properties; what was chosen stands in the log. */
    static Path choose(Optional<Path> setting) {
        return choose(
                setting,
                System.getenv(),
                System.getProperty("user.home", ""),
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    static Path choose(Optional<Path> setting, Map<String, String> environment, String home, Path temporary) {
        if (setting.isPresent()) {
            LOG.info("the index of attempts lies where control.state-dir says folder={}", setting.get());
            return setting.get();
        }
        Path kept = forState(environment.getOrDefault("XDG_STATE_HOME", ""), home);
        if (kept != null && isWritable(kept)) {
            LOG.info("the index of attempts lies in the user's folder for state folder={}", kept);
            return kept;
        }
        Path passing = temporary.resolve("fanfare-control");
        LOG.warn(
                "the index of attempts lies in the temporary folder: set control.state-dir to one that outlasts a restart"
                        + " folder={}",
                passing);
        return passing;
    }

    /** A relative path is to be passed over, by the specification. */
    private static @Nullable Path forState(String xdg, String home) {
        if (Path.of(xdg).isAbsolute()) {
            return Path.of(xdg).resolve(OURS);
        }
        return Path.of(home).isAbsolute() ? Path.of(home, ".local", "state").resolve(OURS) : null;
    }

    private static boolean isWritable(Path folder) {
        try {
            return Files.isWritable(Files.createDirectories(folder));
        } catch (IOException | SecurityException e) {
            LOG.debug("not for state folder={} cause={}", folder, e.toString());
            return false;
        }
    }
}
