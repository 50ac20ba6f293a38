package dev.fanfare.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultyReceiverTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final FaultyReceiver receiver = FaultyReceiver.start();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        receiver.close();
    }

    @Test
    void anUnscriptedPathAnswers204AndTheRequestIsRemembered() throws Exception {
        long nanos = System.nanoTime();
        assertThat(post("/orders?page=2", "hello").statusCode()).isEqualTo(204);
        ReceivedRequest request = receiver.awaitCount(1, PATIENCE).get(0);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("/orders");
        assertThat(request.target()).isEqualTo("/orders?page=2");
        assertThat(request.header("WEBHOOK-id")).isEqualTo("msg_1");
        assertThat(request.header("absent")).isNull();
        assertThat(request.bodyText()).isEqualTo("hello");
        assertThat(request.arrivedNanos()).isBetween(nanos, System.nanoTime());
        assertThat(request.arrivedAtMillis())
                .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
        assertThat(receiver.exchanges().get(0).accepted()).isTrue();
        assertThat(receiver.requests("/orders")).containsExactly(request);
        assertThat(receiver.requests("/other")).isEmpty();
    }

    @Test
    void aSequenceIsAnsweredInOrderAndItsLastAnswerRepeats() throws Exception {
        receiver.on("/shaky", Answer.status(500), Answer.status(503).header("Retry-After", "7"), Answer.status(204));
        assertThat(post("/shaky", "").statusCode()).isEqualTo(500);
        assertThat(post("/shaky", "").headers().firstValue("retry-after")).hasValue("7");
        assertThat(post("/shaky", "").statusCode()).isEqualTo(204);
        assertThat(post("/shaky", "").statusCode()).isEqualTo(204);
        assertThat(receiver.exchanges().stream()
                        .map(exchange -> exchange.answer().status().orElse(0)))
                .containsExactly(500, 503, 204, 204);
    }

    @Test
    void aScriptDecidesPerRequest() throws Exception {
        receiver.otherwise(request -> Answer.status(request.bodyText().contains("good") ? 200 : 422));
        assertThat(post("/a", "good").statusCode()).isEqualTo(200);
        assertThat(post("/b", "bad").statusCode()).isEqualTo(422);
    }

    @Test
    void connectionsAreKeptAlive() throws Exception {
        for (int i = 0; i < 20; i++) {
            post("/kept", "body " + i);
        }
        assertThat(receiver.connections()).isEqualTo(1);
    }

    @Test
    void aSlowAnswerComesAfterItsDelayAndNotBefore() throws Exception {
        receiver.on("/slow", Answer.status(200).body("at last").after(Duration.ofMillis(300)));
        long start = System.nanoTime();
        assertThat(post("/slow", "").body()).isEqualTo("at last");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void aHangingPathNeverAnswersButHasTheRequest() {
        receiver.on("/silent", Answer.hang());
        HttpRequest request =
                request("/silent", "x").timeout(Duration.ofMillis(300)).build();
        assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                .isInstanceOf(HttpTimeoutException.class);
        assertThat(receiver.awaitCount(1, PATIENCE)).hasSize(1);
        assertThat(receiver.exchanges().get(0).accepted()).isFalse();
    }

    @Test
    void aTrickledAnswerArrivesAByteAtATime() throws Exception {
        receiver.on("/drip", Answer.trickle(Answer.status(200).body("12345"), Duration.ofMillis(2)));
        receiver.on("/drip-body", Answer.trickleBody(Answer.status(200).body("12345"), Duration.ofMillis(40)));
        assertThat(post("/drip", "").body()).isEqualTo("12345");
        long start = System.nanoTime();
        HttpResponse<java.io.InputStream> response =
                client.send(request("/drip-body", "").build(), BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(new String(response.body().readAllBytes(), UTF_8)).isEqualTo("12345");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void aResetIsAResetAndACloseIsAnEnd() throws Exception {
        receiver.on("/reset", Answer.reset());
        receiver.on("/close", Answer.close());
        try (Socket socket = sendRaw("GET /reset HTTP/1.1\r\nHost: x\r\n\r\n")) {
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        try (Socket socket = sendRaw("GET /close HTTP/1.1\r\nHost: x\r\n\r\n")) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aHugeBodyHasItsSize() throws Exception {
        receiver.on("/huge", Answer.huge(20_000_000));
        HttpResponse<byte[]> response = client.send(request("/huge", "").build(), BodyHandlers.ofByteArray());
        assertThat(response.body()).hasSize(20_000_000);
    }

    @Test
    void aRedirectNamesItsTarget() throws Exception {
        receiver.on("/old", Answer.redirect(receiver.url("/new")));
        HttpResponse<String> response = post("/old", "");
        assertThat(response.statusCode()).isEqualTo(307);
        assertThat(response.headers().firstValue("location")).hasValue(receiver.url("/new"));
    }

    @Test
    void chunkedBodiesAreReadWhole() throws Exception {
        String chunked = "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
        try (Socket socket = sendRaw(chunked + chunked)) {
            assertThat(receiver.awaitCount(2, PATIENCE))
                    .extracting(ReceivedRequest::bodyText)
                    .containsOnly("hello world");
        }
    }

    @Test
    void whatIsNotHttpEndsItsConnectionAndNothingElse() throws Exception {
        try (Socket socket = sendRaw("\u0016\u0003\u0001 this is not HTTP\r\n\r\n")) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(post("/still-there", "").statusCode()).isEqualTo(204);
    }

    @Test
    void hundredsOfConnectionsAreServedAtOnceAndNoRequestIsForgotten() throws Exception {
        int connections = 300;
        int requestsEach = 50;
        ExecutorService clients = Executors.newFixedThreadPool(connections);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int c = 0; c < connections; c++) {
                String path = "/" + c;
                done.add(clients.submit(() -> {
                    converse(path, requestsEach);
                    return null;
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        } finally {
            clients.shutdownNow();
        }
        assertThat(receiver.count()).isEqualTo(connections * requestsEach);
        assertThat(receiver.connections()).isEqualTo(connections);
        assertThat(receiver.requests("/299"))
                .extracting(ReceivedRequest::bodyText)
                .hasSize(requestsEach)
                .doesNotHaveDuplicates();
    }

    @Test
    void waitingInVainSaysWhatCame() throws Exception {
        post("/only-one", "");
        assertThatThrownBy(() -> receiver.awaitCount(2, Duration.ofMillis(50)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Expected 2 requests")
                .hasMessageContaining("/only-one");
    }

    @Test
    void closingEndsHangingConnectionsAndTheirThreads() throws Exception {
        receiver.on("/silent", Answer.hang());
        try (Socket socket = sendRaw("GET /silent HTTP/1.1\r\nHost: x\r\n\r\n")) {
            receiver.awaitCount(1, PATIENCE);
            int port = receiver.port();
            receiver.close();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            await().atMost(PATIENCE).until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("receiver-" + port)));
            assertThatThrownBy(() -> new Socket("127.0.0.1", port)).isInstanceOf(IOException.class);
        }
    }

    private void converse(String path, int requests) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", receiver.port())) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            for (int i = 0; i < requests; i++) {
                String body = String.format("request %04d", i);
                socket.getOutputStream()
                        .write(("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n" + body)
                                .getBytes(UTF_8));
                assertThat(in.readLine()).startsWith("HTTP/1.1 204");
                assertThat(in.readLine()).isEmpty();
            }
        }
    }

    private Socket sendRaw(String request) throws IOException {
        Socket socket = new Socket("127.0.0.1", receiver.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.getOutputStream().write(request.getBytes(UTF_8));
        return socket;
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(request(path, body).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(receiver.url(path)))
                .header("Webhook-Id", "msg_1")
                .POST(BodyPublishers.ofString(body));
    }
}
