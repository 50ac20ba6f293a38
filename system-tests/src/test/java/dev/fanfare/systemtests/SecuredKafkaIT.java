package dev.fanfare.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cli.FanfareCommand;
import dev.fanfare.cli.cluster.Sections;
import dev.fanfare.cli.process.Pipeline;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.deadletter.AuditTail;
import dev.fanfare.control.deadletter.DeadLetterDesk;
import dev.fanfare.control.pipeline.Backlog;
import dev.fanfare.retry.dead.DeadLetter;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.RunListener;
import dev.fanfare.retry.run.RunBook;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.ClientKeys;
import dev.fanfare.testkit.FaultyReceiver;
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
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster as a platform team has it: TLS with a certificate that only it knows and that it wants to see of clients too, SCRAM, and an
 * authorizer with nothing but the rules of {@code deploy/kafka/users.yaml}. Every role is a user, and gets there by
 * settings alone.
 */
class SecuredKafkaIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String PASSWORD = "not-secret";
    private static final String KEY = "secured-key";
    private static final String TENANT = "/v1/tenants/default";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private final Map<RoleKind, Pipeline> pipelines = new EnumMap<>(RoleKind.class);
    private final FaultyReceiver receiver = FaultyReceiver.start();
    private AccessRules rules;
    private Path keys;
    private Path authority;
    private Path keyset;
    private TestBroker broker;

    @BeforeEach
    void startBroker() throws Exception {
        // one certificate for both ends, so that the test needn't wait for Java's keytool more often
        ClientKeys made = ClientKeys.make("kafka", "EC", folder);
        authority = Files.writeString(folder.resolve("ca.pem"), made.certificatePem());
        keys = Files.writeString(folder.resolve("keys.pem"), made.privateKeyPem() + made.certificatePem());
        keyset = folder.resolve("keyset.json");
        KeysetFile.create(keyset);
        rules = AccessRules.read();
        String listener = "listener.name.secured.";
        broker = TestBroker.secured(
                "SASL_SSL",
                Map.ofEntries(
                        Map.entry("authorizer.class.name", RecordingAuthorizer.class.getName()),
                        Map.entry("super.users", "User:ANONYMOUS"), // of the first listener: ours
                        Map.entry(listener + "sasl.enabled.mechanisms", "SCRAM-SHA-512"),
                        Map.entry(
                                listener + "scram-sha-512.sasl.jaas.config",
                                "org.apache.kafka.common.security.scram.ScramLoginModule required;"),
                        Map.entry(listener + "ssl.client.auth", "required"),
                        Map.entry(listener + "ssl.keystore.type", "PEM"),
                        Map.entry(listener + "ssl.keystore.location", keys.toString()),
                        Map.entry(listener + "ssl.truststore.type", "PEM"),
                        Map.entry(listener + "ssl.truststore.location", authority.toString())));
        Set<String> users = new TreeSet<>();
        rules.all().forEach(rule -> users.add(rule.entry().principal().substring("User:".length())));
        List<UserScramCredentialAlteration> credentials = new ArrayList<>();
        users.forEach(user -> credentials.add(new UserScramCredentialUpsertion(
                user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096), PASSWORD)));
        broker.admin().alterUserScramCredentials(credentials).all().get();
        broker.admin().createAcls(rules.all()).all().get();
    }

    @AfterEach
    void stop() {
        List<RoleKind> backwards = new ArrayList<>(pipelines.keySet());
        Collections.reverse(backwards);
        backwards.forEach(kind -> pipelines.get(kind).close());
        receiver.close();
        broker.close();
    }

    @Test
    void everyRoleDoesItsWorkWithItsOwnRulesAndNoneOfThemIsNeedless() throws Exception {
        assertThat(operator("topics", "create")).contains("created fanfare.events");
        EnumSet.allOf(RoleKind.class).forEach(kind -> start(kind, "a"));
        pipelines.forEach((kind, pipeline) -> assertThat(pipeline.awaitReady(PATIENCE))
                .as("%s: %s", kind, pipeline.notReady())
                .isTrue());

        receiver.on("/gone", Answer.status(410))
                .on("/flaky", Answer.status(503), Answer.status(204))
                .on("/held", Answer.status(204));
        assertThat(apply()).contains("+ event-type order.created", "+ subscription held", "Changed 5");
        assertThat(apply()).contains("Changed 0, as declared already: 5");
        request(RoleKind.CONTROL, "POST", "/subscriptions/held/pause", "");
        Instant before = Instant.now();
        send("first");
        awaitRequests("/fine", 1);
        awaitRequests("/gone", 1);
        awaitRequests("/flaky", 2); // through both tiers
        await("the one whose endpoint is gone is disabled").atMost(PATIENCE).until(() -> request(
                        RoleKind.CONTROL, "GET", "/subscriptions/gone", "")
                .contains("\"disabled\""));
        await("one is parked").atMost(PATIENCE).until(() -> !broker.records(Topics.PARKED)
                .isEmpty());
        request(RoleKind.CONTROL, "POST", "/subscriptions/held/resume", "");
        awaitRequests("/held", 1);
        request(RoleKind.CONTROL, "POST", "/subscriptions/fine/test", "");
        awaitRequests("/fine", 2);
        request(RoleKind.CONTROL, "POST", "/subscriptions/fine/replay", "{\"since\":\"" + before + "\"}");
        awaitRequests("/fine", 3);
        assertThat(request(RoleKind.CONTROL, "GET", "/events/first", "")).contains("order.created");
        assertThat(operator("trace", "first", "--from-topics")).contains("order.created");

        for (String topic : List.of(Topics.EVENTS, Topics.FANOUT, "fanfare.retry.1s")) {
            broker.send(new ProducerRecord<>(topic, "k".getBytes(UTF_8), "what is this".getBytes(UTF_8)));
        }
        awaitDeadLettersFrom(Topics.EVENTS, Topics.FANOUT, "fanfare.retry.1s");
        replayInTheConsole();
        awaitDeadLettersFrom(Topics.EVENTS, Topics.FANOUT, Topics.DELIVERIES);
        replayWithTheCommand();

        // a router on another machine: it makes its store again from the changelog
        pipelines.remove(RoleKind.ROUTER).close();
        start(RoleKind.ROUTER, "b");
        send("second");
        awaitRequests("/held", 2);

        await("every rule has been needed").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        rules.needless(RecordingAuthorizer.allowed()))
                .as("rules without which all would be allowed the same")
                .isEmpty());
        assertThat(RecordingAuthorizer.denied()).as("what was refused").isEmpty();
    }

    private void start(RoleKind kind, String instance) {
        Settings settings = settings(kind.text(), instance);
        Pipeline pipeline =
                Pipeline.start(EnumSet.of(kind), settings, new KafkaConnection(settings.kafka()), Vertx.vertx());
        pipelines.put(kind, pipeline);
    }

    private Settings settings(String user, String instance) {
        return Settings.load(file(user, instance), Map.of(), Map.of(), Sections.ALL);
    }

    /** As the documentation has it. */
    private Path file(String user, String instance) {
        String yaml = """
                kafka:
                  bootstrap.servers: %s
                  security.protocol: SASL_SSL
                  sasl.mechanism: SCRAM-SHA-512
                  sasl.jaas.config: org.apache.kafka.common.security.scram.ScramLoginModule required username="fanfare-%s" password="%s";
                  ssl.truststore.type: PEM
                  ssl.truststore.location: %s
                  ssl.keystore.type: PEM
                  ssl.keystore.location: %s
                http: { host: 127.0.0.1, port: 0 }
                process: { instance-id: %s }
                access: { key: %s }
                secrets: { keyset-file: %s }
                topics: { replication-factor: 1, event-partitions: 1, delivery-partitions: 1, retry-tiers: "1s,2s" }
                router: { state-dir: %s, fanout-chunk: 1 }
                control: { state-dir: %s }
                dispatcher: { allow-loopback: true }
                """.formatted(
                        broker.securedBootstrapServers(),
                        user,
                        PASSWORD,
                        authority,
                        keys,
                        instance,
                        KEY,
                        keyset,
                        folder.resolve("router-" + instance),
                        folder.resolve("control"));
        try {
            return Files.writeString(folder.resolve(user + "-" + instance + ".yaml"), yaml);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Declares an event type, and a subscription for each path. */
    private String apply() throws IOException {
        StringBuilder yaml = new StringBuilder("kind: event-type\nname: order.created\nschema: { type: object }\n");
        for (String id : List.of("fine", "gone", "flaky", "held")) {
            yaml.append("""
                    ---
                    kind: subscription
                    id: %s
                    url: %s
                    eventTypes: [order.*]
                    retry: { schedule: [3s] }
                    """.formatted(id, receiver.url("/" + id)));
        }
        Path declared = Files.writeString(folder.resolve("declared.yaml"), yaml);
        String control = "http://127.0.0.1:" + pipelines.get(RoleKind.CONTROL).port();
        return operator("apply", "-f", declared.toString(), "--api-url", control, "--key", KEY);
    }

    private void send(String id) throws Exception {
        request(
                RoleKind.INGEST,
                "POST",
                "/events",
                "{\"id\":\"%s\",\"type\":\"order.created\",\"data\":{\"n\":1}}".formatted(id));
    }

    private String request(RoleKind kind, String method, String path, String body) throws Exception {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + pipelines.get(kind).port() + TENANT + path))
                        .header("Authorization", "Bearer " + KEY)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode())
                .as("%s %s: %s", method, path, response.body())
                .isBetween(200, 299);
        return response.body();
    }

    private void awaitRequests(String path, int count) {
        await(count + " requests to " + path)
                .atMost(PATIENCE)
                .until(() -> receiver.requests(path).size() >= count);
    }

    private void awaitDeadLettersFrom(String... topics) {
        DeadLetters letters = new DeadLetters(KafkaConnection.to(broker.bootstrapServers()));
        await("dead letters").atMost(PATIENCE).untilAsserted(() -> {
            Set<String> origins = new TreeSet<>();
            letters.list(DeadLetterFilter.ALL, RunListener.SILENT, letter -> origins.add(originTopic(letter)));
            assertThat(origins).contains(topics);
        });
    }

    private static String originTopic(DeadLetter letter) {
        String origin = letter.origin();
        return origin == null ? "" : origin.substring(0, origin.indexOf('/'));
    }

    /** By what the console's buttons, its overview and its audit page call, as the control plane's user. */
    private void replayInTheConsole() {
        Settings settings = settings("control", "desk");
        KafkaConnection control = new KafkaConnection(settings.kafka());
        try (Backlog backlog = new Backlog(
                control, TopicSettings.layout(settings.section(TopicSettings.class)), Clock.systemUTC(), "backlog")) {
            await("the backlog is counted").atMost(PATIENCE).until(() -> backlog.latest() != null);
        }
        try (DeadLetterDesk desk = new DeadLetterDesk(control, Clock.systemUTC(), new SecureRandom(), "desk")) {
            Run begun = desk.begin(
                    DeadLetterDesk.Action.REPLAY,
                    DeadLetterFilter.ALL,
                    "mended",
                    new Actor("User:somebody", null, null));
            RunBook book = new RunBook(control);
            await("the replay is done").atMost(PATIENCE).until(() -> book.find(begun.id())
                    .filter(run -> run.state() == Run.State.DONE)
                    .isPresent());
        }
        assertThat(new AuditTail(control, "audit").of("default", true, 100)).isNotEmpty();
    }

    private void replayWithTheCommand() {
        String file = folder.resolve("letters.jsonl").toString();
        operator("dlq", "export", "--file", file);
        assertThat(operator("dlq", "discard", "--all", "--yes", "--because=a try"))
                .contains("Discarded");
        assertThat(operator("dlq", "import", file, "--yes")).contains("mported");
        assertThat(operator("dlq", "replay", "--all", "--yes")).contains("Replayed");
    }

    /** Runs the command as the operator's user. */
    private String operator(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Shell shell = new Shell(
                Map.of("FANFARE_CONFIG", file("operator", "desk").toString()),
                folder,
                null,
                "fanfare",
                new ByteArrayInputStream(new byte[0]),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                false,
                false,
                100);
        int code = FanfareCommand.run(FanfareCommand.commandLine(shell), shell, args);
        assertThat(code).as("%s%s", out, err).isZero();
        return out.toString();
    }
}
