package dev.fanfare.torture;

import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.cli.shell.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where one instance of a role runs: its name, its cables, its port and its process, which may be down. A process that
 * ends though nobody asked it to is started again, as Kubernetes does, and counted. Thread-safe.
 */
final class RolePlace {
    private static final Logger LOG = LoggerFactory.getLogger(RolePlace.class);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final List<String> JAVA_OPTIONS =
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    private final String name;
    private final RoleKind kind;
    private final Cluster.Link link;
    private final int port;
    private final Path folder;
    private final List<String> settings;
    private final Optional<String> otherBuild;
    private boolean isOther;
    private @Nullable Child child;
    private boolean wanted;
    private long skewMillis;
    private int endedByItself;

    /**
     * Nothing runs there yet.
     *
     * @param otherBuild the class path of another version, where there is one
     * @param isOther    whether it is that which runs here first
     */
    RolePlace(
            String name,
            RoleKind kind,
            Cluster.Link link,
            int port,
            Path folder,
            List<String> settings,
            Optional<String> otherBuild,
            boolean isOther) {
        this.name = name;
        this.kind = kind;
        this.link = link;
        this.port = port;
        this.folder = folder;
        this.settings = List.copyOf(settings);
        this.otherBuild = otherBuild;
        this.isOther = isOther;
    }

    private Child launch() {
        List<String> args = new ArrayList<>(List.of(
                Long.toString(skewMillis),
                kind.name(),
                "--bootstrap-servers=" + link.bootstrapServers(),
                "--instance-id=" + name,
                "--port=" + port,
                "--set",
                "http.host=127.0.0.1"));
        settings.forEach(setting -> args.addAll(List.of("--set", setting)));
        List<String> options = new ArrayList<>(JAVA_OPTIONS);
        options.add("-Djava.io.tmpdir=" + folder);
        return Child.start(name, log(), options, classPath(), RoleProcess.class, args);
    }

    private String classPath() {
        return isOther ? otherBuild.orElseThrow() : Versions.ofThisBuild();
    }

    String name() {
        return name;
    }

    RoleKind kind() {
        return kind;
    }

    Cluster.Link link() {
        return link;
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    /** Whether it says itself that it does its work. */
    boolean isReady() {
        try {
            return HTTP.send(
                                    HttpRequest.newBuilder(URI.create(url("/health/ready")))
                                            .timeout(ANSWER_WITHIN)
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false; // it isn't there
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    synchronized void kill() {
        wanted = false;
        if (child != null) {
            child.kill();
        }
    }

    /** As SIGTERM does; false where it did not end in order: with another exit code than 0, or not before it was killed. */
    boolean stop() {
        Child stopped;
        synchronized (this) {
            wanted = false;
            stopped = child;
        }
        // in a role's own time: meanwhile the others are looked after
        return stopped == null || stopped.stop() && stopped.exitCode() == ExitCode.OK;
    }

    /** It, which is down, comes back in the other version. */
    synchronized void startOther() {
        isOther = !isOther;
        start(0);
    }

    /** Starts it, or starts it again, with a clock that is so far ahead. */
    synchronized void start(long aheadMillis) {
        wanted = true;
        if (child == null || !child.isAlive()) {
            skewMillis = aheadMillis;
            child = launch();
        }
    }

    /** Starts it again if it ended by itself. */
    synchronized void supervise() {
        if (wanted && child != null && !child.isAlive()) {
            endedByItself++;
            LOG.warn("a role ended by itself role={} exitCode={} said={}", name, child.exitCode(), lastWords());
            try {
                child = launch();
            } catch (UncheckedIOException e) {
                LOG.error("it can't be started again role={}", name, e); // tried again soon
            }
        }
    }

    /** The last line of its log. */
    private String lastWords() {
        try (Stream<String> lines = Files.lines(log())) {
            return lines.reduce("nothing", (before, line) -> line);
        } catch (IOException | UncheckedIOException e) {
            return "nothing that can be read: " + e.getMessage();
        }
    }

    private Path log() {
        return folder.resolve(name + ".log");
    }

    void freeze(Duration duration) {
        Child frozen;
        synchronized (this) {
            frozen = child;
        }
        if (frozen != null) {
            frozen.freeze(duration);
        }
    }

    synchronized int endedByItself() {
        return endedByItself;
    }
}
