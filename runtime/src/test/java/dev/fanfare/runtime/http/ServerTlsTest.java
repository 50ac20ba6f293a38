package dev.fanfare.runtime.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.testkit.ClientKeys;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerTlsTest {
    private static final char[] NO_PASSWORD = {};

    private static ClientKeys first;
    private static ClientKeys second;

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    /** Looks every two seconds. */
    private final HttpFront front = front(Duration.ofSeconds(12));

    @BeforeAll
    static void makeKeys(@TempDir Path keys) {
        first = ClientKeys.make("first.example", "EC", keys);
        second = ClientKeys.make("second.example", "EC", keys);
    }

    @AfterEach
    void close() {
        front.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aRequestOverTlsIsAnsweredAndOneWithoutIsNot() throws Exception {
        int port = listen(first, null);
        assertThat(get(port, trusting(first), null)).startsWith("HTTP/1.1 200 ");
        try (Socket plain = new Socket("127.0.0.1", port)) {
            plain.getOutputStream().write("GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(US_ASCII));
            assertThat(new String(plain.getInputStream().readAllBytes(), UTF_8)).doesNotContain("HTTP/1.1 200");
        }
    }

    @Test
    void variablesThatAreEmptyAreRefusedAndDontMeanThatThereIsNoTls() {
        assertThatThrownBy(() -> settings(Map.of("http.tls-certificate", "", "http.tls-key", "")))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("http.tls-certificate: is empty")
                .hasMessageContaining("http.tls-key: is empty");
    }

    @Test
    void versionsOfTlsThatAreTooOldAreRefused() throws Exception {
        int port = listen(first, null);
        try (SSLSocket socket = connect(port, trusting(first), null)) {
            assertThat(socket.getSupportedProtocols()).contains("TLSv1.1");
            socket.setEnabledProtocols(new String[] {"TLSv1.1"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aRenewedCertificateIsUsedAndABrokenOneIsNot() throws Exception {
        int port = listen(first, null);
        assertThat(certificateAt(port)).isEqualTo(first.certificate());
        write(second);
        await().atMost(Duration.ofSeconds(30))
                // between the two files it may have seen a key that doesn't fit
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> certificateAt(port).equals(second.certificate()));
        Files.writeString(folder.resolve("cert.pem"), "nonsense");
        Files.writeString(folder.resolve("key.pem"), "nonsense");
        awaitLooks();
        assertThat(certificateAt(port)).isEqualTo(second.certificate());
    }

    @Test
    void whereClientsNeedACertificateOnlyThoseOfTheAuthorityComeIn() throws Exception {
        int port = listen(first, second);
        assertThat(get(port, trusting(first), second)).startsWith("HTTP/1.1 200 ");
        assertThatThrownBy(() -> get(port, trusting(first), null)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> get(port, trusting(first), first)).isInstanceOf(IOException.class);
    }

    @Test
    void settingsThatDoNotFitTogetherAreToldByName() throws Exception {
        assertThatThrownBy(() -> front.listen(settings(Map.of("http.tls-certificate", "/nowhere/cert.pem"))))
                .hasMessageContaining("TLS needs both")
                .hasMessageContaining("http.tls-certificate: /nowhere/cert.pem can't be read");
        write(first);
        assertThatThrownBy(() -> front.listen(settings(
                        Map.of("http.tls-client-ca", folder.resolve("cert.pem").toString()))))
                .hasMessageContaining("http.tls-client-ca");
        Files.writeString(folder.resolve("key.pem"), "nonsense");
        assertThatThrownBy(() -> listenOn(Map.of())).hasMessageContaining("can't listen on 127.0.0.1");
    }

    @Test
    void aConnectionThatNeverAsksIsLeft() throws Exception {
        write(first);
        try (HttpFront impatient = front(Duration.ofMillis(600))) {
            int port = impatient.listen(settings(files()));
            try (SSLSocket socket = connect(port, trusting(first), null)) {
                socket.startHandshake();
                socket.setSoTimeout(20_000);
                assertThat(socket.getInputStream().readAllBytes()).isEmpty();
            }
        }
    }

    private HttpFront front(Duration patience) {
        return new HttpFront(
                vertx,
                List.of(),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                patience,
                Duration.ofMinutes(10));
    }

    /** Until the files have been looked at. */
    private void awaitLooks() throws InterruptedException {
        CountDownLatch looked = new CountDownLatch(1);
        vertx.setTimer(2_100, time -> looked.countDown());
        assertThat(looked.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private int listen(ClientKeys keys, @Nullable ClientKeys clientCa) throws IOException {
        write(keys);
        if (clientCa == null) {
            return listenOn(Map.of());
        }
        Files.writeString(folder.resolve("ca.pem"), clientCa.certificatePem());
        return listenOn(Map.of("http.tls-client-ca", folder.resolve("ca.pem").toString()));
    }

    private int listenOn(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.putAll(files());
        return front.listen(settings(all));
    }

    private Map<String, String> files() {
        return Map.of(
                "http.tls-certificate", folder.resolve("cert.pem").toString(),
                "http.tls-key", folder.resolve("key.pem").toString());
    }

    private void write(ClientKeys keys) throws IOException {
        Files.writeString(folder.resolve("cert.pem"), keys.certificatePem());
        Files.writeString(folder.resolve("key.pem"), keys.privateKeyPem());
    }

    private static HttpSettings settings(Map<String, String> values) {
        Map<String, String> all = new HashMap<>(Map.of("http.host", "127.0.0.1", "http.port", "0"));
        all.putAll(values);
        return Settings.load(null, Map.of(), all, List.of(HttpSettings.class)).section(HttpSettings.class);
    }

    private static Certificate certificateAt(int port) throws Exception {
        try (SSLSocket socket = connect(port, trusting(first, second), null)) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    private static String get(int port, KeyStore trusted, @Nullable ClientKeys own) throws Exception {
        try (SSLSocket socket = connect(port, trusted, own)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".getBytes(US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            if (answer.isEmpty()) {
                throw new IOException("closed without an answer");
            }
            return answer;
        }
    }

    private static SSLSocket connect(int port, KeyStore trusted, @Nullable ClientKeys own) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore ownKeys = empty();
        if (own != null) {
            String key = own.privateKeyPem().replaceAll("-----.*-----|\\s", "");
            ownKeys.setKeyEntry(
                    "own",
                    KeyFactory.getInstance("EC")
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key))),
                    NO_PASSWORD,
                    new Certificate[] {own.certificate()});
        }
        keys.init(ownKeys, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    }

    private static KeyStore trusting(ClientKeys... servers) throws Exception {
        KeyStore store = empty();
        for (ClientKeys server : servers) {
            store.setCertificateEntry(
                    server.certificate().getSubjectX500Principal().getName(), server.certificate());
        }
        return store;
    }

    private static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
