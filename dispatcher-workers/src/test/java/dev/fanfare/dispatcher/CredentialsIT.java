package dev.fanfare.dispatcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.subscription.Authentication;
import dev.fanfare.contract.subscription.Authentication.ClientAuthentication;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.ClientKeys;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.ReceivedRequest;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What subscriptions have us show to their endpoints, and that it is shown to nobody else. */
@WithBroker
class CredentialsIT {
    private static final String SECRET = "Sesame-0pen+/=";
    private static TestBroker broker;

    @TempDir
    private static Path folder;

    private DispatcherBench bench;
    private FaultyReceiver receiver;
    private FaultyReceiver authority;

    @BeforeAll
    static void createTopics(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
    }

    @BeforeEach
    void startReceivers() {
        receiver = FaultyReceiver.start();
        authority = FaultyReceiver.start();
        bench = new DispatcherBench(broker, folder);
    }

    @AfterEach
    void close() {
        bench.close();
        receiver.close();
        authority.close();
    }

    @Test
    void aBearerTokenIsSent() {
        Subscribed to = subscribe("bearer", sub -> new Authentication.Bearer(bench.credential(SECRET, sub)));
        bench.start();
        bench.deliver(to, "e1", "body");

        bench.awaitAttempts(to, 1);
        assertThat(receiver.requests().get(0).header("authorization")).isEqualTo("Bearer " + SECRET);
        assertThat(receiver.requests().get(0).header("webhook-signature")).startsWith("v1,");
    }

    @Test
    void userNameAndPasswordAreSentAsUtf8() {
        Subscribed to = subscribe("basic", sub -> new Authentication.Basic("ada", bench.credential("pässword", sub)));
        bench.start();
        bench.deliver(to, "e1", "body");

        bench.awaitAttempts(to, 1);
        assertThat(receiver.requests().get(0).header("authorization"))
                .isEqualTo("Basic " + Base64.getEncoder().encodeToString("ada:pässword".getBytes(UTF_8)));
    }

