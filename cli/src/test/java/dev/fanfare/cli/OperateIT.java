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
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.run.RunBook;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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
        assertThat(run(broker, 2, "dlq", "discard", "--all", "--because=old").err())
                .contains("discard 3 dead letters", "--yes");
        assertThat(run(broker, 0, "dlq", "replay", "--reason=exhausted", "--dry-run")
                        .out())
                .contains("dlv_a", "dlv_c", "Would replay 2 dead letters.");
        assertThat(broker.records(Topics.DELIVERIES)).isEmpty();

        assertThat(run(broker, 0, "dlq", "replay", "--reason=exhausted", "--yes")
                        .out())
                .contains("Replayed 2 dead letters.");
        assertThat(broker.records(Topics.DELIVERIES)).hasSize(2);
        TestShell partly = run(broker, 1, "dlq", "discard", "dlv_b", "dlv_a", "--yes", "--because=old");
        assertThat(partly.out()).contains("Discarded 1 dead letter.");
        assertThat(partly.err()).contains("there is no such dead letter: dlv_a");
        assertThat(run(broker, 2, "dlq", "discard", "dlv_b", "--yes").err()).contains("--because");
        assertThat(run(broker, 0, "dlq", "list").out()).contains("No dead letters.");
    }

    @Test
    void everyRunHasAnIdItsStateAndItsAuditAndIsGoneOnWith(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        for (int i = 0; i < 5; i++) {
            kill(broker, "dlv_" + i, "shop", Verdict.EXHAUSTED, 503);
        }
        JsonNode replayed = Json.TOPIC.readTree(
                run(broker, 0, "dlq", "replay", "--all", "--yes", "--rate=1000/s", "--output=json", "--because=fixed")
                        .out());
        assertThat(replayed.path("moved").asInt()).isEqualTo(5);
        String id = replayed.path("run").asText();
        JsonNode runs = Json.TOPIC.readTree(
                run(broker, 0, "dlq", "runs", "list", "--output=json").out());
        assertThat(runs).hasSize(1);
        assertThat(runs.get(0).path("id").asText()).isEqualTo(id);
        assertThat(runs.get(0).path("state").asText()).isEqualTo("done");
        assertThat(runs.get(0).path("reason").asText()).isEqualTo("fixed");
        assertThat(runs.get(0).path("startedBy").path("principal").asText()).isEqualTo("User:ANONYMOUS");
        assertThat(run(broker, 0, "dlq", "runs", "show", id).out()).contains("5  still on their way");
        List<String> actions = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> entry : broker.records(Topics.AUDIT)) {
            actions.add(AuditEntry.fromJson(entry.value()).action());
        }
        assertThat(actions).containsExactly("dlq-replay began", "dlq-replay done");
        assertThat(run(broker, 1, "dlq", "runs", "show", "nothing").err()).contains("dlq runs list");

        // one that was broken off: its filter is known again, and its id and counts are gone on with
        kill(broker, "dlv_9", "shop", Verdict.EXHAUSTED, 503);
        Run done = Run.fromJson(broker.records(Topics.RUNS).stream()
                .reduce((a, b) -> b)
                .orElseThrow()
                .value());
        broker.send(RunBook.message(new Run(
                done.id(),
                done.kind(),
                Run.State.RUNNING,
                done.startedBy(),
                done.startedAtMillis(),
                done.updatedAtMillis(),
                done.filter(),
                done.counts(),
                new DeadLetters(KafkaConnection.to(broker.bootstrapServers())).frozenEnds(),
                null,
                null)));
        TestShell goneOn = run(broker, 0, "dlq", "replay", "--all", "--yes", "--output=json");
        assertThat(goneOn.err()).contains("Going on with run " + id);
        assertThat(Json.TOPIC.readTree(goneOn.out()).path("moved").asInt()).isEqualTo(6);
        assertThat(broker.records(Topics.DELIVERIES)).hasSize(6);
    }

    @Test
    void whatIsExportedAndDiscardedComesBackByAnImport(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        kill(broker, "dlv_a", "shop", Verdict.EXHAUSTED, 503);
        ProducerRecord<byte[], byte[]> odd =
                new ProducerRecord<>(Topics.DEAD_LETTERS, "raw_b".getBytes(UTF_8), new byte[] {(byte) 0xFF, 0});
        odd.headers().add("odd", new byte[] {(byte) 0xFE}).add("none", null);
        DeadLetterRecords.mark(odd.headers(), Verdict.UNDECODABLE, null, "no event", Topics.EVENTS, 0, 7);
        broker.send(odd);
        List<ConsumerRecord<byte[], byte[]>> before = broker.records(Topics.DEAD_LETTERS);
        Path file = home.resolve("letters.jsonl");
        assertThat(run(broker, 0, "dlq", "export", "--file=" + file).err()).contains("Exported 2 dead letters");
        assertThat(run(broker, 2, "dlq", "export", "--file=" + file).err()).contains("is there already");
        assertThat(run(broker, 0, "dlq", "import", file.toString(), "--yes").out())
                .contains("Nothing to import");
        run(broker, 0, "dlq", "discard", "--all", "--yes", "--because=moved elsewhere");

        Path bad = home.resolve("bad.jsonl");
        Files.writeString(bad, Files.readString(file) + "{\"id\":\"x\"}\n");
        assertThat(run(broker, 2, "dlq", "import", bad.toString(), "--yes").err())
                .contains("line 3", "'headers' is missing", "Nothing was imported");
        assertThat(run(broker, 0, "dlq", "import", file.toString(), "--yes").out())
                .contains("Imported 2 dead letters");

        List<ConsumerRecord<byte[], byte[]>> after = broker.records(Topics.DEAD_LETTERS).stream()
                .filter(message -> message.value() != null)
                .filter(message -> before.stream()
                        .noneMatch(one -> one.partition() == message.partition() && one.offset() == message.offset()))
                .toList();
        assertThat(after).hasSize(2).allSatisfy(message -> {
            ConsumerRecord<byte[], byte[]> original = before.stream()
                    .filter(one -> Arrays.equals(one.key(), message.key()))
                    .findFirst()
                    .orElseThrow();
            assertThat(message.value()).isEqualTo(original.value());
            assertThat(message.headers().toArray()).isEqualTo(original.headers().toArray());
        });
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
