package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.FanfareCommand;
import dev.fanfare.cli.cluster.Sections;
import dev.fanfare.cli.process.Pipeline;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.ClientKeys;
import dev.fanfare.testkit.TestBroker;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways to log in that {@link SecuredKafkaIT} doesn't go, as {@code docs/operating/kafka.md} has them, for each kind of client
 * that there is: the command (admin), what ingest reads (consumer) and what it writes (producer).
 */
class KafkaLoginIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String KEY = "login-key";

    @TempDir
    Path folder;

    private Path certificate;
    private Path keys;

    @BeforeEach
    void makeKeys() throws IOException {
        ClientKeys made = ClientKeys.make("kafka", "EC", folder);
        certificate = Files.writeString(folder.resolve("ca.crt"), made.certificatePem());
        keys = Files.writeString(folder.resolve("client.pem"), made.privateKeyPem() + made.certificatePem());
    }

    @Test
    void aClientCertificateAloneIsALogin() throws Exception {
        String listener = "listener.name.secured.";
        try (TestBroker broker = TestBroker.secured(
                "SSL",
                Map.of(
                        listener + "ssl.client.auth", "required",
                        listener + "ssl.keystore.type", "PEM",
                        listener + "ssl.keystore.location", keys.toString(),
                        listener + "ssl.truststore.type", "PEM",
                        listener + "ssl.truststore.location", certificate.toString()))) {
            String trust = """
                      security.protocol: SSL
                      ssl.truststore.type: PEM
                      ssl.truststore.location: %s
                    """.formatted(certificate);
            everyClientGetsIn(broker, trust + """
                      ssl.keystore.type: PEM
                      ssl.keystore.location: %s
                    """.formatted(keys));
            assertThat(topicsCheck(settings(broker, "nobody", trust)).code()).isNotZero();
        }
    }

    @Test
    void aTokenOfAnIssuerIsALogin() throws Exception {
        String listener = "listener.name.secured.";
        String module = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required";
        try (TokenEndpoint issuer = TokenEndpoint.start("fanfare", "not-secret");
                TestBroker broker = TestBroker.secured(
                        "SASL_SSL",
                        Map.of(
                                listener + "ssl.keystore.type",
                                "PEM",
                                listener + "ssl.keystore.location",
                                keys.toString(),
                                listener + "sasl.enabled.mechanisms",
                                "OAUTHBEARER",
                                listener + "oauthbearer.sasl.jaas.config",
                                module + ";",
                                listener + "oauthbearer.sasl.server.callback.handler.class",
                                "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler",
                                listener + "sasl.oauthbearer.jwks.endpoint.url",
                                issuer.jwksUrl(),
                                listener + "sasl.oauthbearer.expected.audience",
                                TokenEndpoint.AUDIENCE,
                                listener + "sasl.oauthbearer.expected.issuer",
                                issuer.url()))) {
            String login = """
                      security.protocol: SASL_SSL
                      ssl.truststore.type: PEM
                      ssl.truststore.location: %s
                      sasl.mechanism: OAUTHBEARER
                      sasl.login.callback.handler.class: org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler
                      sasl.oauthbearer.token.endpoint.url: %s
                      sasl.jaas.config: %s clientId="fanfare" clientSecret="%s";
                    """;
            everyClientGetsIn(broker, login.formatted(certificate, issuer.tokenUrl(), module, "not-secret"));
            Ended refused = topicsCheck(settings(
                    broker, "stranger", login.formatted(certificate, issuer.tokenUrl(), module, "another-secret")));
            assertThat(refused.code()).isNotZero();
            assertThat(refused.output()).doesNotContain("another-secret");
        }
    }

    private void everyClientGetsIn(TestBroker broker, String login) throws Exception {
        Path file = settings(broker, "fanfare", login);
        Ended created = command(file, "topics", "create");
        assertThat(created.output()).contains("created " + Topics.EVENTS);
        Settings settings = Settings.load(file, Map.of(), Map.of(), Sections.ALL);
        try (Pipeline ingest = Pipeline.start(
                EnumSet.of(RoleKind.INGEST), settings, new KafkaConnection(settings.kafka()), Vertx.vertx())) {
            assertThat(ingest.awaitReady(PATIENCE)).as("%s", ingest.notReady()).isTrue();
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(
                                            "http://127.0.0.1:" + ingest.port() + "/v1/tenants/default/events"))
                                    .header("Authorization", "Bearer " + KEY)
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(
                                            "{\"type\":\"order.created\",\"data\":{\"n\":1}}"))
                                    .timeout(PATIENCE)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        }
        assertThat(broker.records(Topics.EVENTS)).hasSize(1);
    }

    private Path settings(TestBroker broker, String name, String login) throws IOException {
        return Files.writeString(
                folder.resolve(name + ".yaml"), """
                http: { host: 127.0.0.1, port: 0 }
                process: { instance-id: a }
                access: { key: %s }
                topics: { replication-factor: 1, event-partitions: 1, delivery-partitions: 1, retry-tiers: "1s" }
                kafka:
                  bootstrap.servers: %s
                %s""".formatted(KEY, broker.securedBootstrapServers(), login));
    }

    private record Ended(int code, String output) {}

    private Ended topicsCheck(Path file) {
        return command(file, "topics", "check");
    }

    private Ended command(Path file, String... args) {
        StringWriter out = new StringWriter();
        Shell shell = new Shell(
                Map.of("FANFARE_CONFIG", file.toString()),
                folder,
                null,
                "fanfare",
                new ByteArrayInputStream(new byte[0]),
                new PrintWriter(out, true),
                new PrintWriter(out, true),
                false,
                false,
                100);
        int code = FanfareCommand.run(FanfareCommand.commandLine(shell), shell, args);
        return new Ended(code, out.toString());
    }
}
