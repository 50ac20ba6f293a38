package dev.fanfare.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process of this run; it ends with us, see {@link Leash}. Thread-safe. */
final class Child {
    private static final Logger LOG = LoggerFactory.getLogger(Child.class);
    private static final long STOP_SECONDS = 90;

    private final String name;
    private final Process process;

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /** Starts this Java again with another main class. */
    static Child start(String name, Path log, List<String> options, Class<?> main, List<String> args) {
        return start(name, log, options, Versions.ofThisBuild(), main, args);
    }

    /** Starts this Java again with another class path, which has a class of this name. */
    static Child start(
            String name, Path log, List<String> options, String classPath, Class<?> main, List<String> args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(args);
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().keySet().removeIf(variable -> variable.startsWith("FANFARE_"));
            return new Child(name, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can't be started", e);
        }
    }

    /** Tells it a line on its standard input; whoever has ended meanwhile doesn't hear it. */
    void say(String line) {
        try {
            OutputStream in = process.getOutputStream();
            in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
        } catch (IOException e) {
            LOG.debug("nobody hears it name={}", name, e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** How it ended. */
    int exitCode() {
        return process.exitValue();
    }

    /** As {@code kill -9} does; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /**
     * As SIGTERM does, and nothing else: {@link Process#destroy} would let go of its standard input too, and so of its
     * leash, which ends it at once. False where it doesn't end in time, and then it is killed.
     */
    boolean stop() {
        process.toHandle().destroy();
        try {
            if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
        return false;
    }

    /** Waits for its end; false where it takes longer, and then it is killed. */
    boolean ends(Duration patience) {
        try {
            if (process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
        return false;
    }

    /**
     * As SIGSTOP does, and SIGCONT after a while: to the others it looks dead, and it doesn't know. By a shell, which sees
     * it through even if we are killed meanwhile.
     */
    void freeze(Duration duration) {
        shell("kill -STOP $1; sleep $2; kill -CONT $1", Double.toString(duration.toMillis() / 1_000.0));
    }

    /** It gets on for a tenth of a second, then not for three, again and again: as one whose disk takes its time. */
    void slowDown(Duration duration) {
        shell(
                "for i in $(seq $2); do kill -STOP $1; sleep 0.3; kill -CONT $1; sleep 0.1; done",
                Long.toString(Math.max(1, duration.toMillis() / 400)));
    }

    /**
     * No file of it grows any more, as on a disk that is full: setrlimit(2), RLIMIT_FSIZE, by util-linux's prlimit. False
     * where there is none, or it has ended meanwhile.
     */
    boolean fillDisk() {
        return shell("prlimit --pid $1 --fsize=0:", "") == 0;
    }

    /** There is room again. */
    void makeRoom() {
        shell("prlimit --pid $1 --fsize=unlimited:", "");
    }

    /** Runs a script, which is told our process and an argument; returns how it ended. */
    private int shell(String script, String argument) {
        try {
            return new ProcessBuilder("sh", "-c", script, "sh", Long.toString(process.pid()), argument)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join()
                    .exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can't be treated so", e);
        }
    }
}
