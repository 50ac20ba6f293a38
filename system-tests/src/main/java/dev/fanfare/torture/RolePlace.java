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
 * ends though nobody asked it to, or says that it is broken for good, is started again, as Kubernetes does, and counted.
 * Thread-safe.
 */
final class RolePlace {
    private static final Logger LOG = LoggerFactory.getLogger(RolePlace.class);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    /** Of all looks after it; and how long it may take, which is short, as others wait meanwhile. */
    private static final int PROBED_EVERY = 10;

    private static final Duration PROBED_WITHIN = Duration.ofSeconds(1);
    private static final int BROKEN_AFTER = 3;
    private static final Duration TWIN_WITHIN = Duration.ofSeconds(60);
    /** What a role logs when it is. */
    private static final String READY = " ready role=";

    private static final List<String> JAVA_OPTIONS =
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    private final String name;
    private final RoleKind kind;
    private final Cluster.Link link;
    private final int port;
    private final Path folder;
    private List<String> settings;
    private final Optional<String> javaOption;
    private final Optional<String> otherBuild;
    private boolean isOther;
    private @Nullable Child child;
    private boolean wanted;
    private long skewMillis;
    private int endedByItself;
    private int looks;
    private int saysBroken;
    private int twins;

    /**
     * Nothing runs there yet.
     *
     * @param javaOption one more, where there is one
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
            Optional<String> javaOption,
            Optional<String> otherBuild,
            boolean isOther) {
        this.name = name;
        this.kind = kind;
        this.link = link;
        this.port = port;
        this.folder = folder;
        this.settings = List.copyOf(settings);
        this.javaOption = javaOption;
        this.otherBuild = otherBuild;
        this.isOther = isOther;
    }

    private Child launch() {
        return launch(port, log(), settings);
    }

    private Child launch(int listensOn, Path logs, List<String> with) {
        List<String> args = new ArrayList<>(List.of(
                Long.toString(skewMillis),
                kind.name(),
                "--bootstrap-servers=" + link.bootstrapServers(),
                "--instance-id=" + name,
                "--port=" + listensOn,
                "--set",
                "http.host=127.0.0.1"));
        with.forEach(setting -> args.addAll(List.of("--set", setting)));
        List<String> options = new ArrayList<>(JAVA_OPTIONS);
        options.add("-Djava.io.tmpdir=" + folder);
        javaOption.ifPresent(options::add);
        return Child.start(name, logs, options, classPath(), RoleProcess.class, args);
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
        return status("/health/ready", ANSWER_WITHIN) == 200;
    }

    /** 0 where nobody answers. */
    private int status(String path, Duration patience) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url(path)))
                    .timeout(patience)
                    .build();
            return HTTP.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0; // it isn't there
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
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

    /** Starts it again if it ended by itself, or says that only that would help. */
    synchronized void supervise() {
        if (wanted && ++looks % PROBED_EVERY == 0 && child != null && child.isAlive()) {
            probe(child);
        }
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

    private void probe(Child running) {
        saysBroken = status("/health/live", PROBED_WITHIN) == 503 ? saysBroken + 1 : 0;
        if (saysBroken >= BROKEN_AFTER) {
            LOG.warn("a role says that it is broken role={} said={}", name, lastWords());
            saysBroken = 0;
            running.kill();
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

    /** Where a role of this name keeps what it has on disk. */
    static Path state(Path folder, String name) {
        return folder.resolve(name + "-state");
    }

    /** Sets what it is started with from now on. */
    synchronized void set(String key, String value) {
        settings = Stream.concat(
                        settings.stream().filter(setting -> !setting.startsWith(key + "=")),
                        Stream.of(key + "=" + value))
                .toList();
    }

    /**
     * For a time a second process has its name, as a slip of the hand makes it, on a machine with another disk; that one is
     * killed in the end. False where it didn't get as far as to do its work.
     */
    boolean doubleFor(Duration duration) {
        Path log;
        Child twin;
        synchronized (this) {
            String twinName = name + "-twin-" + ++twins;
            log = folder.resolve(twinName + ".log");
            twin = launch(
                    0,
                    log,
                    settings.stream()
                            .map(setting -> setting.replace(
                                    state(folder, name).toString(),
                                    state(folder, twinName).toString()))
                            .toList());
        }
        try {
            Waiting.until(
                    "the twin of " + name,
                    TWIN_WITHIN,
                    () -> Files.readString(log).contains(READY) || !twin.isAlive());
            Waiting.rest(duration);
            return twin.isAlive();
        } catch (IllegalStateException e) {
            return false;
        } finally {
            twin.kill();
        }
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

    /** Sets its clock, so far ahead, while it runs; and back after a time, if it still runs. */
    void stepClock(long aheadMillis, Duration duration) {
        Child stepped;
        long before;
        synchronized (this) {
            stepped = child;
            before = skewMillis;
        }
        if (stepped != null) {
            stepped.say(Long.toString(aheadMillis));
            Waiting.rest(duration);
            stepped.say(Long.toString(before));
        }
    }

    /**
     * Has no room on its disk for a time: neither its log nor its state grows. Nobody starts it again before there is some.
     * False where that can't be done here.
     */
    synchronized boolean fillDisk(Duration duration) {
        Child filled = child;
        boolean full = filled != null && filled.fillDisk();
        Waiting.rest(duration);
        if (filled != null) {
            filled.makeRoom();
        }
        return full;
    }

    synchronized int endedByItself() {
        return endedByItself;
    }
}
