package dev.fanfare.standalone;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The command in a process of its own, with its output kept, and no trace of it outside the test's folder. */
final class FanfareProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final Path out;
    private final Path err;

    private FanfareProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts {@code fanfare args…}, which logs as in earnest; its state folder is in {@code folder}. */
    static FanfareProcess start(Path folder, String... args) {
        return start(folder, List.of(), args);
    }

    /** Starts it with a configuration of the operator's own for its log. */
    static FanfareProcess startWithOwnLog(Path folder, String... args) {
        return start(
                folder,
                List.of("-Dlogback.configurationFile=" + Path.of("src/test/resources/logback-process.xml")),
                args);
    }

    private static FanfareProcess start(Path folder, List<String> javaOptions, String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                // most of what it does is start: the compiler of a long run only costs it time
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                withoutTests(System.getProperty("java.class.path"))));
        command.addAll(javaOptions);
        command.add(Main.class.getName());
        command.addAll(Arrays.asList(args));
        try {
            Path out = Files.createTempFile(folder, args[0], ".out");
            Path err = Files.createTempFile(folder, args[0], ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_"));
            builder.environment().put("XDG_STATE_HOME", folder.resolve("state").toString());
            return new FanfareProcess(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What tests say about logging is not for the process. */
    private static String withoutTests(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Waits until it has printed this. */
    FanfareProcess awaitOutput(String text) {
        Awaitility.await(text)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    if (!(out() + err()).contains(text) && !process.isAlive()) {
                        throw new AssertionError("ended with " + process.exitValue() + ":\n" + out() + err());
                    }
                    return (out() + err()).contains(text);
                });
        return this;
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    /** The first group of the pattern in what it printed. */
    String find(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(out() + err());
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in:\n" + out() + err());
        }
        return matcher.group(1);
    }

    /** As Ctrl-C does; returns the exit code. */
    int stop() {
        process.destroy();
        return exitCode();
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
        exitCode();
    }

    /** Waits for its end. */
    int exitCode() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("did not end within " + PATIENCE + ":\n" + out() + err());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        return process.exitValue();
    }

    static HttpResponse<String> get(String url) {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        exitCode();
    }
}
