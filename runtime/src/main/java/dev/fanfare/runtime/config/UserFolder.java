package dev.fanfare.runtime.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a user's programs may keep things, by the XDG Base Directory Specification: what an environment variable names,
 * else a folder under the user's home.
 */
public final class UserFolder {
    private static final String OURS = "fanfare";

    private UserFolder() {}

    /**
     * Ours in there, which need not exist yet; empty where nothing can be written there: the user of a container often has
     * no home, or a read-only one.
     *
     * @param variable  such as {@code XDG_STATE_HOME}; a relative path in it is passed over, by the specification
     * @param home      as Java tells it, which is no folder where there is none
     * @param underHome what counts without the variable, such as {@code .local/state}
     */
    public static Optional<Path> find(Map<String, String> environment, String variable, String home, String underHome) {
        Path given = Path.of(environment.getOrDefault(variable, ""));
        Path base = given.isAbsolute() ? given : Path.of(home).resolve(underHome);
        return Optional.of(base.resolve(OURS)).filter(folder -> folder.isAbsolute() && canBeMade(folder));
    }

    private static boolean canBeMade(Path folder) {
        Path there = folder;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there != null && Files.isDirectory(there) && Files.isWritable(there);
    }
}
