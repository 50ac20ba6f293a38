package dev.fanfare.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the data and logs of a benchmark go: a folder that was given stays, a temporary one goes unless a run failed. */
public final class RunFolder implements AutoCloseable {
    private final Path path;
    private boolean kept;

    private RunFolder(Path path, boolean kept) {
        this.path = path;
        this.kept = kept;
    }

    /** Makes it where it isn't there. */
    public static RunFolder open(@Nullable Path given, String prefix) throws IOException {
        return given == null
                ? new RunFolder(Files.createTempDirectory(prefix), false)
                : new RunFolder(Files.createDirectories(given.toAbsolutePath()), true);
    }

    public Path path() {
        return path;
    }

    /** A run went wrong: what lies here may say why. */
    public void keep() {
        kept = true;
    }

    @Override
    public void close() throws IOException {
        if (kept) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(path)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
