package dev.fanfare.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.ClientKeys;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/gateway/nginx.conf} as it is, but for its ports and files; left out where there is no nginx. */
@WithBroker
class GatewayIT {
    private static final Path CONFIGURATION = Path.of("../deploy/gateway/nginx.conf");

    @TempDir
    private Path folder;

    @Test
    void eventsComeThroughTlsAndAPrefixAndByTheOtherInstanceWhenOneIsGone(@Fresh TestBroker broker) throws Exception {
        String nginx = Stream.of("/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElse("");
        assumeTrue(!nginx.isEmpty(), "nginx is not on this machine");
        broker.createFanfareTopics();
        ClientKeys keys = ClientKeys.make("gateway.example", "EC", folder);
        int port = freePort();
        try (RunningIngest stays = RunningIngest.on(broker);
                RunningIngest goes = RunningIngest.on(broker)) {
            Process gateway = start(nginx, port, keys, goes.port, stays.port);
            try {
                await().atMost(Duration.ofMinutes(2))
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .until(() -> get(port, keys, "/fanfare/health/ready").startsWith("HTTP/1.1 200 "));
                for (int i = 0; i < 4; i++) {
                    assertThat(post(port, keys, "before-" + i)).startsWith("HTTP/1.1 202 ");
                }
                assertThat(get(port, keys, "/fanfare/docs")).contains("\"docs/swagger-ui.css\"");
                assertThat(get(port, keys, "/fanfare/openapi.json")).contains("sendEvents");
                goes.close();
                for (int i = 0; i < 4; i++) {
                    assertThat(post(port, keys, "after-" + i)).startsWith("HTTP/1.1 202 ");
                }
            } finally {
                gateway.destroy();
                assertThat(gateway.waitFor(20, TimeUnit.SECONDS)).isTrue();
            }
        }
        List<String> ids = broker.records(Topics.EVENTS).stream()
                .map(record -> RecordHeaders.text(record.headers(), "ce_id"))
                .toList();
        assertThat(ids).contains("before-0", "before-3", "after-0", "after-3");
    }

    private Process start(String nginx, int port, ClientKeys keys, int first, int second) throws IOException {
        Files.writeString(folder.resolve("server.pem"), keys.certificatePem());
        Files.writeString(folder.resolve("server.key"), keys.privateKeyPem());
        String temporary = Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(what -> "  " + what + "_temp_path " + folder.resolve(what) + ";\n")
                .reduce("", String::concat);
        String configuration = Files.readString(CONFIGURATION)
                .replace("listen 8443 ", "listen 127.0.0.1:" + port + " ")
                .replace("127.0.0.1:8081", "127.0.0.1:" + first)
                .replace("127.0.0.1:8082", "127.0.0.1:" + second)
                .replace("/etc/nginx/tls/", folder + "/")
                .replace("http {\n", "http {\n" + temporary);
        Path file = folder.resolve("nginx.conf");
        Files.writeString(file, configuration);
        return new ProcessBuilder(
                        nginx,
                        "-p",
                        folder.toString(),
                        "-c",
                        file.toString(),
                        "-e",
                        "stderr",
                        "-g",
                        "daemon off; master_process off; pid " + folder.resolve("nginx.pid") + ";")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.log").toFile())
                .start();
    }

    private static String post(int port, ClientKeys keys, String id) throws Exception {
        String body = "{\"id\":\"" + id + "\",\"type\":\"t\",\"data\":1}";
        return exchange(
                port,
                keys,
                "POST /fanfare/v1/tenants/default/events HTTP/1.1\r\nhost: gateway.example\r\nconnection: close\r\n"
                        + "authorization: Bearer " + RunningIngest.KEY + "\r\ncontent-type: application/json\r\n"
                        + "content-length: " + body.length() + "\r\n\r\n" + body);
    }

    private static String get(int port, ClientKeys keys, String path) throws Exception {
        return exchange(port, keys, "GET " + path + " HTTP/1.1\r\nhost: gateway.example\r\nconnection: close\r\n\r\n");
    }

    private static String exchange(int port, ClientKeys trusted, String request) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("gateway", trusted.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
