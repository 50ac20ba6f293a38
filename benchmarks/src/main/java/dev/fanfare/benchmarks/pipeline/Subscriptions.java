package dev.fanfare.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.benchmarks.pipeline.Scenario.Trouble;
import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.contract.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Who wants what, by way of the management API: every endpoint wants, for each fan-out, the events of its group, and
 * all that are well those of which others are sick. Goes when it is closed. Confined to one thread.
 */
final class Subscriptions implements AutoCloseable {
    private static final List<Integer> FAN_OUTS = List.of(1, 10, 100, 1_000);
    /** As many as the control plane writes in one transaction. */
    private static final int AT_ONCE = 64;

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    private static final String TIMEOUT = "5s";

    private final Target target;
    private final String name;
    private final int endpoints;
    private final IntFunction<String> urls;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> there = new ArrayList<>();
    private int made;

    /**
     * None yet.
     *
     * @param name      that no other run has
     * @param endpoints for fan-outs that are no larger
     * @param urls      of each endpoint
     */
    Subscriptions(Target target, String name, int endpoints, IntFunction<String> urls) {
        this.target = target;
        this.name = name;
        this.endpoints = endpoints;
        this.urls = urls;
    }

    /** How many different types events of a scenario have: each goes to other endpoints. */
    int groups(Scenario scenario) {
        return switch (scenario.kind()) {
            case INGEST_SINGLE, INGEST_BATCH -> 1;
            case FLOW, REST, DRAIN -> scenario.endpoints() > 0 ? scenario.endpoints() : groups(scenario.fanOut());
        };
    }

    private int groups(int fanOut) {
        return Math.max(1, endpoints / fanOut);
    }

    /** The type of a group's events. */
    String type(Scenario scenario, int group) {
        if (scenario.isIngest()) {
            return "bench." + name + ".unwanted";
        }
        return scenario.trouble() == Trouble.NONE ? type(scenario.fanOut(), group) : sickType(group);
    }

    private String type(int fanOut, int group) {
        return "bench." + name + ".f" + fanOut + "." + group;
    }

    private String sickType(int group) {
        return "bench." + name + ".sick." + group;
    }

    /** Subscribes the endpoints that a scenario needs and that aren't yet. */
    void prepare(Scenario scenario) {
        int needed = scenario.isIngest() ? 0 : Math.max(scenario.endpoints(endpoints), scenario.fanOut());
        int from = made;
        made = Math.max(made, needed);
        create(IntStream.range(from, made)
                .mapToObj(endpoint -> subscription("e" + endpoint, endpoint, types(endpoint)))
                .toList());
        if (scenario.trouble() != Trouble.NONE) {
            create(IntStream.range(0, endpoints)
                    .filter(Course::isSick)
                    .mapToObj(endpoint -> subscription(
                            scenario.name() + "-" + endpoint,
                            endpoint,
                            List.of(sickType(endpoint / Course.SICK_ONE_OF))))
                    .toList());
        }
    }

    /** What a scenario leaves behind goes with those that made it: what waits for them is cancelled when it is due. */
    void removeSick(Scenario scenario) {
        if (scenario.trouble() != Trouble.NONE) {
            remove(there.stream()
                    .filter(id -> id.startsWith("bench-" + name + "-" + scenario.name() + "-"))
                    .toList());
        }
    }

    private List<String> types(int endpoint) {
        List<String> types = new ArrayList<>();
        for (int fanOut : FAN_OUTS) {
            // one of its own has every endpoint, however many a scenario wants
            if (fanOut == 1 || endpoint < groups(fanOut) * fanOut && (endpoint < endpoints || fanOut > endpoints)) {
                types.add(type(fanOut, endpoint / fanOut));
            }
        }
        if (endpoint < endpoints && !Course.isSick(endpoint)) {
            types.add(sickType(endpoint / Course.SICK_ONE_OF));
        }
        return types;
    }

    private ObjectNode subscription(String id, int endpoint, List<String> types) {
        ObjectNode json = Json.TOPIC.createObjectNode();
        json.put("id", "bench-" + name + "-" + id);
        json.put("url", urls.apply(endpoint));
        types.forEach(json.putArray("eventTypes")::add);
        json.put("timeout", TIMEOUT);
        return json;
    }

    private void create(List<ObjectNode> all) {
        ask(
                all.stream()
                        .map(json -> target.request("/subscriptions")
                                .header("content-type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(json.toString())))
                        .toList(),
                201);
        all.forEach(json -> there.add(json.path("id").asText()));
    }

    private void remove(List<String> ids) {
        ask(
                ids.stream()
                        .map(id -> target.request("/subscriptions/" + id).DELETE())
                        .toList(),
                204);
        there.removeAll(ids);
    }

    private void ask(List<HttpRequest.Builder> requests, int wanted) {
        Semaphore room = new Semaphore(AT_ONCE);
        var asked = requests.stream()
                .map(request -> {
                    room.acquireUninterruptibly();
                    return http.sendAsync(request.timeout(ANSWER_WITHIN).build(), BodyHandlers.ofString())
                            .whenComplete((answer, failed) -> room.release());
                })
                .toList();
        try {
            asked.forEach(answer -> check(answer.join(), wanted));
        } catch (CompletionException e) {
            throw BenchmarkFailure.of("the management API did not answer: " + e.getCause());
        }
    }

    private static void check(HttpResponse<String> answer, int wanted) {
        if (answer.statusCode() != wanted) {
            throw BenchmarkFailure.of(answer.request().method() + " "
                    + URI.create(answer.uri().getPath()) + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    @Override
    public void close() {
        remove(List.copyOf(there));
    }
}
