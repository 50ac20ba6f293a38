package dev.fanfare.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.conservation.Subscriber;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The subscriptions of a run, by way of the management API. Thread-safe. */
final class Subscribers {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Nothing is broken yet, so only a machine that has no time takes so long. */
    private static final Duration CREATED_WITHIN = Duration.ofMinutes(2);

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final int TRIES = 300;
    private static final Duration BETWEEN_CHANGES = Duration.ofMillis(100);
    private static final int MOST_IN_FLIGHT = 8;
    private static final Duration REPLAY_WITHIN = Duration.ofSeconds(90);
    private static final int REPLAY_TRIES = 3;
    private static final List<String> JAVA_OPTIONS =
            List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");
    /** Everyone wants something else: half of all events go to half of all. */
    private static final List<List<String>> WANTED = List.of(
            List.of("*"),
            List.of("order.*"),
            List.of("order.created", "user.joined"),
            List.of("invoice.*"),
            List.of("order.shipped.*"),
            List.of("invoice.paid", "order.paid"));

    private final String baseUrl;
    private final String key;
    private final List<String> cluster;
    private final Path folder;
    private final HttpClient http = HttpClient.newHttpClient();

    /**
     * None yet.
     *
     * @param baseUrl          of the management API
     * @param cluster          options of the command, by which it finds the dead letters
     * @param folder           for what it says
     */
    Subscribers(String baseUrl, String key, List<String> cluster, Path folder) {
        this.baseUrl = baseUrl + "/v1/tenants/" + Endpoints.TENANT + "/subscriptions";
        this.key = key;
        this.cluster = List.copyOf(cluster);
        this.folder = folder;
    }

    /** Subscribes all endpoints. Some give up after a few tries, some hardly ever. */
    void create(Endpoints endpoints) {
        for (Endpoints.Endpoint endpoint : endpoints.all()) {
            try {
                String body = JSON.writeValueAsString(wish(endpoint, endpoints));
                HttpResponse<String> answer = post(baseUrl, body, CREATED_WITHIN);
                for (int tries = 0; answer.statusCode() == 503 && tries < TRIES; tries++) {
                    Waiting.rest(Duration.ofSeconds(1));
                    answer = post(baseUrl, body, CREATED_WITHIN);
                }
                if (answer.statusCode() != 201) {
                    throw new IllegalStateException(
                            "subscription " + endpoint.name() + ": " + answer.statusCode() + " " + answer.body());
                }
                JsonNode created = JSON.readTree(answer.body());
                endpoints.secret(endpoint, created.path("secret").asText());
            } catch (IOException e) {
                throw new IllegalStateException("subscription " + endpoint.name(), e);
            }
        }
    }

    private static Map<String, Object> wish(Endpoints.Endpoint endpoint, Endpoints endpoints) {
        int number = endpoints.all().indexOf(endpoint);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", endpoint.name());
        body.put("url", endpoint.url());
        body.put("eventTypes", WANTED.get(number % WANTED.size()));
        body.put("timeout", "3s");
        List<String> schedule = new ArrayList<>(List.of("1s", "2s", "5s"));
        for (int i = 0; number % 2 == 1 && i < 40; i++) {
            schedule.add("3s");
        }
        body.put("retry", Map.of("schedule", schedule));
        return body;
    }

    /**
     * Deletes it, and after a time makes another one under the same id. That begins paused, so that nothing comes before its
     * secret is known; an answer with a secret that got lost is one more reason to begin again. False where it never works.
     */
    boolean makeAnew(Endpoints.Endpoint endpoint, Endpoints endpoints, Duration hold) {
        for (int tries = 0; tries < TRIES && !Thread.currentThread().isInterrupted(); tries++) {
            try {
                int gone = send(request(baseUrl + "/" + endpoint.name(), ANSWER_WITHIN)
                                .DELETE())
                        .statusCode();
                if (gone == 204 || gone == 404) {
                    Waiting.rest(tries == 0 ? hold : Duration.ZERO);
                    Map<String, Object> paused = wish(endpoint, endpoints);
                    paused.put("state", "paused");
                    HttpResponse<String> answer = post(baseUrl, JSON.writeValueAsString(paused), ANSWER_WITHIN);
                    if (answer.statusCode() == 201) {
                        endpoints.secret(
                                endpoint,
                                JSON.readTree(answer.body()).path("secret").asText());
                        return turn(endpoint.name(), "resume");
                    }
                }
            } catch (IOException e) {
                // it is down: that is what this run is about
                Waiting.rest(Duration.ofMillis(100));
            }
            Waiting.rest(Duration.ofMillis(200));
        }
        return false;
    }

