package dev.fanfare.cli.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@code fanfare dev} that runs on this machine, as it says itself in a file of its own under the user's state
 * folder ({@code $XDG_STATE_HOME/fanfare}, below the temporary folder where there is no such): so that other commands find it whatever its ports are.
 *
 * @param pid              of its process; a file whose process is gone counts for nothing and is deleted
 * @param apiUrl           such as {@code http://127.0.0.1:8080}
 * @param bootstrapServers of its Kafka
 * @param settings         what other commands must be told alike: the topics' layout
 */
public record RunningDev(
        long pid, String apiUrl, String bootstrapServers, String dataFolder, Map<String, String> settings) {
    private static final Logger LOG = LoggerFactory.getLogger(RunningDev.class);
    private static final String PREFIX = "dev-";
    private static final String SUFFIX = ".json";

    public RunningDev {
        settings = Map.copyOf(settings);
    }

    /** Says that this one runs. The caller deletes the file when it ends. */
    public Path announce(Shell shell) {
        Path folder = folder(shell);
        Path file = folder.resolve(PREFIX + pid + SUFFIX);
        try {
            Files.createDirectories(folder);
            Path draft = Files.createTempFile(folder, "draft", ".tmp");
            Files.writeString(draft, Json.TOPIC.writeValueAsString(this));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("can't say in " + folder + " that dev runs", e);
        }
    }

    /** All that run, oldest process id first. */
    public static List<RunningDev> all(Shell shell) {
        List<RunningDev> running = new ArrayList<>();
        Path folder = folder(shell);
        if (!Files.isDirectory(folder)) {
            return running;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                RunningDev dev = read(file);
                if (dev != null && ProcessHandle.of(dev.pid).isPresent()) {
                    running.add(dev);
                } else {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.debug("running instances can't be listed folder={}", folder, e);
        }
        running.sort(Comparator.comparingLong(RunningDev::pid));
        return running;
    }

    /**
     * The one that runs; null where none does.
     *
     * @param option what to name one of several with, such as {@code --api-url}
     * @throws CommandFailure where there are several
     */
    public static @Nullable RunningDev only(Shell shell, String option) {
        List<RunningDev> running = all(shell);
        if (running.size() > 1) {
            throw CommandFailure.usage("several 'fanfare dev' run on this machine ("
                    + running.stream()
                            .map(dev -> dev.apiUrl + " with Kafka at " + dev.bootstrapServers)
                            .collect(Collectors.joining("; "))
                    + "): say which one with " + option);
        }
        return running.isEmpty() ? null : running.get(0);
    }

    private static @Nullable RunningDev read(Path file) throws IOException {
        try {
            return Json.TOPIC.readValue(Files.readAllBytes(file), RunningDev.class);
        } catch (JsonProcessingException | NullPointerException e) {
            LOG.debug("not a note of a running dev file={}", file, e);
            return null;
        }
    }

    private static Path folder(Shell shell) {
        return shell.folder("XDG_STATE_HOME", ".local/state");
    }
}
