package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that come at once share transactions, and each is decided as if it had come alone. */
@WithBroker
class ManyChangesIT {
    private static final int AT_ONCE = 130;
    private static final int MOST = 100;
    /** So few that one more is far from the most. */
    private static final int SOME = 36;

    private static final String MINIMAL = "{\"url\":\"https://example.com/hook\",\"eventTypes\":[\"order.created\"]}";

    @TempDir
    static Path folder;

    private static ExecutorService clients;
    private static TestBroker broker;
    private static RunningControl control;

    @BeforeAll
    static void start(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        clients = Executors.newFixedThreadPool(AT_ONCE);
        control = RunningControl.on(
                fresh, folder, Map.of("control.max-subscriptions", "" + MOST, "access.tenants", "acme,full,other"));
    }

    @AfterAll
    static void stop() {
        clients.shutdownNow();
        control.close();
    }

    @Test
    void thoseThatWaitAreWrittenTogetherAndEachIsAnswered() {
        long before = end();
        List<Answer> created = atOnce(SOME, i -> control.put(SUBSCRIPTIONS + "/one-" + i, MINIMAL));
        long grown = end() - before;

        assertThat(created).extracting(Answer::status).containsOnly(201);
        assertThat(created).extracting(Answer::etag).doesNotHaveDuplicates();
        for (int i = 0; i < SOME; i++) {
            assertThat(control.get(SUBSCRIPTIONS + "/one-" + i).etag())
                    .isEqualTo(created.get(i).etag());
        }
        // each is one record, and each transaction ends with a marker
        assertThat(grown).isBetween(SOME + 1L, 2L * SOME - 1);

        atOnce(SOME, i -> control.delete(SUBSCRIPTIONS + "/one-" + i))
                .forEach(deleted -> assertThat(deleted.status()).isEqualTo(204));
    }

    @Test
    void aTenantNeverHasMoreThanItMayHoweverManyAreMadeAtOnce() {
        List<Answer> answers = atOnce(AT_ONCE, i -> control.put("/v1/tenants/full/subscriptions/one-" + i, MINIMAL));

        assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(MOST);
        assertThat(answers.stream().filter(answer -> answer.status() == 409)).hasSize(AT_ONCE - MOST);
    }

    @Test
    void ofThoseThatAreBasedOnTheSameStateOneIsMade() {
        String path = SUBSCRIPTIONS + "/contested";
        String etag = control.put(path, MINIMAL).etag();

        List<Answer> answers = atOnce(
                40,
                i -> control.send(
                        "PATCH",
                        path,
                        "{\"description\":\"" + i + "\"}",
                        Map.of("content-type", "application/merge-patch+json", "if-match", etag)));

        assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.status() == 412)).hasSize(39);
        assertThat(control.delete(path).status()).isEqualTo(204);
    }

    @Test
    void oneThatKafkaDoesNotTakeIsRefusedAndThoseBesideItAreMade() throws Exception {
        broker.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, Topics.SUBSCRIPTIONS),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("max.message.bytes", "20000"), AlterConfigOp.OpType.SET))))
                .all()
                .get();
        String path = "/v1/tenants/other/subscriptions/one-";
        List<Answer> answers =
                atOnce(SOME, i -> control.put(path + i, i == SOME / 2 ? MINIMAL.replace("}", noise() + "}") : MINIMAL));

        for (int i = 0; i < SOME; i++) {
            assertThat(answers.get(i).status()).as(answers.get(i).body()).isEqualTo(i == SOME / 2 ? 413 : 201);
            assertThat(control.get(path + i).status()).isEqualTo(i == SOME / 2 ? 404 : 200);
        }
    }

    /** Which can't be packed to less than Kafka is to take. */
    private static String noise() {
        byte[] noise = new byte[700];
        Random random = new Random(1);
        return IntStream.range(0, 50)
                .mapToObj(i -> {
                    random.nextBytes(noise);
                    return "\"m" + i + "\":\"" + Base64.getEncoder().encodeToString(noise) + "\"";
                })
                .collect(Collectors.joining(",", ",\"metadata\":{", "}"));
    }

    private static List<Answer> atOnce(int count, IntFunction<Answer> request) {
        List<CompletableFuture<Answer>> under = IntStream.range(0, count)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> request.apply(i), clients))
                .toList();
        return under.stream().map(CompletableFuture::join).toList();
    }

    private static long end() {
        return broker.endOffsets(List.of(Topics.SUBSCRIPTIONS)).get(new TopicPartition(Topics.SUBSCRIPTIONS, 0));
    }
}
