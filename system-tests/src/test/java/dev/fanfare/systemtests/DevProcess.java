package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** {@code ./fanfare dev} as a user starts it: the script, in a process of its own, on free ports. */
public final class DevProcess implements AutoCloseable {
    /** The checkout; the build tells it. */
    public static final Path ROOT = Path.of(System.getProperty("fanfare.root")).toAbsolutePath();

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Pattern API = Pattern.compile("API +http://127\\.0\\.0\\.1:(\\d+)\\s");
    private static final Pattern KAFKA = Pattern.compile("Kafka +127\\.0\\.0\\.1:(\\d+)\\s");
    /** Only a test that fails waits so long; a busy machine has the time it needs. */
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    private final Process process;
    private final Path log;
    /** Those that it took; 0 until it has said so. */
    private int port;

    private int kafkaPort;

    private DevProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it and waits until it says that it is ready. */
    public static DevProcess start(Path folder, String... options) {
        List<String> command =
                new ArrayList<>(List.of(ROOT.resolve("fanfare").toString(), "dev", "--port=0", "--kafka-port=0"));
        command.add("--data-dir=" + folder.resolve("data"));
        command.addAll(List.of(options));
        try {
            // kept with the build's other results: whoever asks why a test failed needs it
            Path logs = Files.createDirectories(ROOT.resolve("system-tests/target/dev-logs"));
            Path log = Files.createTempFile(logs, "dev", ".log");
            Process process = command(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            DevProcess dev = new DevProcess(process, log);
            boolean ready = false;
            try {
                dev.awaitReady();
                ready = true;
            } finally {
                if (!ready) {
                    dev.kill();
                }
            }
            return dev;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process that runs what the build just packaged, rather than building inside a build. */
    static ProcessBuilder command(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(ROOT.toFile());
        builder.environment().put("FANFARE_NO_BUILD", "1");
        // most of what such a process does is start: the compiler of a long run only costs it time
        builder.environment().put("FANFARE_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
        builder.environment().keySet().removeIf(name -> name.startsWith("FANFARE_KAFKA") || name.startsWith("MAVEN_"));
        return builder;
    }

    public String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    public int port() {
        return port;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request with the key of {@code fanfare dev}. */
    public HttpResponse<String> send(String method, String path, String contentType, byte[] body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url(path)))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer dev")
                .header("Content-Type", contentType)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return send(request);
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url(path)))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer dev")
                .build());
    }

    /** What is gone already stays gone. */
    void delete(String path) {
        send("DELETE", path, "application/json", new byte[0]);
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** As {@code kill -9} does, with no chance to tidy up. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }

    /** As Ctrl-C does; returns the exit code. */
    int stop() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                kill();
                throw new AssertionError("fanfare dev did not end within " + PATIENCE + ":\n" + output());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            kill();
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            stop();
        }
    }

    private void awaitReady() {
        await("fanfare dev says where it listens").until(() -> says(API) && says(KAFKA));
        port = portIn(API);
        kafkaPort = portIn(KAFKA);
        await("fanfare dev is ready").until(this::isReady);
    }

    private ConditionFactory await(String what) {
        return Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("fanfare dev ended with " + process.exitValue() + ":\n" + output());
                    }
                });
    }

    private boolean says(Pattern pattern) {
        return pattern.matcher(output()).find();
    }

    private int portIn(Pattern pattern) {
        Matcher matcher = pattern.matcher(output());
        assertThat(matcher.find()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private boolean isReady() {
        try {
            return HTTP.send(
                                    HttpRequest.newBuilder(URI.create(url("/health/ready")))
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