    /**
     * Changes it again and again: what it wants is written otherwise each time and means the same. Returns how often that
     * worked.
     */
    int change(Endpoints.Endpoint endpoint, Endpoints endpoints, Duration hold) {
        List<String> wanted = WANTED.get(endpoints.all().indexOf(endpoint) % WANTED.size());
        long deadline = System.nanoTime() + hold.toNanos();
        int changed = 0;
        for (int n = 0; System.nanoTime() < deadline && !Thread.currentThread().isInterrupted(); n++) {
            List<String> types = new ArrayList<>(wanted);
            types.add(n % types.size(), "nobody.sends." + n);
            try {
                String patch = JSON.writeValueAsString(Map.of(
                        "eventTypes", types, "maxInFlight", 1 + n % MOST_IN_FLIGHT, "description", "change " + n));
                if (send(request(baseUrl + "/" + endpoint.name(), ANSWER_WITHIN)
                                        .header("Content-Type", "application/merge-patch+json")
                                        .method("PATCH", HttpRequest.BodyPublishers.ofString(patch)))
                                .statusCode()
                        == 200) {
                    changed++;
                }
            } catch (IOException e) {
                // it is down: that is what this run is about
                Waiting.rest(BETWEEN_CHANGES);
            }
            Waiting.rest(BETWEEN_CHANGES);
        }
        return changed;
    }

    /** Pauses or resumes; tries until it works, for a resume must not be forgotten. False where it never did. */
    boolean turn(String id, String turn) {
        for (int tries = 0; tries < TRIES && !Thread.currentThread().isInterrupted(); tries++) {
            try {
                if (post(baseUrl + "/" + id + "/" + turn, "", ANSWER_WITHIN).statusCode() == 200) {
                    return true;
                }
            } catch (IOException e) {
                // it is down: that is what this run is about
                Waiting.rest(Duration.ofMillis(100));
            }
            Waiting.rest(Duration.ofMillis(200));
        }
        return false;
    }

    /**
     * {@code fanfare dlq replay}, as an operator has it, and again where it breaks off; false where it never comes through.
     *
     * @param which an option that says of which
     */
    boolean replay(String which) {
        for (int tries = 0; tries < REPLAY_TRIES && !Thread.currentThread().isInterrupted(); tries++) {
            List<String> arguments = new ArrayList<>(List.of("dlq", "replay", which, "--yes"));
            arguments.addAll(cluster);
            Child command = Child.start(
                    "dlq replay", folder.resolve("dlq-replay.log"), JAVA_OPTIONS, CommandProcess.class, arguments);
            if (command.ends(REPLAY_WITHIN) && command.exitCode() == 0) {
                return true;
            }
        }
        return false;
    }

    private HttpResponse<String> post(String url, String body, Duration within) throws IOException {
        return send(request(url, within)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String url, Duration within) {
        return HttpRequest.newBuilder(URI.create(url)).timeout(within).header("Authorization", "Bearer " + key);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /**
     * Those on the topic, each in its first state: nobody of them ever stops being routed to, but for those that were deleted
     * and made anew.
     */
    static List<Subscriber> onTopic(Map<String, Object> clientConfig) {
        Map<UUID, Subscription> first = new LinkedHashMap<>();
        TopicPartition partition = new TopicPartition(Topics.SUBSCRIPTIONS, 0);
        clientConfig.put("isolation.level", "read_committed");
        try (var consumer =
                new KafkaConsumer<>(clientConfig, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofMillis(200))) {
                    if (message.value() != null) {
                        Subscription subscription = Subscription.fromJson(message.value());
                        first.putIfAbsent(subscription.generation(), subscription);
                    }
                }
            }
        } catch (UndecodableRecord e) {
            throw new IllegalStateException("a subscription on the topic can't be read", e);
        }
        Map<String, Long> generations =
                first.values().stream().collect(Collectors.groupingBy(Subscription::key, Collectors.counting()));
        return first.values().stream()
                .map(each -> new Subscriber(each, Objects.equals(generations.get(each.key()), 1L)))
                .toList();
    }
}
