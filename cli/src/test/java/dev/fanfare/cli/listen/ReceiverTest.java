package dev.fanfare.cli.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cli.listen.Receiver.Answering;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookSigner;
import dev.fanfare.contract.signing.WebhookVerifier;
import dev.fanfare.contract.signing.WebhookVerifier.Outcome;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiverTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebhookSecret secret = WebhookSecret.mint(new SecureRandom());
    private final List<ReceivedWebhook> received = new CopyOnWriteArrayList<>();
    private int port;

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Receiver receiver(Answering answering) {
        Receiver receiver = new Receiver(vertx, Clock.systemUTC(), answering, received::add);
        port = receiver.listen(0);
        receiver.verifyWith(new WebhookVerifier(List.of(secret)));
        return receiver;
    }

    private int post(String id, int attempt, byte[] body, WebhookSecret signWith) throws Exception {
        long now = System.currentTimeMillis() / 1_000;
        int before = received.size();
        int status = http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                .header("webhook-id", id)
                                .header("webhook-timestamp", Long.toString(now))
                                .header("webhook-signature", new WebhookSigner(List.of(signWith)).sign(id, now, body))
                                .header("fanfare-attempt", Integer.toString(attempt))
                                .header("ce-type", "order.created")
                                .header("ce-id", "e-1")
                                .header("ce-source", "/shop%20%C3%A4")
                                .header("content-type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
        await().until(() -> received.size() > before);
        return status;
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aSignedWebhookIsTakenAndShownReadably() throws Exception {
        try (Receiver receiver = receiver(new Answering(204, 500, 0))) {
            assertThat(post("dlv_1", 1, json("{\"total\":42.50}"), secret)).isEqualTo(204);
        }
        String text = new WebhookPrinter(new Style(false), ZoneOffset.UTC, 20).forPeople(received.get(0));
        assertThat(text)
                .contains("order.created", "attempt 1", "✓ signature valid", "15 B", "answered 204")
                .contains("dlv_1 · event e-1 · source /shop ä")
                .contains("\"total\" : 42.50");
    }

    @Test
    void aWrongSignatureIsRefusedAndSaidSo() throws Exception {
        try (Receiver receiver = receiver(new Answering(204, 500, 0))) {
            assertThat(post("dlv_1", 1, json("{}"), WebhookSecret.mint(new SecureRandom())))
                    .isEqualTo(401);
        }
        assertThat(received.get(0).signature()).isEqualTo(Outcome.MISMATCH);
        assertThat(new WebhookPrinter(new Style(false), ZoneOffset.UTC, 20).forPeople(received.get(0)))
                .contains("✗ signature doesn't match");
    }

    @Test
    void theFirstAttemptsOfEachWebhookFailWhereAskedFor() throws Exception {
        try (Receiver receiver = receiver(new Answering(204, 503, 2))) {
            assertThat(post("dlv_1", 1, json("{}"), secret)).isEqualTo(503);
            assertThat(post("dlv_2", 1, json("{}"), secret)).isEqualTo(503);
            assertThat(post("dlv_1", 2, json("{}"), secret)).isEqualTo(503);
            assertThat(post("dlv_1", 3, json("{}"), secret)).isEqualTo(204);
        }
    }

    @Test
    void aWebhookThatComesAgainAfterSuccessIsMarked() throws Exception {
        try (Receiver receiver = receiver(new Answering(204, 500, 1))) {
            post("dlv_1", 1, json("{}"), secret);
            post("dlv_1", 2, json("{}"), secret);
            post("dlv_1", 3, json("{}"), secret);
        }
        assertThat(received).extracting(ReceivedWebhook::repeated).containsExactly(false, false, true);
    }

    @Test
    void aPortInUseIsOneSentence() {
        try (Receiver first = receiver(new Answering(204, 500, 0));
                Receiver second = new Receiver(vertx, Clock.systemUTC(), new Answering(204, 500, 0), webhook -> {})) {
            int taken = port;
            assertThatThrownBy(() -> second.listen(taken))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("port " + taken)
                    .hasMessageContaining("--port");
        }
    }

    @Test
    void longBodiesAreCutAndControlCharactersNeverReachTheTerminal() throws Exception {
        try (Receiver receiver = receiver(new Answering(204, 500, 0))) {
            post("dlv_1", 1, json("{\"a\":1,\"b\":\"\\u001b[2J\",\"c\":3,\"d\":4}"), secret);
            post("dlv_2", 1, json("not json \u001b[2J"), secret);
        }
        WebhookPrinter printer = new WebhookPrinter(new Style(false), ZoneOffset.UTC, 3);
        assertThat(printer.forPeople(received.get(0)))
                .contains("… 3 more lines")
                .doesNotContain("\u001b");
        assertThat(printer.forPeople(received.get(1)))
                .contains("not json \\u001b[2J")
                .doesNotContain("\u001b");
    }

    @Test
    void scriptsGetTheBodyAsJsonTextOrBase64() throws Exception {
        try (Receiver receiver = receiver(new Answering(204, 500, 0))) {
            post("dlv_1", 1, json("{\"a\":1}"), secret);
            post("dlv_2", 1, json("hello"), secret);
            post("dlv_3", 1, new byte[] {(byte) 0xFF, 0}, secret);
        }
        WebhookPrinter printer = new WebhookPrinter(new Style(false), ZoneOffset.UTC, 3);
        assertThat(received.stream().map(printer::forScripts).toList())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("\"body\":{\"a\":1}", "\"signature\":\"valid\"", "\"size\":7"),
                        line -> assertThat(line).contains("\"text\":\"hello\""),
                        line -> assertThat(line).contains("\"base64\":\"/wA=\""));
    }
}
