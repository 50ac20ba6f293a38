package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances write one table: a change that says what it is based on is never lost. */
@WithBroker
class TwoControlPlanesIT {
    private static final String MINIMAL = "{\"url\":\"https://example.com/hook\",\"eventTypes\":[\"order.created\"]}";

    /** Changes that each of two clients makes; thousands were made by hand. */
    private static final int ROUNDS = Integer.getInteger("fanfare.race-rounds", 60);

    @TempDir
    static Path folder;

    private static TestBroker broker;
    private static RunningControl first;
    private static RunningControl second;

    @BeforeAll
    static void startTwo(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        Map<String, String> patient = Map.of("control.write-timeout", "20s");
        first = RunningControl.on(broker, folder, patient);
        second = new RunningControl(broker.bootstrapServers(), folder.resolve("keyset.json"), patient).start();
    }

    @AfterAll
    static void stopBoth() {
        second.close();
        first.close();
    }

    @Test
    void ofTwoClientsThatRaceNoneOverwritesWhatItHasNotSeen() {
        String path = SUBSCRIPTIONS + "/counter";
        first.put(path, MINIMAL.replace("}", ",\"description\":\"0\"}"));
        Set<Integer> counted = ConcurrentHashMap.newKeySet();
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> count(second, path, counted));
        count(first, path, counted);
        other.join();
        // each number once: two clients that both wrote 17 would leave one missing
        assertThat(counted).hasSize(2 * ROUNDS).contains(1, 2 * ROUNDS);
        for (RunningControl each : List.of(first, second)) {
            assertThat(each.patch(path, "{}").json().path("description").asText())
                    .isEqualTo("" + 2 * ROUNDS);
        }
    }

    private static void count(RunningControl instance, String path, Set<Integer> counted) {
        for (int done = 0; done < ROUNDS; ) {
            Answer seen = instance.get(path);
            int next = seen.json().path("description").asInt() + 1;
            Answer answer = instance.send(
                    "PATCH",
                    path,
                    "{\"description\":\"" + next + "\"}",
                    Map.of("content-type", "application/merge-patch+json", "if-match", seen.etag()));
            if (answer.status() == 200) {
                assertThat(counted.add(next)).as("%d was written twice", next).isTrue();
                done++;
            } else {
                assertThat(answer.status()).as(answer.body()).isEqualTo(412);
            }
        }
    }

    @Test
    void oneTakesTheConsolesSessionOfTheOtherAndTellsWhatThatHasDone() {
        ConsoleVisitor here = ConsoleVisitor.loggedIn(first, "k", "acme");
        String path = "/console/tenants/acme/subscriptions";
        Answer created = here.post(path, "token=" + here.token() + "&id=across&url=https%3A%2F%2Fa.example");
        assertThat(created.header("location")).isEqualTo(path + "/across");
        await().until(() -> second.get(SUBSCRIPTIONS + "/across").status() == 200);
        ConsoleVisitor there = here.at(second);
        assertThat(there.page(path + "/across")).contains("shown this once", "whsec_");
        assertThat(there.page(path + "/across")).doesNotContain("whsec_");
    }

    @Test
    void aWriterThatDiesInTheMiddleOfItsChangeLeavesNothingAndHoldsUpNobody() throws Exception {
        String path = SUBSCRIPTIONS + "/survivor";
        String etag = first.put(path, MINIMAL).etag();
        Producer<byte[], byte[]> dying = KafkaConnection.to(broker.bootstrapServers())
                .producer(
                        "dying",
                        Map.of(
                                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                                "fanfare-control-tables",
                                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                                600_000));
        try {
            dying.initTransactions();
            dying.beginTransaction();
            Subscription halfWay = Subscription.builder(
                            "acme", "survivor", new UUID(6, 6), URI.create("https://example.com/never"))
                    .build();
            dying.send(new ProducerRecord<>(Topics.SUBSCRIPTIONS, 0, "acme/survivor".getBytes(UTF_8), halfWay.toJson()))
                    .get();
            for (RunningControl each : List.of(second, first)) {
                Answer changed = each.send(
                        "PATCH",
                        path,
                        "{\"description\":\"changed\",\"maxInFlight\":" + (each == first ? 3 : 2) + "}",
                        Map.of("content-type", "application/merge-patch+json", "if-match", etag));
                assertThat(changed.status()).as(changed.body()).isEqualTo(200);
                assertThat(changed.json().path("url").asText()).isEqualTo("https://example.com/hook");
                etag = changed.etag();
            }
        } finally {
            dying.close(Duration.ZERO);
        }
    }

    @Test
    void aTenantIsNotDeletedUnderASubscriptionThatIsBeingMade() {
        for (int round = 0; round < 10; round++) {
            String tenant = "/v1/tenants/short-lived-" + round;
            assertThat(first.put(tenant, "{}").status()).isEqualTo(201);
            String subscription = tenant + "/subscriptions/sub";
            CompletableFuture<Answer> making = CompletableFuture.supplyAsync(() -> second.put(subscription, MINIMAL));
            Answer deleted = first.delete(tenant);
            if (making.join().status() == 201) {
                assertThat(deleted.status()).as("round %d", round).isEqualTo(409);
            } else {
                assertThat(making.join().status()).isEqualTo(404);
                assertThat(deleted.status()).isEqualTo(204);
            }
        }
    }
}
