package dev.fanfare.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ApiDescription;
import dev.fanfare.testkit.DescribedApi;
import dev.fanfare.testkit.DescribedApi.Operation;
import dev.fanfare.testkit.DescribedApi.Request;
import dev.fanfare.testkit.DescribedApi.Response;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Each operation of {@code /openapi.json}, with what it describes and with what comes near it, is answered as it says. */
@WithBroker
class DescribedRequestsIT {
    /** The same each time, unless {@code -Dfanfare.seed} names another; {@code -Dfanfare.fuzz.rounds} has more sent. */
    private static final long SEED = 20_261_122;

    private static final int ROUNDS = Integer.getInteger("fanfare.fuzz.rounds", 12);
    /** Mounted by the ingest role. */
    private static final String INGEST = "POST /v1/tenants/{tenant}/events";

    @Test
    void anythingIsAnsweredAsDescribed(@Fresh TestBroker broker, @TempDir Path folder, TestReporter reporter)
            throws Exception {
        Seeds seeds = new Seeds(Long.getLong(Seeds.PROPERTY, SEED));
        reporter.publishEntry("seed", seeds.howToRepeat());
        DescribedApi api = new DescribedApi(ApiDescription.read(), Map.of("tenant", "acme"), seeds.random("requests"));
        List<Operation> operations = api.operations().stream()
                .filter(one -> !one.toString().equals(INGEST))
                .toList();
        Map<String, String> faults = new TreeMap<>();
        Set<String> succeeded = new TreeSet<>();
        HttpClient http = HttpClient.newHttpClient();
        try (RunningControl control = RunningControl.on(broker, folder)) {
            for (int round = 0; round < ROUNDS; round++) {
                String id = made(control);
                api.know("id", id);
                api.know("name", "order.created");
                for (Operation operation : operations) {
                    Request request = api.request(operation);
                    HttpRequest.Builder builder = HttpRequest.newBuilder(control.uri(request.pathAndQuery()))
                            .timeout(Duration.ofMinutes(2))
                            .header("authorization", "Bearer k")
                            .method(request.method(), BodyPublishers.ofByteArray(request.body()));
                    request.headers().forEach(builder::header);
                    HttpResponse<String> answer = http.send(builder.build(), BodyHandlers.ofString(UTF_8));
                    Response response = new Response(
                            answer.statusCode(),
                            answer.headers().firstValue("content-type").orElse(""),
                            answer.body());
                    for (String fault : api.faults(operation, response)) {
                        faults.putIfAbsent(operation + ": " + fault, request + " -> " + response);
                    }
                    if (answer.statusCode() < 300) {
                        succeeded.add(operation.toString());
                    }
                }
            }
        }
        assertThat(faults).as(seeds.howToRepeat()).isEmpty();
        assertThat(succeeded).as("operations that did what they are for").hasSizeGreaterThan(operations.size() / 2);
    }

    /** So that there is something to work on, whatever was deleted. */
    private static String made(RunningControl control) {
        return control.post(
                        RunningControl.SUBSCRIPTIONS,
                        "{\"url\":\"https://example.com/hook\",\"eventTypes\":[\"order.created\"]}")
                .json()
                .path("id")
                .asText();
    }
}
