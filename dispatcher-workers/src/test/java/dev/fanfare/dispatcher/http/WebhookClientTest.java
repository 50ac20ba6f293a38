package dev.fanfare.dispatcher.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.dispatcher.outcome.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP/1.1 as servers really speak it, and as they shouldn't. */
class WebhookClientTest {
    private static final AnswerLimits LIMITS = new AnswerLimits(8, 4_096);
    private static final Transport TRANSPORT = new Transport(Duration.ofSeconds(5), TlsSetup.ofJava(), false, null);
    private static final String NO_CONTENT = "HTTP/1.1 204 No Content\r\n\r\n";

    private Reactor reactor;
    private final ConnectionCount count = new ConnectionCount();
    private WebhookClient client;

    @BeforeEach
    void start() {
        reactor = new Reactor("test-http");
        client = new WebhookClient(reactor, TRANSPORT, count);
    }

    @AfterEach
    void close() {
        client.close();
        reactor.close();
    }

    @Test
    void aRequestGoesOutWordForWord() throws Exception {
        try (RawServer server = new RawServer((number, out) -> write(out, NO_CONTENT))) {
            Request request = new Request("/hook?a=b", "hooks.example", 8080, bytes("body"));
            request.add("Custom", "one");
            request.add("ce-id", "e1");
            request.set("ce-id", "e2");

            assertThat(answer(server, request).status()).isEqualTo(204);
            assertThat(count.opened()).isEqualTo(1);
            assertThat(count.open()).isEqualTo(1);
            client.close();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> count.open() == 0);
            assertThat(server.requests)
                    .containsExactly("POST /hook?a=b HTTP/1.1\r\nhost: hooks.example:8080\r\ncontent-length: 4\r\n"
                            + "Custom: one\r\nce-id: e2\r\n\r\nbody");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello | 200 | hello | true",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nhello more | 200 | hello mo | true",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nhel\\r\\n2\\r\\nlo\\r\\n0\\r\\n\\r\\n | 200 | hello | true",
                "HTTP/1.1 500 Oops\\r\\nContent-Length: 0\\r\\n\\r\\n | 500 | | true",
                "HTTP/1.1 304 Not Modified\\r\\nContent-Length: 7\\r\\n\\r\\n | 304 | | true",
                "HTTP/1.1 103 Early Hints\\r\\nLink: x\\r\\n\\r\\nHTTP/1.1 204 No Content\\r\\n\\r\\n | 204 | | true",
                "HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 201 Created\\r\\nContent-Length: 1\\r\\n\\r\\nx | 201 | x | true",
                "HTTP/1.1 204 No Content\\r\\nConnection: close\\r\\n\\r\\n | 204 | | false",
                "HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok | 200 | ok | false",
                "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: x\\r\\n\\r\\n | 101 | | false",
            })
    void answersAreReadAsTheyAreFramedAndTheConnectionIsKeptWhereThatIsRight(
            String raw, int status, String body, boolean kept) throws Exception {
        try (RawServer server = new RawServer((number, out) -> write(out, unescaped(raw)))) {
            Answer.Response first = answer(server, request(""));
            assertThat(first.status()).isEqualTo(status);
            assertThat(first.excerpt()).isEqualTo(body);
            assertThat(answer(server, request("")).status()).isEqualTo(status);

            assertThat(server.connections).hasValue(kept ? 1 : 2);
        }
    }

    @Test
    void anAnswerWithoutLengthEndsWithItsConnection() throws Exception {
        try (RawServer server = new RawServer((number, out) -> {
            write(out, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
            return false;
        })) {
            assertThat(answer(server, request("")).excerpt()).isEqualTo("until th");
        }
    }

    @Test
    void anAnswerThatIsTooLongCountsAndItsConnectionIsClosed() throws Exception {
        try (RawServer server = new RawServer((number, out) -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            byte[] more = new byte[1_024];
            while (true) { // until the other end closes, which throws
                out.write(more);
            }
        })) {
            assertThat(answer(server, request("")).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SMTP 220 hello\\r\\n\\r\\n | no valid HTTP",
                "HTTP/1.1 abc OK\\r\\n\\r\\n | no valid HTTP",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n | no valid HTTP",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nhalf | closed before",
                "HTTP/1.1 200 OK\\r\\nX: y | closed before",
                "HTTP/1.1 204 | closed before",
            })
    void whatIsNoWholeAnswerFailsInWords(String raw, String words) throws Exception {
        try (RawServer server = new RawServer((number, out) -> {
            write(out, unescaped(raw));
            return false;
        })) {
            Failure failure = failure(server, request(""));

            assertThat(FailureText.of(failure, false)).contains(words);
            assertThat(failure.untouched()).isFalse();
            assertThat(failure.stage()).isEqualTo(Failure.Stage.EXCHANGING);
        }
    }

    @Test
    void aHeadWithoutEndIsNoValidHttp() throws Exception {
        try (RawServer server = new RawServer((number, out) -> {
            write(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                write(out, "X-More: " + "x".repeat(1_000) + "\r\n");
            }
        })) {
            assertThat(FailureText.of(failure(server, request("")), false)).contains("no valid HTTP");
        }
    }

    @Test
    void whoNobodyAnswersIsRefused() throws Exception {
        int port;
        try (RawServer server = new RawServer((number, out) -> true)) {
            port = server.port();
        }
        Failure failure = failure(port, request(""));

        assertThat(FailureText.of(failure, false)).isEqualTo("connection refused");
        assertThat(failure.stage()).isEqualTo(Failure.Stage.CONNECTING);
    }

    @Test
    void whereEpollIsNotAtHandJavasSelectorServes() throws Exception {
        Reactor selecting = new Reactor("test-selector", false);
        try (RawServer server = new RawServer((number, out) -> write(out, NO_CONTENT));
                WebhookClient other = new WebhookClient(selecting, TRANSPORT, count)) {
            CompletableFuture<Object> told = new CompletableFuture<>();
            other.send(way(server.port()), request(""), LIMITS, new Telling(told));

            assertThat(told.get(10, TimeUnit.SECONDS)).isEqualTo(new Answer.Response(204, null, null));
        } finally {
            selecting.close();
        }
    }

    @Test
    void aKeptConnectionThatTheServerClosedIsNotUsedAgain() throws Exception {
        try (RawServer server = new RawServer((number, out) -> write(out, NO_CONTENT))) {
            answer(server, request(""));
            server.hangUp();

            // Whether our end has heard of it yet or not: then it says that the request is safe to send again.
            Object second = send(server.port(), request("")).get(10, TimeUnit.SECONDS);
            assertThat(second instanceof Answer.Response || ((Failure) second).untouched())
                    .isTrue();
            assertThat(answer(server, request("")).status()).isEqualTo(204);
        }
    }

    @Test
    void theFirstRequestOfAConnectionIsNotCalledUntouchedWhenItIsClosed() throws Exception {
        try (RawServer server = new RawServer((number, out) -> false)) {
            assertThat(failure(server, request("")).untouched()).isFalse();
        }
    }

    @Test
    void anAnswerBeforeTheRequestIsThroughCountsAndTheConnectionIsNotReused() throws Exception {
        byte[] large = new byte[8 << 20];
        CountDownLatch answered = new CountDownLatch(1);
        try (ServerSocket hasty = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            hasty.setReceiveBufferSize(16 * 1024);
            Thread server = new Thread(() -> {
                try (Socket one = hasty.accept()) {
                    assertThat(one.getInputStream().read()).isEqualTo('P');
                    write(one.getOutputStream(), "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
                    // Were it read on at once, the request could be through before the answer is seen.
                    assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
                    // Its end is seen here, and it was no second request that came.
                    one.getInputStream().readAllBytes();
                } catch (IOException | InterruptedException e) {
                    // reset: closed all the same
                }
            });
            server.start();

            Object ended =
                    send(hasty.getLocalPort(), new Request("/", "h", -1, large)).get(10, TimeUnit.SECONDS);

            assertThat(ended).isInstanceOfSatisfying(Answer.Response.class, answer -> assertThat(answer.status())
                    .isEqualTo(413));
            answered.countDown();
            server.join(10_000);
            assertThat(server.isAlive()).as("our end closed").isFalse();
        }
    }

    @Test
    void whatNobodyAskedForClosesTheConnection() throws Exception {
        try (RawServer server = new RawServer((number, out) -> write(out, NO_CONTENT + NO_CONTENT))) {
            assertThat(answer(server, request("")).status()).isEqualTo(204);
            Awaitility.await().until(() -> {
                Object next = send(server.port(), request("")).get(10, TimeUnit.SECONDS);
                return next instanceof Answer.Response && server.connections.get() > 1;
            });
        }
    }

    @Test
    void anAbandonedCallIsSilentAndItsConnectionIsClosed() throws Exception {
        CompletableFuture<Object> told = new CompletableFuture<>();
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Call call = client.send(way(silent.getLocalPort()), request(""), LIMITS, new Telling(told));
            try (Socket one = silent.accept()) {
                assertThat(one.getInputStream().read()).isEqualTo('P');
                call.abandon();
                one.setSoTimeout(10_000);

                one.getInputStream().readAllBytes(); // which returns, as our end closes
                CompletableFuture<Void> later = new CompletableFuture<>();
                reactor.run(() -> later.complete(null));
                later.get(10, TimeUnit.SECONDS);
                assertThat(told).isNotDone();
            }
        }
    }

    private Answer.Response answer(RawServer server, Request request) throws Exception {
        return (Answer.Response) send(server.port(), request).get(10, TimeUnit.SECONDS);
    }

    private Failure failure(RawServer server, Request request) throws Exception {
        return failure(server.port(), request);
    }

    private Failure failure(int port, Request request) throws Exception {
        return (Failure) send(port, request).get(10, TimeUnit.SECONDS);
    }

    private CompletableFuture<Object> send(int port, Request request) {
        CompletableFuture<Object> told = new CompletableFuture<>();
        client.send(way(port), request, LIMITS, new Telling(told));
        return told;
    }

    private static Way way(int port) {
        return new Way("http", "hooks.example", InetAddress.getLoopbackAddress(), port, null, null);
    }

    private record Telling(CompletableFuture<Object> told) implements Reply {
        @Override
        public void answered(Answer.Response response) {
            told.complete(response);
        }

        @Override
        public void refusedByProxy(int status) {
            told.complete(status);
        }

        @Override
        public void failed(Failure failure) {
            told.complete(failure);
        }
    }

    private static Request request(String body) {
        return new Request("/", "hooks.example", -1, bytes(body));
    }

    private static boolean write(OutputStream out, String text) throws IOException {
        out.write(bytes(text));
        return true;
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
