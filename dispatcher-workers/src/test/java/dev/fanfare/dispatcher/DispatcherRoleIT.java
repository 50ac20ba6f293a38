package dev.fanfare.dispatcher;

import static dev.fanfare.dispatcher.DispatcherBench.header;
import static dev.fanfare.dispatcher.DispatcherBench.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.WebhookKeyPair;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookVerifier;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Verification;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.runtime.secret.SecretSettings;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.ReceivedRequest;
import dev.fanfare.testkit.SignatureCheck;
import dev.fanfare.testkit.StandInVault;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of deliveries, by what their endpoint answers and what their subscription says. */
@WithBroker
class DispatcherRoleIT {
    private static TestBroker broker;

    @TempDir
    private static Path folder;

    private DispatcherBench bench;
    private FaultyReceiver receiver;

    @BeforeAll
    static void createTopics(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
    }

    @BeforeEach
    void startReceiver() {
        receiver = FaultyReceiver.start();
        bench = new DispatcherBench(broker, folder);
    }

    @AfterEach
    void close() {
        bench.close();
        receiver.close();
    }

    @Test
    void aSubscriptionMayBeSignedSoThatAPublicKeyChecksIt() {
        WebhookKeyPair pair = WebhookKeyPair.mint(new SecureRandom());
        Subscribed to = bench.put(bench.subscription("asymmetric", receiver.url("/hook")), pair);
        bench.deliver(to, "e1", "body");
        bench.start();
        bench.awaitAttempts(to, 1);

        ReceivedRequest request = receiver.requests().get(0);
        assertThat(request.header("webhook-signature")).startsWith("v1a,").doesNotContain(" ");
        assertThat(new WebhookVerifier(List.of(pair.publicKey()))
                        .verify(
                                request.header("webhook-id"),
                                request.header("webhook-timestamp"),
                                request.header("webhook-signature"),
                                request.bodyText().getBytes(StandardCharsets.UTF_8),
                                System.currentTimeMillis() / 1_000))
                .isEqualTo(WebhookVerifier.Outcome.VALID);
    }

    @Test
    void aStructuredSubscriptionGetsTheWholeEventAsOneSignedObject() {
        Subscribed to = bench.put(bench.subscription("structured", receiver.url("/hook")).toBuilder()
                .format(Subscription.Format.STRUCTURED)
                .build());
        Delivery delivery = bench.deliver(to, "e1", "{\"a\": 1.0}");
        bench.start();
        bench.awaitAttempts(to, 1);

        ReceivedRequest request = receiver.requests().get(0);
        assertThat(new SignatureCheck(to.secret().reveal()).complaintAbout(request))
                .isEmpty();
        assertThat(request.header("content-type")).isEqualTo("application/cloudevents+json");
        assertThat(request.header("webhook-id")).isEqualTo(delivery.id());
        assertThat(request.header("traceparent")).isNotNull();
        assertThat(request.header("ce-id")).isNull();
        CloudEvent event = new JsonFormat().deserialize(request.bodyText().getBytes(StandardCharsets.UTF_8));
        assertThat(event.getId()).isEqualTo("e1");
        assertThat(event.getType()).isEqualTo("order.created");
        assertThat(event.getSubject()).isEqualTo("Größe 42%");
        assertThat(event.getExtension("tenant")).isEqualTo("acme");
        assertThat(request.bodyText()).endsWith(",\"data\":{\"a\": 1.0}}");
    }

