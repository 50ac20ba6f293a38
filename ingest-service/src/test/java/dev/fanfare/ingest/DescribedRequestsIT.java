package dev.fanfare.ingest;

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
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Whatever is sent of what {@code /openapi.json} describes, and of what comes near it, is answered as it says. */
@WithBroker
class DescribedRequestsIT {
    /** The same each time, unless {@code -Dfanfare.seed} names another; {@code -Dfanfare.fuzz.requests} has more sent. */
    private static final long SEED = 20_261_122;

    private static final int REQUESTS = Integer.getInteger("fanfare.fuzz.requests", 600);

    @Test
    void anyEventIsTakenOrRefusedAsDescribed(@Fresh TestBroker broker, TestReporter reporter) {
        broker.createFanfareTopics();
        Seeds seeds = new Seeds(Long.getLong(Seeds.PROPERTY, SEED));
        reporter.publishEntry("seed", seeds.howToRepeat());
        DescribedApi api = new DescribedApi(ApiDescription.read(), Map.of("tenant", "acme"), seeds.random("requests"));
        Operation sendEvents = api.operations().stream()
                .filter(one -> one.toString().equals("POST /v1/tenants/{tenant}/events"))
                .findFirst()
                .orElseThrow();
        Map<String, String> faults = new TreeMap<>();
        int taken = 0;
        try (RunningIngest ingest = RunningIngest.on(broker)) {
            for (int i = 0; i < REQUESTS; i++) {
                Request request = api.request(sendEvents);
                HttpRequest.Builder builder = HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + ingest.port + request.pathAndQuery()))
                        .header("authorization", "Bearer " + RunningIngest.KEY)
                        .POST(BodyPublishers.ofByteArray(request.body()));
                request.headers().forEach(builder::header);
                HttpResponse<String> answer = ingest.send(builder);
                Response response = new Response(
                        answer.statusCode(),
                        answer.headers().firstValue("content-type").orElse(""),
                        answer.body());
                for (String fault : api.faults(sendEvents, response)) {
                    faults.putIfAbsent(fault, request + " -> " + response);
                }
                taken += answer.statusCode() == 202 ? 1 : 0;
            }
        }
        assertThat(faults).as(seeds.howToRepeat()).isEmpty();
        assertThat(taken).as("good ones").isBetween(REQUESTS / 10, REQUESTS * 9 / 10);
    }
}
