package dev.fanfare.systemtests.observability;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * Prometheus itself, in a process of its own on a free port, with our rules as they stand in their files but for one thing:
 * <b>every duration in them is a sixtieth</b>, so that a minute of theirs takes a second here.
 */
final class RunningPrometheus implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern LISTENS = Pattern.compile("msg=\"Listening on\" address=127\\.0\\.0\\.1:(\\d+)");
    /** Of a range, of an offset, of how long an alert must hold. */
    private static final Pattern DURATION = Pattern.compile("(?<=\\[|offset |for: )(\\d+)([mhd])\\b");

    private final Process process;
    private final int port;

    private RunningPrometheus(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it, in the folder, to scrape this port of this machine every second. */
    static RunningPrometheus start(Path folder, int scraped) throws IOException {
        PromTool.requires("prometheus");
        for (Path file : Observability.in(Observability.RULES)) {
            Files.writeString(folder.resolve(file.getFileName()), sixtyTimesFaster(Files.readString(file)));
        }
        Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 250ms}
                rule_files: [recording.yml, alerts.yml]
                scrape_configs:
                  - job_name: fanfare
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """.formatted(scraped));
        Path log = folder.resolve("prometheus.log");
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=prometheus.yml",
                        "--storage.tsdb.path=data",
                        "--web.listen-address=127.0.0.1:0")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Matcher listens = Awaitility.await("Prometheus listens")
                .atMost(PATIENCE)
                .until(
                        () -> {
                            if (!process.isAlive()) {
                                throw new AssertionError("Prometheus ended:\n" + Files.readString(log));
                            }
                            return LISTENS.matcher(Files.readString(log));
                        },
                        Matcher::find);
        return new RunningPrometheus(process, Integer.parseInt(listens.group(1)));
    }

    static String sixtyTimesFaster(String rules) {
        return DURATION.matcher(rules).replaceAll(found -> {
            int count = Integer.parseInt(found.group(1));
            return switch (found.group(2)) {
                case "m" -> count + "s";
                case "h" -> count + "m";
                default -> count * 24 + "m";
            };
        });
    }

    /** The names of the alerts that fire. */
    Set<String> firing() {
        Set<String> names = new TreeSet<>();
        query("ALERTS{alertstate=\"firing\"}")
                .forEach(sample ->
                        names.add(sample.path("metric").path("alertname").asText()));
        return names;
    }

    /** What an expression comes to now. */
    List<JsonNode> query(String expression) {
        String path = "/api/v1/query?query=" + URLEncoder.encode(expression, UTF_8);
        try {
            HttpResponse<String> response = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == 503) {
                return List.of(); // it listens a moment before it is ready
            }
            JsonNode body = JSON.readTree(response.body());
            if (!body.path("status").asText().equals("success")) {
                throw new AssertionError(expression + ": " + response.body());
            }
            return JSON.convertValue(
                    body.path("data").path("result"),
                    JSON.getTypeFactory().constructCollectionType(List.class, JsonNode.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