    @Test
    void deliversOnceSignedWithAllItsHeaders() {
        Subscribed to = bench.subscribe(receiver.url("/hook?tenant=acme"));
        Delivery delivery = bench.deliver(to, "e1", "{\"a\": 1}\n");
        bench.start();

        List<Attempt> attempts = bench.awaitAttempts(to, 1);

        assertThat(receiver.requests()).hasSize(1);
        ReceivedRequest request = receiver.requests().get(0);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.target()).isEqualTo("/hook?tenant=acme");
        assertThat(request.bodyText()).isEqualTo("{\"a\": 1}\n");
        assertThat(new SignatureCheck(to.secret().reveal()).complaintAbout(request))
                .isEmpty();
        assertThat(request.header("webhook-id")).isEqualTo(delivery.id());
        assertThat(request.header("content-type")).isEqualTo("application/json");
        assertThat(request.header("ce-specversion")).isEqualTo("1.0");
        assertThat(request.header("ce-id")).isEqualTo("e1");
        assertThat(request.header("ce-subject")).isEqualTo("Gr%C3%B6%C3%9Fe%2042%25");
        assertThat(request.header("fanfare-attempt")).isEqualTo("1");
        assertThat(request.header("traceparent")).startsWith("00-0af7");
        assertThat(request.header("user-agent")).startsWith("Fanfare/");
        assertThat(request.header("host")).isEqualTo("127.0.0.1:" + receiver.port());
        assertThat(attempts).singleElement().satisfies(attempt -> {
            assertThat(attempt.verdict()).isEqualTo("delivered");
            assertThat(attempt.status()).isEqualTo(204);
            assertThat(attempt.attempt()).isEqualTo(1);
            assertThat(attempt.error()).isNull();
            assertThat(attempt.deliveryId()).isEqualTo(delivery.id());
        });
        assertThat(bench.records(Topics.DEAD_LETTERS, to)).isEmpty();
    }

    @Test
    void whatFailsWaitsInATierWithItsBodyItsPartitionAndOneMoreAttempt() {
        receiver.otherwise(Answer.status(500).body("out of order"));
        Subscribed to = bench.subscribe(receiver.url("/"), "2s");
        bench.deliver(to, "e1", "body");
        bench.start();

        ConsumerRecord<byte[], byte[]> waiting = bench.awaitRecord("fanfare.retry.2s", to);

        assertThat(waiting.partition()).isZero();
        assertThat(text(waiting.value())).isEqualTo("body");
        assertThat(text(waiting.key())).isEqualTo("acme/" + to.id());
        assertThat(header(waiting, DeliveryRecords.DELAY_MS)).isEqualTo("2000");
        assertThat(header(waiting, DeliveryRecords.ATTEMPTS)).isEqualTo("1");
        assertThat(bench.attempts(to)).singleElement().satisfies(attempt -> {
            assertThat(attempt.verdict()).isEqualTo("retry");
            assertThat(attempt.status()).isEqualTo(500);
            assertThat(attempt.nextDelayMillis()).isEqualTo(2_000);
            assertThat(attempt.responseExcerpt()).isEqualTo("out of order");
        });
    }

    @Test
    void retryAfterIsHeeded() {
        receiver.otherwise(Answer.status(503).header("Retry-After", "4"));
        Subscribed to = bench.subscribe(receiver.url("/"), "1s");
        bench.deliver(to, "e1", "body");
        bench.start();

        bench.awaitAttempts(to, 1);

        assertThat(bench.attempts(to).get(0).nextDelayMillis()).isEqualTo(4_000);
    }

    @Test
    void theLastFailureOfAScheduleIsADeadLetter() {
        receiver.otherwise(Answer.status(500));
        Subscribed to = bench.subscribe(receiver.url("/"), "1s");
        Progress tried = new Progress(1, 1, 0, System.currentTimeMillis(), 5, 5);
        Delivery fresh = bench.delivery(to, "e1");
        broker.send(bench.record(
                new Delivery(
                        fresh.id(),
                        fresh.tenant(),
                        fresh.subscriptionId(),
                        fresh.generation(),
                        fresh.version(),
                        fresh.eventId(),
                        fresh.eventType(),
                        fresh.acceptedAtMillis(),
                        tried),
                "body"));
        bench.start();

        ConsumerRecord<byte[], byte[]> dead = bench.awaitRecord(Topics.DEAD_LETTERS, to);

        assertThat(text(dead.key())).isEqualTo(fresh.id());
        assertThat(header(dead, DeliveryRecords.REASON)).isEqualTo("exhausted");
        assertThat(header(dead, DeliveryRecords.STATUS)).isEqualTo("500");
        assertThat(header(dead, DeliveryRecords.TOTAL_ATTEMPTS)).isEqualTo("2");
        assertThat(header(dead, DeliveryRecords.FIRST_ATTEMPT_AT)).isEqualTo("5");
        assertThat(receiver.requests().get(0).header("fanfare-attempt")).isEqualTo("2");
    }

    @Test
    void a410IsADeadLetterAndASignal() throws Exception {
        receiver.otherwise(Answer.status(410));
        Subscribed to = bench.subscribe(receiver.url("/"), "1s");
        bench.deliver(to, "e1", "body");
        bench.start();

        assertThat(header(bench.awaitRecord(Topics.DEAD_LETTERS, to), DeliveryRecords.REASON))
                .isEqualTo("gone");
        ConsumerRecord<byte[], byte[]> signal = broker.records(Topics.SIGNALS).stream()
                .filter(record -> text(record.key()).equals("acme/" + to.id()))
                .findFirst()
                .orElseThrow();
        assertThat(Signal.fromJson(signal.value()).kind()).isEqualTo(Signal.GONE);
        assertThat(Signal.fromJson(signal.value()).generation())
                .isEqualTo(to.subscription().generation());
    }

    @Test
    void a400IsRejectedWithoutARetry() {
        receiver.otherwise(Answer.status(400).body("no such field"));
        Subscribed to = bench.subscribe(receiver.url("/"), "1s");
        bench.deliver(to, "e1", "body");
        bench.start();

        ConsumerRecord<byte[], byte[]> dead = bench.awaitRecord(Topics.DEAD_LETTERS, to);

        assertThat(header(dead, DeliveryRecords.REASON)).isEqualTo("rejected");
        assertThat(header(dead, DeliveryRecords.ORIGIN)).startsWith(Topics.DELIVERIES + "/0/");
        assertThat(header(dead, DeliveryRecords.ATTEMPTS)).isEqualTo("1");
        assertThat(text(dead.value())).isEqualTo("body");
    }

    @Test
    void redirectsAreNotFollowed() {
        receiver.on("/from", Answer.redirect(receiver.url("/to")));
        Subscribed to = bench.subscribe(receiver.url("/from"), "1s");
        bench.deliver(to, "e1", "body");
        bench.start();

        bench.awaitAttempts(to, 1);

        assertThat(bench.attempts(to).get(0).verdict()).isEqualTo("retry");
        assertThat(receiver.requests("/to")).isEmpty();
    }

    @Test
    void theDeadlineEndsSilenceAndTrickledAnswersAlike() {
        receiver.on("/silent", Answer.hang());
        receiver.on("/trickle", Answer.trickle(Answer.status(200).body("x".repeat(1_000)), Duration.ofMillis(100)));
        receiver.on("/body", Answer.trickleBody(Answer.status(200).body("x".repeat(1_000)), Duration.ofMillis(100)));
        List<Subscribed> all = List.of(
                bench.subscribe(receiver.url("/silent"), "1s"),
                bench.subscribe(receiver.url("/trickle"), "1s"),
                bench.subscribe(receiver.url("/body"), "1s"));
        all.forEach(to -> bench.deliver(to, "e1", "body"));
        bench.start();

        for (Subscribed to : all) {
            Attempt attempt = bench.awaitAttempts(to, 1).get(0);
            assertThat(attempt.verdict()).isEqualTo("retry");
            assertThat(attempt.error()).startsWith("no whole answer within 2");
            assertThat(attempt.durationMillis()).isBetween(2_000L, 4_000L);
        }
    }

    @Test
    void aHugeAnswerIsCutOffAndItsStatusCounts() {
        receiver.otherwise(Answer.huge(1L << 30));
        Subscribed to = bench.subscribe(receiver.url("/"));
        bench.deliver(to, "e1", "body");
        bench.start();

        Attempt attempt = bench.awaitAttempts(to, 1).get(0);

        assertThat(attempt.verdict()).isEqualTo("delivered");
        assertThat(attempt.responseExcerpt()).hasSize(1_024);
        assertThat(attempt.durationMillis()).isLessThan(2_000);
    }

    @Test
    void aStaleConnectionIsTriedOnceMoreAtOnce() {
        receiver.otherwise(Answer.status(204), Answer.close(), Answer.status(204));
        Subscribed to = bench.subscribe(receiver.url("/"), "5s");
        bench.start();
        bench.deliver(to, "e1", "body");
        bench.awaitAttempts(to, 1);

        bench.deliver(to, "e2", "body");

        assertThat(bench.awaitAttempts(to, 2))
                .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
        assertThat(receiver.connections()).isEqualTo(2);
        assertThat(receiver.count()).isEqualTo(3);
    }

    @Test
    void aFreshConnectionThatIsClosedIsNotTriedAgainAtOnce() {
        receiver.otherwise(Answer.close());
        Subscribed to = bench.subscribe(receiver.url("/"), "5s");
        bench.deliver(to, "e1", "body");
        bench.start();

        assertThat(bench.awaitAttempts(to, 1).get(0).verdict()).isEqualTo("retry");
        assertThat(receiver.count()).isEqualTo(1);
    }

    @Test
    void aRefusedConnectionIsRetried() {
        Subscribed to = bench.subscribe(receiver.url("/"), "5s");
        receiver.close();
        bench.deliver(to, "e1", "body");
        bench.start();

        Attempt attempt = bench.awaitAttempts(to, 1).get(0);

        assertThat(attempt.verdict()).isEqualTo("retry");
        assertThat(attempt.error()).isEqualTo("connection refused");
        assertThat(attempt.status()).isNull();
    }

    @Test
    void aPoisonRecordIsADeadLetterAndTheNextIsDelivered() {
        Subscribed to = bench.subscribe(receiver.url("/"));
        RecordMetadata poison = broker.send(new ProducerRecord<>(
                Topics.DELIVERIES, 0, DispatcherBench.bytes("key"), new byte[] {0, (byte) 0xFF, 1}));
        bench.deliver(to, "e1", "body");
        bench.start();

        bench.awaitAttempts(to, 1);

        ConsumerRecord<byte[], byte[]> dead = broker.records(Topics.DEAD_LETTERS).stream()
                .filter(record -> text(record.key()).equals(DeliveryId.ofOrigin(Topics.DELIVERIES, 0, poison.offset())))
                .findFirst()
                .orElseThrow();
        assertThat(dead.value()).containsExactly(0, 0xFF, 1);
        assertThat(header(dead, DeliveryRecords.REASON)).isEqualTo("undecodable");
        assertThat(header(dead, DeliveryRecords.ERROR)).contains(DeliveryRecords.GENERATION);
    }

    @Test
    void aTombstoneIsCompleteAndNoDeadLetter() {
        Subscribed to = bench.subscribe(receiver.url("/"));
        RecordMetadata tombstone =
                broker.send(new ProducerRecord<>(Topics.DELIVERIES, 0, DispatcherBench.bytes("key"), null));
        bench.deliver(to, "e1", "body");
        bench.start();

        bench.awaitAttempts(to, 1);

        assertThat(broker.records(Topics.DEAD_LETTERS)).noneSatisfy(record -> assertThat(text(record.key()))
                .isEqualTo(DeliveryId.ofOrigin(Topics.DELIVERIES, 0, tombstone.offset())));
        Awaitility.await()
                .atMost(DispatcherBench.PATIENCE)
                .until(() -> bench.committed(new TopicPartition(Topics.DELIVERIES, 0)) > tombstone.offset() + 1);
    }

    @Test
    void deliveriesOfADeletedSubscriptionAreCancelled() {
        Subscribed to = bench.subscribe(receiver.url("/"));
        bench.delete(to);
        bench.deliver(to, "e1", "body");
        bench.start();

        Attempt attempt = bench.awaitAttempts(to, 1).get(0);

        assertThat(attempt.verdict()).isEqualTo("cancelled");
        assertThat(attempt.attempt()).isZero();
        assertThat(receiver.count()).isZero();
        assertThat(bench.records(Topics.DEAD_LETTERS, to)).isEmpty();
    }

    @Test
    void deliveriesOfAnEarlierGenerationAreCancelled() {
        Subscribed old = bench.subscribe(receiver.url("/"));
        bench.delete(old);
        bench.put(bench.subscription(old.id(), receiver.url("/new")));
        bench.deliver(old, "e1", "body");
        bench.start();

        assertThat(bench.awaitAttempts(old, 1).get(0).verdict()).isEqualTo("cancelled");
        assertThat(receiver.count()).isZero();
    }

    @Test
    void aSubscriptionDeletedWhileItsDeliveryQueuesGetsNothingMore() {
        receiver.otherwise(Answer.status(204).after(Duration.ofMillis(1_500)));
        Subscribed to = bench.subscribe(receiver.url("/"));
        bench.start();
        for (int i = 0; i < 5; i++) {
            bench.deliver(to, "e" + i, "body");
        }
        receiver.awaitCount(2, DispatcherBench.PATIENCE);

        bench.delete(to);

        List<Attempt> attempts = bench.awaitAttempts(to, 5);
        assertThat(attempts)
                .filteredOn(attempt -> attempt.verdict().equals("cancelled"))
                .hasSize(3);
        assertThat(receiver.count()).isEqualTo(2);
    }

    @Test
    void deliveriesOfADisabledSubscriptionAreDeadLetters() {
        Subscription plain = bench.subscription("disabled-one", receiver.url("/"));
        Subscribed to = bench.put(plain.toBuilder()
                .state(Subscription.State.DISABLED, "answered 410")
                .build());
        bench.deliver(to, "e1", "body");
        bench.start();

        ConsumerRecord<byte[], byte[]> dead = bench.awaitRecord(Topics.DEAD_LETTERS, to);

        assertThat(header(dead, DeliveryRecords.REASON)).isEqualTo("gone");
        assertThat(header(dead, DeliveryRecords.ERROR)).isEqualTo("the subscription is disabled");
        assertThat(receiver.count()).isZero();
    }

    @Test
    void deliveriesOfAPausedSubscriptionAreParkedAsTheyAre() {
        Subscribed to = bench.put(bench.subscription("paused-one", receiver.url("/")).toBuilder()
                .state(Subscription.State.PAUSED, "by request")
                .build());
        Delivery delivery = bench.deliver(to, "e1", "body");
        bench.start();

        ConsumerRecord<byte[], byte[]> parked = bench.awaitRecord(Topics.PARKED, to);

        assertThat(text(parked.key())).isEqualTo(delivery.id());
        assertThat(text(parked.value())).isEqualTo("body");
        assertThat(header(parked, DeliveryRecords.REASON)).isEqualTo("parked");
        assertThat(header(parked, DeliveryRecords.ORIGIN)).startsWith(Topics.DELIVERIES + "/0/");
        assertThat(header(parked, DeliveryRecords.ATTEMPTS)).isNull();
        assertThat(bench.count("fanfare.parked")).isEqualTo(1);
        assertThat(bench.attempts(to)).isEmpty();
        assertThat(receiver.count()).isZero();
    }

    @Test
    void ofASubscriptionThatWaitsForItsChallengeNothingButTheChallengeIsSent() {
        Verification asked = Verification.pending("c0ffee", 1);
        Subscribed to = bench.put(bench.subscription("waiting-one", receiver.url("/")).toBuilder()
                .state(Subscription.State.PAUSED, "waiting")
                .verification(asked)
                .build());
        Delivery other = bench.deliver(to, "e1", "body");
        Delivery challenge = bench.deliver(to, asked.eventId(), Verification.EVENT_TYPE, "c0ffee");
        bench.start();

        assertThat(text(bench.awaitRecord(Topics.PARKED, to).key())).isEqualTo(other.id());
        receiver.awaitCount(1, Duration.ofSeconds(30));
        assertThat(receiver.requests().get(0).header("webhook-id")).isEqualTo(challenge.id());
    }

    @Test
    void waitsForASubscriptionThatItHasNotHeardOf() {
        Subscribed before = bench.subscribe(receiver.url("/before"));
        Subscription late = bench.subscription("late-one", receiver.url("/late"));
        SubscriptionVersion next = new SubscriptionVersion(
                before.version().topicId(), before.version().offset() + 1);
        Subscribed to = new Subscribed(late, next, WebhookSecret.mint(new SecureRandom()));
        bench.start();
        bench.deliver(to, "e1", "body");
        bench.deliver(before, "e2", "body");

        Awaitility.await().during(Duration.ofMillis(500)).until(() -> bench.attempts(to)
                .isEmpty());
        bench.put(late);

        assertThat(bench.awaitAttempts(to, 1).get(0).verdict()).isEqualTo("delivered");
        assertThat(bench.awaitAttempts(before, 1).get(0).verdict()).isEqualTo("delivered");
    }

    @Test
    void neverCancelsOnTheWordOfAnOldView() {
        Subscribed before = bench.subscribe(receiver.url("/before"));
        SubscriptionVersion far = new SubscriptionVersion(
                before.version().topicId(), before.version().offset() + 1_000);
        Subscribed to = new Subscribed(bench.subscription("unknown-one", receiver.url("/")), far, before.secret());
        bench.start("dispatcher.subscription-patience", "300ms");
        bench.deliver(to, "e1", "body");
        bench.deliver(before, "e2", "body");

        ConsumerRecord<byte[], byte[]> waiting = bench.awaitRecord("fanfare.retry.2s", to);

        assertThat(header(waiting, DeliveryRecords.DEFERRALS)).isEqualTo("1");
        assertThat(bench.awaitAttempts(before, 1).get(0).verdict()).isEqualTo("delivered");
        assertThat(bench.attempts(to)).isEmpty();
    }

    @Test
    void withoutItsSecretNothingIsSentAndTheDeliveryWaits() throws Exception {
        Path other = folder.resolve("other-keyset.json");
        KeysetFile.create(other);
        SecretSeal otherSeal = KeysetFile.open(other);
        Subscribed to = bench.put(
                bench.subscription("sealed-elsewhere", receiver.url("/")),
                WebhookSecret.mint(new SecureRandom()),
                otherSeal);
        bench.deliver(to, "e1", "body");
        bench.start();

        ConsumerRecord<byte[], byte[]> waiting = bench.awaitRecord("fanfare.retry.2s", to);

        assertThat(header(waiting, DeliveryRecords.DEFERRALS)).isEqualTo("1");
        assertThat(header(waiting, DeliveryRecords.DELAY_MS)).isEqualTo("1000");
        assertThat(header(waiting, DeliveryRecords.ATTEMPTS)).isNull();
        assertThat(receiver.count()).isZero();
    }

    @Test
    void aDispatcherWaitsForTheKmsOfItsKeysetAndDeliversOnWhenThatIsGone() throws Exception {
        Subscribed to = bench.subscribe(receiver.url("/kms"));
        bench.deliver(to, "e1", "body");
        try (StandInVault vault = StandInVault.start("s.token").key("fanfare")) {
            Path encrypted = folder.resolve("keyset-" + to.id() + ".json");
            Map<String, String> kms =
                    Map.of("secrets.kms-key-uri", vault.uri("fanfare"), "secrets.kms-token", "s.token");
            KeysetFile.encrypt(
                    bench.keyset(),
                    encrypted,
                    Settings.load(null, Map.of(), kms, List.of(SecretSettings.class))
                            .section(SecretSettings.class));
            vault.seal(true);
            int before = vault.requests();
            CompletableFuture<?> starting = CompletableFuture.runAsync(() -> bench.start(
                    "secrets.keyset-file", encrypted.toString(),
                    "secrets.kms-key-uri", vault.uri("fanfare"),
                    "secrets.kms-token", "s.token"));
            Awaitility.await().until(() -> vault.requests() > before);
            assertThat(starting).isNotDone();
            assertThat(bench.attempts(to)).isEmpty();
            vault.seal(false);
            starting.get(2, TimeUnit.MINUTES);
        }
        assertThat(bench.awaitAttempts(to, 1).get(0).verdict()).isEqualTo("delivered");
        bench.deliver(to, "e2", "body");
        assertThat(bench.awaitAttempts(to, 2).get(1).verdict()).isEqualTo("delivered");
    }

    @Test
    void forbiddenAddressesGetNothingHoweverTheyAreSpelled() {
        List<Subscribed> all = List.of(
                bench.subscribe("http://127.0.0.1:" + receiver.port() + "/"),
                bench.subscribe("http://2130706433:" + receiver.port() + "/"),
                bench.subscribe("http://[::ffff:127.0.0.1]:" + receiver.port() + "/"),
                bench.subscribe("http://localhost:" + receiver.port() + "/"),
                bench.subscribe("http://user@127.0.0.1:" + receiver.port() + "/"));
        // Not every resolver reads these: that they lead nowhere will do.
        List<Subscribed> odd = List.of(
                bench.subscribe("http://0x7f000001:" + receiver.port() + "/"),
                bench.subscribe("http://017700000001:" + receiver.port() + "/"),
                bench.subscribe("http://127.1:" + receiver.port() + "/"));
        all.forEach(to -> bench.deliver(to, "e1", "body"));
        odd.forEach(to -> bench.deliver(to, "e1", "body"));
        bench.start("dispatcher.allow-loopback", "false");

        for (Subscribed to : all) {
            ConsumerRecord<byte[], byte[]> dead = bench.awaitRecord(Topics.DEAD_LETTERS, to);
            assertThat(header(dead, DeliveryRecords.REASON)).isEqualTo("forbidden");
            assertThat(header(dead, DeliveryRecords.ERROR)).contains("loopback");
            Attempt attempt = bench.awaitAttempts(to, 1).get(0);
            assertThat(attempt.verdict()).isEqualTo("forbidden");
            assertThat(attempt.attempt()).isZero();
        }
        odd.forEach(to -> bench.awaitAttempts(to, 1));
        assertThat(receiver.count()).isZero();
    }

    @Test
    void deniedHostsNetworksAndPortsAreDeadLettersThatNameTheRule() {
        InetAddress[] local = {InetAddress.getLoopbackAddress()};
        InetAddress[] second = {address(127, 0, 0, 2)};
        String end = ":" + receiver.port() + "/";
        Subscribed good = bench.subscribe("http://good.example" + end);
        Map<Subscribed, String> denied = Map.of(
                bench.subscribe("http://a.denied.example" + end), "dispatcher.deny-hosts",
                bench.subscribe("http://second.example" + end), "dispatcher.deny-cidrs",
                bench.subscribe("http://good.example:25/"), "dispatcher.ports");
        bench.deliver(good, "e1", "body");
        denied.keySet().forEach(to -> bench.deliver(to, "e1", "body"));
        bench.start(
                "one",
                host -> host.equals("second.example") ? second : local,
                "dispatcher.deny-hosts",
                "*.denied.example",
                "dispatcher.deny-cidrs",
                "127.0.0.2/32");

        denied.forEach((to, rule) -> {
            ConsumerRecord<byte[], byte[]> dead = bench.awaitRecord(Topics.DEAD_LETTERS, to);
            assertThat(header(dead, DeliveryRecords.REASON)).isEqualTo("forbidden");
            assertThat(header(dead, DeliveryRecords.ERROR)).contains(rule);
        });
        assertThat(bench.awaitAttempts(good, 1).get(0).verdict()).isEqualTo("delivered");
        assertThat(receiver.count()).isEqualTo(1);
    }

    @Test
    void aNameThatLeadsToAForbiddenAddressLaterGetsNothing() {
        InetAddress[] answer = new InetAddress[1];
        answer[0] = InetAddress.getLoopbackAddress();
        Subscribed to = bench.subscribe("http://rebinding.example:" + receiver.port() + "/", "1s");
        bench.start("one", host -> answer.clone(), "dispatcher.dns-cache", "1ms");
        bench.deliver(to, "e1", "body");
        assertThat(bench.awaitAttempts(to, 1).get(0).verdict()).isEqualTo("delivered");

        answer[0] = address(10, 0, 0, 1);
        bench.deliver(to, "e2", "body");

        assertThat(bench.awaitAttempts(to, 2).get(1).verdict()).isEqualTo("forbidden");
        assertThat(receiver.requests().get(0).header("host")).isEqualTo("rebinding.example:" + receiver.port());
    }

    @Test
    void ofSeveralAddressesThePermittedOneThatAnswersIsUsed() {
        InetAddress[] both = {address(10, 0, 0, 1), address(127, 0, 0, 9), address(127, 0, 0, 1)};
        Subscribed to = bench.subscribe("http://many.example:" + receiver.port() + "/", "1s");
        bench.deliver(to, "e1", "body");
        bench.start("one", host -> both);

        assertThat(bench.awaitAttempts(to, 1).get(0).verdict()).isEqualTo("delivered");
    }

    private static InetAddress address(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(raw);
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
