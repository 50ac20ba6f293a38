package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.InetAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are checked against the name in the URL, though the connection goes to an address chosen before. */
@WithBroker
class TlsIT {
    private static final String TRUST_STORE = "javax.net.ssl.trustStore";
    private static final InetAddress[] LOCAL = {InetAddress.getLoopbackAddress()};

    @TempDir
    private static Path certificates;

    private static TestBroker broker;
    private static TestAuthority authority;
    private static TlsReceiver receiver;

    @TempDir
    private Path folder;

    private DispatcherBench bench;

    @BeforeAll
    static void prepare(@Fresh TestBroker fresh) {
        broker = fresh;
        broker.createFanfareTopics();
        authority = new TestAuthority(certificates);
        receiver = new TlsReceiver(authority.server("secure.example"));
    }

    @BeforeEach
    void open() {
        bench = new DispatcherBench(broker, folder);
        receiver.hosts.clear();
    }

    @AfterEach
    void close() {
        System.clearProperty(TRUST_STORE);
        System.clearProperty(TRUST_STORE + "Password");
        bench.close();
    }

    @Test
    void whatJavaTrustsIsTrusted() {
        System.setProperty(TRUST_STORE, authority.pkcs12().toString());
        System.setProperty(TRUST_STORE + "Password", TestAuthority.PASSWORD);
        bench.start("one", host -> LOCAL);

        aCertificateForTheNameIsAcceptedAndOneForAnotherIsNot();
    }

    @Test
    void thePrivateAuthorityInAPemFileIsTrusted() {
        bench.start(
                "one", host -> LOCAL, "dispatcher.trust-store", authority.pem().toString());

        aCertificateForTheNameIsAcceptedAndOneForAnotherIsNot();
    }

    @Test
    void thePrivateAuthorityInAPkcs12FileIsTrusted() {
        bench.start(
                "one",
                host -> LOCAL,
                "dispatcher.trust-store",
                authority.pkcs12().toString(),
                "dispatcher.trust-store-password",
                TestAuthority.PASSWORD);

        aCertificateForTheNameIsAcceptedAndOneForAnotherIsNot();
    }

    @Test
    void anAuthorityThatNobodyNamedIsNotTrusted() {
        Subscribed to = bench.subscribe("https://secure.example:" + receiver.port() + "/", "1s");
        bench.start("one", host -> LOCAL);
        bench.deliver(to, "e1", "body");

        assertThat(bench.awaitAttempts(to, 1).get(0).verdict()).isEqualTo("retry");
        assertThat(bench.attempts(to).get(0).error()).startsWith("TLS failed");
        assertThat(receiver.hosts).isEmpty();
    }

    private void aCertificateForTheNameIsAcceptedAndOneForAnotherIsNot() {
        Subscribed right = bench.subscribe("https://secure.example:" + receiver.port() + "/", "1s");
        Subscribed wrong = bench.subscribe("https://other.example:" + receiver.port() + "/", "1s");
        bench.deliver(right, "e1", "body");
        bench.deliver(right, "e2", "body");
        bench.deliver(wrong, "e3", "body");

        assertThat(bench.awaitAttempts(right, 2))
                .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
        assertThat(bench.awaitAttempts(wrong, 1).get(0).verdict()).isEqualTo("retry");
        assertThat(bench.attempts(wrong).get(0).error()).startsWith("TLS failed");
        assertThat(receiver.hosts).containsOnly("secure.example:" + receiver.port());
    }
}
