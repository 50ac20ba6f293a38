package dev.fanfare.cli.top;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.api.ApiClient;
import dev.fanfare.cli.top.Moment.LaneLine;
import dev.fanfare.contract.Json;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Asks processes how they do: {@code /metrics}, {@code /health/ready}, and {@code /lanes} of dispatchers. A name that
 * stands for several addresses (a headless service in Kubernetes) is asked at each. Any thread.
 */
final class ProcessReader {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final List<URI> from;
    private final String key;

    /**
     * Of some processes.
     *
     * @param key for {@code /lanes}
     */
    ProcessReader(List<URI> from, String key) {
        this.from = List.copyOf(from);
        this.key = key;
    }

    /** What one process said; the scrape is null where it didn't answer. */
    private record Said(Scrape scrape, List<LaneLine> lanes, List<String> troubles) {}

    /** What all said. */
    record Answers(int processes, Scrape scrape, List<LaneLine> lanes, List<String> troubles) {}

    Answers read() {
        List<CompletableFuture<Said>> asked =
                from.stream().flatMap(uri -> each(uri).stream()).map(this::ask).toList();
        List<Scrape> scrapes = new ArrayList<>();
        List<LaneLine> lanes = new ArrayList<>();
        List<String> troubles = new ArrayList<>();
        for (CompletableFuture<Said> one : asked) {
            Said said = one.join();
            if (!said.scrape().samples().isEmpty()) {
                scrapes.add(said.scrape());
            }
            lanes.addAll(said.lanes());
            troubles.addAll(said.troubles());
        }
        return new Answers(scrapes.size(), Scrape.together(scrapes), lanes, troubles);
    }

    private CompletableFuture<Said> ask(URI process) {
        List<LaneLine> lanes = new ArrayList<>();
        List<String> troubles = new ArrayList<>();
        return get(process, "/metrics", false)
                .thenCombine(get(process, "/health/ready", false), (metrics, health) -> {
                    notReady(process, health.body(), troubles);
                    return Scrape.parse(process.toString(), metrics.body());
                })
                .thenCompose(scrape -> scrape.has("fanfare_lanes_held")
                        ? get(process, "/lanes", true).thenApply(answer -> {
                            lanes(process, answer, lanes, troubles);
                            return scrape;
                        })
                        : CompletableFuture.completedFuture(scrape))
                .handle((scrape, failure) -> {
                    if (failure == null) {
                        return new Said(scrape, lanes, troubles);
                    }
                    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                    return new Said(
                            Scrape.NOTHING,
                            List.of(),
                            List.of(process + " does not answer: " + ApiClient.describe(cause)));
                });
    }

    private CompletableFuture<HttpResponse<String>> get(URI process, String path, boolean withKey) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(process + path)).timeout(PATIENCE);
        if (withKey) {
            request.header("Authorization", "Bearer " + key);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofString());
    }

    private static void notReady(URI process, String body, List<String> troubles) {
        json(body).path("roles").properties().forEach(role -> {
            String state = role.getValue().asText();
            if (!state.equals("ready")) {
                troubles.add(role.getKey() + " at " + process + " is not ready: " + state);
            }
        });
    }

    private static void lanes(URI process, HttpResponse<String> answer, List<LaneLine> lanes, List<String> troubles) {
        if (answer.statusCode() != 200) {
            troubles.add("the lanes at " + process + " are not shown (" + answer.statusCode()
                    + "): name the dispatcher's access.key with --key or $FANFARE_API_KEY");
            return;
        }
        for (JsonNode lane : json(answer.body()).path("lanes")) {
            lanes.add(new LaneLine(
                    lane.path("subscription").asText(),
                    lane.path("queued").asInt(),
                    lane.path("inFlight").asInt(),
                    lane.path("cap").asInt(),
                    lane.path("broken").asBoolean(),
                    lane.path("restLeftMillis").asLong()));
        }
    }

    private static JsonNode json(String body) {
        try {
            return Json.TOPIC.readTree(body);
        } catch (JsonProcessingException e) {
            return Json.TOPIC.createObjectNode(); // some proxy's page: it tells nothing
        }
    }

    /** Addresses instead of a name that has several; with TLS the name stays, for the certificate. */
    private static List<URI> each(URI process) {
        if (!"http".equals(process.getScheme())) {
            return List.of(process);
        }
        try {
            InetAddress[] addresses = InetAddress.getAllByName(process.getHost());
            if (addresses.length < 2 || addresses[0].isLoopbackAddress()) {
                return List.of(process);
            }
            List<URI> all = new ArrayList<>();
            for (InetAddress address : addresses) {
                String host = address.getHostAddress();
                all.add(URI.create("http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":"
                        + (process.getPort() < 0 ? 80 : process.getPort())));
            }
            return all;
        } catch (UnknownHostException e) {
            return List.of(process); // asking it says so
        }
    }
}
