package dev.fanfare.dispatcher;

import static dev.fanfare.dispatcher.DispatcherBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks through an outgoing proxy: names are looked up and checked here, and the proxy is told addresses. */
@WithBroker
class ProxyIT {
    @TempDir
    private static Path certificates;

    private static TestBroker broker;
    private static TestAuthority authority;

    @TempDir
    private Path folder;

    private DispatcherBench bench;

    @BeforeAll
    static void prepare(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
        authority = new TestAuthority(certificates);
    }

    @BeforeEach
    void open() {
        bench = new DispatcherBench(broker, folder);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void aTunnelLeadsToTheCheckedAddressAndTlsInsideItToTheName() {
        try (TlsReceiver receiver = new TlsReceiver(authority.server("secure.example"));
                ConnectProxy proxy = ConnectProxy.start()) {
            Subscribed right = bench.subscribe("https://secure.example:" + receiver.port() + "/", "1s");
            Subscribed wrong = bench.subscribe("https://other.example:" + receiver.port() + "/", "1s");
            start("http://proxy.example:" + proxy.port());
            bench.deliver(right, "e1", "body");
            bench.awaitAttempts(right, 1);
            bench.deliver(right, "e2", "body");
            bench.deliver(wrong, "e3", "body");

            assertThat(bench.awaitAttempts(right, 2))
                    .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
            Attempt refused = bench.awaitAttempts(wrong, 1).get(0);
            assertThat(refused.verdict()).isEqualTo("retry");
            assertThat(refused.error()).startsWith("TLS failed");
            assertThat(receiver.hosts).containsOnly("secure.example:" + receiver.port());
            assertThat(receiver.serverNames)
                    .allSatisfy(names -> assertThat(names).contains("secure.example"));
            assertThat(proxy.heads).allSatisfy(head -> assertThat(head)
                    .startsWith("CONNECT 127.0.0.1:" + receiver.port() + " HTTP/1.1\r\n")
                    .doesNotContain("example")
                    .doesNotContainIgnoringCase("proxy-authorization"));
            assertThat(proxy.heads.size()).as("tunnels are kept alive").isLessThanOrEqualTo(3);
        }
    }

    @Test
    void plainHttpGoesThroughATunnelTooAndTheProxyGetsItsCredentials() {
        try (FaultyReceiver receiver = FaultyReceiver.start();
                ConnectProxy proxy = ConnectProxy.start()) {
            Subscribed to = bench.subscribe("http://plain.example:" + receiver.port() + "/hook", "1s");
            start("http://fan:p%40ss@proxy.example:" + proxy.port());
            bench.deliver(to, "e1", "body");

            assertThat(bench.awaitAttempts(to, 1).get(0).verdict()).isEqualTo("delivered");
            String basic = Base64.getEncoder().encodeToString("fan:p@ss".getBytes(StandardCharsets.UTF_8));
            assertThat(proxy.heads).singleElement().satisfies(head -> assertThat(head)
                    .startsWith("CONNECT 127.0.0.1:" + receiver.port() + " ")
                    .containsIgnoringCase("proxy-authorization: basic " + basic));
            assertThat(receiver.requests()).singleElement().satisfies(request -> {
                assertThat(request.target()).isEqualTo("/hook");
                assertThat(request.header("host")).isEqualTo("plain.example:" + receiver.port());
                assertThat(request.header("proxy-authorization")).isNull();
            });
        }
    }

    @Test
    void whatTheProxyAnswersIsNeverTakenForTheEndpointsAnswer() {
        try (ConnectProxy gone = ConnectProxy.refusing("410 Gone")) {
            Subscribed to = bench.subscribe("https://secure.example/", "1s");
            start("http://proxy.example:" + gone.port());
            bench.deliver(to, "e1", "body");

            Attempt attempt = bench.awaitAttempts(to, 1).get(0);
            assertThat(attempt.verdict()).isEqualTo("retry");
            assertThat(attempt.status()).isNull();
            assertThat(attempt.error()).contains("outgoing proxy").contains("410");
        }
    }

    @Test
    void aProxyThatWantsOtherCredentialsIsNamed() {
        try (ConnectProxy closed = ConnectProxy.refusing("407 Proxy Authentication Required")) {
            Subscribed to = bench.subscribe("http://plain.example:8080/", "1s");
            start("http://fan:secret@proxy.example:" + closed.port());
            bench.deliver(to, "e1", "body");

            Attempt attempt = bench.awaitAttempts(to, 1).get(0);
            assertThat(attempt.verdict()).isEqualTo("retry");
            assertThat(attempt.error())
                    .contains("407")
                    .contains("dispatcher.proxy")
                    .doesNotContain("secret");
        }
    }

    @Test
    void aProxyThatIsDownOrUnknownCostsARetry() {
        int port;
        try (ConnectProxy down = ConnectProxy.start()) {
            port = down.port();
        }
        Subscribed to = bench.subscribe("https://secure.example/", "1s");
        start("http://proxy.example:" + port);
        bench.deliver(to, "e1", "body");

        Attempt attempt = bench.awaitAttempts(to, 1).get(0);
        assertThat(attempt.verdict()).isEqualTo("retry");
        assertThat(attempt.error()).contains("outgoing proxy").contains("refused");
    }

    @Test
    void aForbiddenAddressIsNotEvenNamedToTheProxy() {
        try (ConnectProxy proxy = ConnectProxy.start()) {
            Subscribed to = bench.subscribe("https://inside.example/", "1s");
            start("http://proxy.example:" + proxy.port());
            bench.deliver(to, "e1", "body");

            assertThat(header(bench.awaitRecord(Topics.DEAD_LETTERS, to), DeliveryRecords.REASON))
                    .isEqualTo("forbidden");
            assertThat(proxy.heads).isEmpty();
        }
    }

    /** Only here names are looked up: the proxy gets addresses. */
    private void start(String proxy) {
        bench.start(
                "one",
                host -> new InetAddress[] {
                    host.equals("inside.example")
                            ? InetAddress.getByAddress(new byte[] {10, 0, 0, 1})
                            : InetAddress.getLoopbackAddress()
                },
                "dispatcher.proxy",
                proxy,
                "dispatcher.trust-store",
                authority.pem().toString());
    }
}