    @Test
    void oneTokenServesManyDeliveries() {
        authority.otherwise(token("t1", 3600).after(Duration.ofMillis(300)));
        Subscribed to = subscribe("oauth2", oauth2(ClientAuthentication.BASIC));
        bench.start();
        for (int i = 0; i < 20; i++) {
            bench.deliver(to, "e" + i, "body");
        }

        bench.awaitAttempts(to, 20);
        assertThat(receiver.requests()).hasSize(20).allSatisfy(request -> assertThat(request.header("authorization"))
                .isEqualTo("Bearer t1"));
        assertThat(authority.requests()).hasSize(1);
        ReceivedRequest asked = authority.requests().get(0);
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.target()).isEqualTo("/token?x=1");
        assertThat(asked.header("content-type")).isEqualTo("application/x-www-form-urlencoded");
        assertThat(asked.bodyText()).isEqualTo("grant_type=client_credentials&scope=hooks+write");
        assertThat(asked.header("authorization"))
                .isEqualTo("Basic "
                        + Base64.getEncoder().encodeToString("client%3A1:Sesame-0pen%2B%2F%3D".getBytes(UTF_8)));
    }

    @Test
    void theSecretMayGoIntoTheForm() {
        authority.otherwise(token("t1", 3600));
        Subscribed to = subscribe("oauth2-body", oauth2(ClientAuthentication.BODY));
        bench.start();
        bench.deliver(to, "e1", "body");

        bench.awaitAttempts(to, 1);
        assertThat(authority.requests().get(0).header("authorization")).isNull();
        assertThat(authority.requests().get(0).bodyText())
                .endsWith("&client_id=client%3A1&client_secret=Sesame-0pen%2B%2F%3D");
    }

    @Test
    void aTokenThatIsRefusedIsReplacedOnceAndTheDeliveryArrives() {
        authority.on("/token", token("old", 3600), token("new", 3600), token("newer", 3600));
        receiver.otherwise(request ->
                "Bearer new".equals(request.header("authorization")) ? Answer.status(204) : Answer.status(401));
        Subscribed to = subscribe("refused", oauth2(ClientAuthentication.BASIC));
        bench.start();
        bench.deliver(to, "e1", "body");

        List<Attempt> attempts = bench.awaitAttempts(to, 1);
        assertThat(attempts.get(0).verdict()).isEqualTo("delivered");
        assertThat(receiver.requests()).hasSize(2);
        assertThat(authority.requests()).hasSize(2);
    }

    @Test
    void anEndpointThatRefusesEveryTokenCostsTwoOfThem() {
        authority.otherwise(token("t", 3600));
        receiver.otherwise(Answer.status(401));
        Subscribed to = subscribe("always", oauth2(ClientAuthentication.BASIC));
        bench.start();
        for (int i = 0; i < 5; i++) {
            bench.deliver(to, "e" + i, "body");
        }

        assertThat(bench.awaitAttempts(to, 5)).allSatisfy(attempt -> {
            assertThat(attempt.verdict()).isEqualTo("retry");
            assertThat(attempt.status()).isEqualTo(401);
        });
        assertThat(authority.requests()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aTokenEndpointThatFailsMakesTheDeliveryWaitWithClearWords() {
        authority.on(
                "/token",
                Answer.status(401)
                        .header("content-type", "application/json")
                        .body("{\"error\":\"invalid_client\",\"error_description\":\"" + SECRET + "\"}"));
        Subscribed to = subscribe("failing", oauth2(ClientAuthentication.BASIC));
        bench.start();
        bench.deliver(to, "e1", "body");

        Attempt attempt = bench.awaitAttempts(to, 1).get(0);
        assertThat(attempt.verdict()).isEqualTo("retry");
        assertThat(attempt.error()).isEqualTo("no access token: '127.0.0.1' answered 401 (invalid_client)");
        assertThat(receiver.requests()).isEmpty();
        for (String topic : List.of(Topics.ATTEMPTS, "fanfare.retry.1s", Topics.SUBSCRIPTIONS)) {
            assertThat(broker.records(topic).toString()).doesNotContain(SECRET);
        }
    }

    @Test
    void aTokenEndpointThatHangsIsGivenUpBeforeTheDelivery() {
        authority.otherwise(Answer.hang());
        Subscribed to = subscribe("hanging", oauth2(ClientAuthentication.BASIC));
        bench.start();
        bench.deliver(to, "e1", "body");

        Attempt attempt = bench.awaitAttempts(to, 1).get(0);
        assertThat(attempt.verdict()).isEqualTo("retry");
        assertThat(attempt.error()).isEqualTo("no access token: '127.0.0.1' did not answer in time");
    }

    @Test
    void aTokenEndpointAtAForbiddenAddressIsNotAsked() {
        Subscribed to = subscribe(
                "forbidden",
                sub -> new Authentication.OAuth2(
                        URI.create("http://169.254.169.254/token"),
                        "c",
                        bench.credential(SECRET, sub),
                        null,
                        ClientAuthentication.BASIC));
        bench.start();
        bench.deliver(to, "e1", "body");

        Attempt attempt = bench.awaitAttempts(to, 1).get(0);
        assertThat(attempt.verdict()).isEqualTo("forbidden");
        assertThat(attempt.error()).startsWith("no access token: address 169.254.169.254 is forbidden");
        assertThat(receiver.requests()).isEmpty();
    }

    @Test
    void eachSubscriptionShowsItsOwnCertificateAndNoneBorrowsAnothers() throws Exception {
        ClientKeys first = ClientKeys.make("first", "EC", folder);
        ClientKeys second = ClientKeys.make("second", "RSA", folder);
        TestAuthority certificates = new TestAuthority(folder);
        Map<String, Queue<String>> shown = new ConcurrentHashMap<>();
        HttpsServer server = serverThatAsks(
                certificates.server("secure.example", List.of(first.certificate(), second.certificate())), shown);
        try {
            String url = "https://secure.example:" + server.getAddress().getPort();
            Subscribed one = subscribe("mtls-1", url + "/one", certificate(first));
            Subscribed two = subscribe("mtls-2", url + "/two", certificate(second));
            Subscribed none = bench.subscribe(url + "/none", "1s");
            InetAddress[] local = {InetAddress.getLoopbackAddress()};
            bench.start(
                    "one",
                    host -> local,
                    "dispatcher.trust-store",
                    certificates.pem().toString());
            for (int i = 0; i < 5; i++) {
                bench.deliver(one, "a" + i, "body");
                bench.deliver(two, "b" + i, "body");
                bench.deliver(none, "c" + i, "body");
            }

            assertThat(bench.awaitAttempts(one, 5))
                    .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
            assertThat(bench.awaitAttempts(two, 5))
                    .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
            assertThat(bench.awaitAttempts(none, 5))
                    .allSatisfy(attempt -> assertThat(attempt.verdict()).isNotEqualTo("delivered"));
            assertThat(shown).containsOnlyKeys("/one", "/two");
            assertThat(shown.get("/one")).hasSize(5).containsOnly("CN=first");
            assertThat(shown.get("/two")).hasSize(5).containsOnly("CN=second");
        } finally {
            server.stop(0);
        }
    }

    private static HttpsServer serverThatAsks(SSLContext context, Map<String, Queue<String>> shown) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters asking = context.getDefaultSSLParameters();
                asking.setNeedClientAuth(true);
                parameters.setSSLParameters(asking);
            }
        });
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", exchange -> {
            shown.computeIfAbsent(exchange.getRequestURI().getPath(), path -> new ConcurrentLinkedQueue<>())
                    .add(((HttpsExchange) exchange)
                            .getSSLSession()
                            .getPeerPrincipal()
                            .getName());
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private interface Auth {
        Authentication of(Subscription subscription);
    }

    private Auth certificate(ClientKeys keys) {
        return sub -> new Authentication.MutualTls(keys.certificatePem(), bench.credential(keys.privateKeyPem(), sub));
    }

    private Auth oauth2(ClientAuthentication way) {
        return sub -> new Authentication.OAuth2(
                URI.create(authority.url("/token?x=1")), "client:1", bench.credential(SECRET, sub), "hooks write", way);
    }

    private Subscribed subscribe(String id, Auth auth) {
        return subscribe(id, receiver.url("/hook"), auth);
    }

    private Subscribed subscribe(String id, String url, Auth auth) {
        Subscription plain = bench.subscription(id, url, "1s", "1s");
        return bench.put(plain.toBuilder().auth(auth.of(plain)).build());
    }

    private static Answer.Reply token(String value, int seconds) {
        return Answer.status(200)
                .header("Content-Type", "application/json")
                .body("{\"access_token\":\"" + value + "\",\"token_type\":\"Bearer\",\"expires_in\":" + seconds + "}");
    }
}
