package dev.fanfare.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithBroker
class OperateIT {
    @TempDir
    Path home;

    private TestShell run(TestBroker broker, int expectedExitCode, String... args) {
        TestShell shell = new TestShell(home).variable("FANFARE_KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        assertThat(shell.run(args)).as(shell.out() + shell.err()).isEqualTo(expectedExitCode);
        return shell;
    }

    private static void kill(TestBroker broker, String id, String subscription, Verdict reason, Integer status) {
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(Topics.DEAD_LETTERS, id.getBytes(UTF_8), "{\"total\":1}".getBytes(UTF_8));
        letter.headers().add("ce_id", "e-1".getBytes(UTF_8)).add("ce_type", "order.created".getBytes(UTF_8));
        DeliveryRecords.writeHeaders(
                new Delivery(
                        id,
                        "default",
                        subscription,
                        new UUID(1, 2),
                        new SubscriptionVersion("topic", 7),
                        "e-1",
                        "order.created",
                        1_700_000_000_000L,
                        new Progress(2, 3, 0, 1_700_000_000_000L, 1_700_000_000_500L, 1_700_000_009_000L)),
                letter.headers());
        DeadLetterRecords.mark(letter.headers(), reason, status, "answered " + status, Topics.DELIVERIES, 0, 1);
        broker.send(letter);
    }

    @Test
    void topicsAreCreatedOnceAndDriftIsTold(@Fresh TestBroker broker) {
        String[] small = {
            "--set",
            "topics.replication-factor=1",
            "--set",
            "topics.delivery-partitions=2",
            "--set",
            "topics.retry-tiers=1s"
        };
        assertThat(run(broker, 0, with(small, "topics", "create")).out()).contains("created fanfare.retry.1s");
        assertThat(run(broker, 0, with(small, "topics", "create")).out()).contains("were there already");
        assertThat(run(broker, 0, with(small, "topics", "check")).out()).contains("as the settings say");
        assertThat(run(broker, 1, with(small, "topics", "check", "--set", "topics.event-partitions=9"))
                        .err())
                .contains("topic fanfare.events has 6 partitions where the settings say 9");
        assertThat(run(broker, 1, with(small, "topics", "check", "--set", "topics.retry-tiers=1s,7s"))
                        .err())
                .contains("fanfare.retry.7s does not exist");
    }

    @Test
    void deadLettersAreListedCountedShownReplayedAndDiscarded(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        kill(broker, "dlv_a", "shop", Verdict.EXHAUSTED, 503);
        kill(broker, "dlv_b", "shop", Verdict.REJECTED, 400);
        kill(broker, "dlv_c", "bank", Verdict.EXHAUSTED, null);

        List<String> lines = run(broker, 0, "dlq", "list", "--output", "jsonl", "--subscription=shop")
                .out()
                .lines()
                .toList();
        assertThat(lines).hasSize(2);
        JsonNode a = Json.TOPIC.readTree(lines.stream()
                .filter(line -> line.contains("dlv_a"))
                .findFirst()
                .orElseThrow());
        assertThat(a.path("tenant").asText()).isEqualTo("default");
        assertThat(a.path("subscription").asText()).isEqualTo("shop");
        assertThat(a.path("eventId").asText()).isEqualTo("e-1");
        assertThat(a.path("eventType").asText()).isEqualTo("order.created");
        assertThat(a.path("reason").asText()).isEqualTo("exhausted");
        assertThat(a.path("status").asInt()).isEqualTo(503);
        assertThat(a.path("attempts").asInt()).isEqualTo(3);
        assertThat(a.path("firstAttemptAt").asText()).isEqualTo("2023-11-14T22:13:20.500Z");
        assertThat(a.path("lastAttemptAt").asText()).isEqualTo("2023-11-14T22:13:29Z");
        assertThat(a.path("error").asText()).isEqualTo("answered 503");

        JsonNode array = Json.TOPIC.readTree(
                run(broker, 0, "dlq", "list", "--output=json").out());
        assertThat(array).hasSize(3);
        assertThat(Json.TOPIC.readTree(run(broker, 0, "dlq", "list", "--output=json", "--reason=gone")
                        .out()))
                .isEmpty();
        assertThat(run(broker, 0, "dlq", "list", "--limit=1").out()).contains("… and 2 more");
        assertThat(run(broker, 0, "dlq", "stats").out()).contains("default/shop", "default/bank", "3 in all");
        assertThat(run(broker, 0, "dlq", "show", "dlv_a").out()).contains("fanfare-reason", "{\"total\":1}");
        assertThat(run(broker, 1, "dlq", "show", "dlv_z").err()).contains("there is no dead letter dlv_z");

        assertThat(run(broker, 2, "dlq", "replay").err()).contains("--all");
        assertThat(run(broker, 2, "dlq", "discard", "--all").err()).contains("discard 3 dead letters", "--yes");
        assertThat(run(broker, 0, "dlq", "replay", "--reason=exhausted", "--dry-run")
                        .out())
                .contains("dlv_a", "dlv_c", "Would replay 2 dead letters.");
        assertThat(broker.records(Topics.DELIVERIES)).isEmpty();

        assertThat(run(broker, 0, "dlq", "replay", "--reason=exhausted", "--yes")
                        .out())
                .contains("Replayed 2 dead letters.");
        assertThat(broker.records(Topics.DELIVERIES)).hasSize(2);
        TestShell partly = run(broker, 1, "dlq", "discard", "dlv_b", "dlv_a", "--yes");
        assertThat(partly.out()).contains("Discarded 1 dead letter.");
        assertThat(partly.err()).contains("there is no such dead letter: dlv_a");
        assertThat(run(broker, 0, "dlq", "list").out()).contains("No dead letters.");
    }

    @Test
    void aMisspeltReasonIsToldBeforeAnythingIsRead(@Fresh TestBroker broker) {
        assertThat(run(broker, 2, "dlq", "list", "--reason=exhuasted").err()).contains("Did you mean 'exhausted'?");
    }

    private static String[] with(String[] more, String... args) {
        String[] all = Arrays.copyOf(args, args.length + more.length);
        // what a test says itself comes last and wins
        System.arraycopy(more, 0, all, 2, more.length);
        System.arraycopy(args, 2, all, 2 + more.length, args.length - 2);
        return all;
    }
}
