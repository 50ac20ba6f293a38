package dev.fanfare.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fanfare.dispatcher.DispatcherBench.Subscribed;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are checked against the name in the URL, though the connection goes to an address chosen before. */
@WithBroker
class TlsIT {
    private static final String TRUST_STORE = "javax.net.ssl.trustStore";
    private static final String PASSWORD = "changeit";

    @TempDir
    private Path folder;

    private final List<String> hosts = new CopyOnWriteArrayList<>();
    private HttpsServer server;
    private DispatcherBench bench;

    @BeforeEach
    void serve(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=test",
                        "-validity",
                        "2",
                        "-ext",
                        "SAN=dns:secure.example",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", exchange -> {
            hosts.add(exchange.getRequestHeaders().getFirst("Host"));
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        System.setProperty(TRUST_STORE, store.toString());
        System.setProperty(TRUST_STORE + "Password", PASSWORD);
        bench = new DispatcherBench(broker, folder);
    }

    @AfterEach
    void close() {
        System.clearProperty(TRUST_STORE);
        System.clearProperty(TRUST_STORE + "Password");
        bench.close();
        server.stop(0);
    }

    @Test
    void aCertificateForTheNameIsAcceptedAndOneForAnotherIsNot() {
        int port = server.getAddress().getPort();
        Subscribed right = bench.subscribe("https://secure.example:" + port + "/", "1s");
        Subscribed wrong = bench.subscribe("https://other.example:" + port + "/", "1s");
        InetAddress[] local = {InetAddress.getLoopbackAddress()};
        bench.start("one", host -> local);
        bench.deliver(right, "e1", "body");
        bench.deliver(right, "e2", "body");
        bench.deliver(wrong, "e3", "body");

        assertThat(bench.awaitAttempts(right, 2))
                .allSatisfy(attempt -> assertThat(attempt.verdict()).isEqualTo("delivered"));
        assertThat(bench.awaitAttempts(wrong, 1).get(0).verdict()).isEqualTo("retry");
        assertThat(bench.attempts(wrong).get(0).error()).startsWith("TLS failed");
        assertThat(hosts).containsOnly("secure.example:" + port);
    }
}
