package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Volume;
import dev.fanfare.runtime.secret.KeysetFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * The image as it is delivered, built here, in the containers that the documentation asks for: nobody in particular, no
 * capabilities, a root file system that can't be written to, 512 MiB. Skipped where no engine answers, or hasn't got the
 * images: a build pulls nothing by itself.
 *
 * <pre>
 * mvn -pl system-tests -am verify -Dit.test=RolesContainersIT …
 *     -Dkafka.image=apache/kafka:4.3.1 -Drouter.group-protocol=streams -Dgroup-protocol=consumer
 *     -Dimage.jdk=eclipse-temurin:17-jdk -Dimage.base=gcr.io/distroless/cc-debian12
 *     -Dfanfare.image=fanfare:0.1.0        (one that is there, such as Jib's, in place of one built here)
 * </pre>
 */
class RolesContainersIT {
    private static final String KAFKA =
            System.getProperty("kafka.image", "apache/kafka:" + System.getProperty("fanfare.kafka.version"));
    private static final String JDK = System.getProperty("image.jdk", "eclipse-temurin:17-jdk");
    private static final String BASE = System.getProperty("image.base", "gcr.io/distroless/cc-debian12");
    private static final String GROUP_PROTOCOL = System.getProperty("router.group-protocol", "streams");
    private static final String MEMBERS_PROTOCOL = System.getProperty("group-protocol", "consumer");
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String KEY = "container-key";
    private static final String KAFKA_INSIDE = "kafka:19092";

    @TempDir
    static Path folder;

    private static final List<GenericContainer<?>> ROLES = new ArrayList<>();
    private static Network network;
    private static KafkaContainer kafka;
    private static String image;

    @BeforeAll
    static void buildImageAndStartKafka() throws Exception {
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "skipped: no container engine answers");
        assumeThere(KAFKA);
        image = System.getProperty("fanfare.image");
        if (image == null) {
            image = build();
        } else {
            assumeThere(image);
        }
        KeysetFile.create(folder.resolve("keyset.json"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder.resolve("keyset.json"), PosixFilePermissions.fromString("rw-r--r--"));
        network = Network.builder()
                .createNetworkCmdModifier(create ->
                        create.withOptions(Map.of("com.docker.network.bridge.host_binding_ipv4", "127.0.0.1")))
                .build();
        kafka = new KafkaContainer(DockerImageName.parse(KAFKA).asCompatibleSubstituteFor("apache/kafka"))
                .withNetwork(network)
                .withListener(KAFKA_INSIDE)
                .withStartupTimeout(PATIENCE);
        kafka.start();
    }

    private static String build() {
        assumeThere(JDK);
        assumeThere(BASE);
        return new ImageFromDockerfile("localhost/fanfare-containers-it", false)
                .withFileFromPath("Dockerfile", DevProcess.ROOT.resolve("deploy/image/Dockerfile"))
                .withFileFromPath("lib", DevProcess.ROOT.resolve("standalone/target/fanfare/lib"))
                .withBuildArg("JDK", JDK)
                .withBuildArg("BASE", BASE)
                .get();
    }

    private static void assumeThere(String name) {
        boolean there;
        try {
            DockerClientFactory.instance().client().inspectImageCmd(name).exec();
            there = true;
        } catch (NotFoundException e) {
            there = false;
        }
        assumeTrue(there, "skipped: the engine hasn't got the image " + name + ": docker pull " + name);
    }

    @AfterAll
    static void stop() {
        Collections.reverse(ROLES);
        ROLES.forEach(GenericContainer::stop);
        if (kafka != null) {
            kafka.stop();
        }
        if (network != null) {
            network.close();
        }
    }

    @Test
    void everyRoleRunsInAContainerOfItsOwnAnEventGetsThroughAndAllStopInOrder() throws Exception {
        try (GenericContainer<?> topics = fanfare("topics", "create")
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(PATIENCE))) {
            topics.start();
            assertThat(topics.getLogs()).contains("created fanfare.events");
        }
        for (String name : List.of("control", "router", "dispatcher", "retry", "ingest")) {
            ROLES.add(role(name));
        }
        Startables.deepStart(ROLES).join();

        // beside the dispatcher, for a listener is on 127.0.0.1
        try (GenericContainer<?> listener = fanfare("listen", "--types=order.*", "--fail-first=1", "--count=2")
                .withNetworkMode("container:" + ROLES.get(2).getContainerId())
                .withNetwork(null)
                .waitingFor(Wait.forLogMessage(".*Listening on.*", 1).withStartupTimeout(PATIENCE))) {
            listener.start();
            send();
            await("the second attempt").atMost(PATIENCE).untilAsserted(() -> assertThat(listener.getLogs())
                    .contains("signature valid", "attempt 2"));
        }
        assertThat(ROLES)
                .allSatisfy(role ->
                        assertThat(exitCodeOfStopped(role)).as(role.getLogs()).isZero());
    }

    private static GenericContainer<?> role(String name) {
        return fanfare(name)
                .withNetworkAliases(name)
                .withExposedPorts(8080)
                .waitingFor(Wait.forHttp("/health/ready").forPort(8080).withStartupTimeout(PATIENCE));
    }

    private static GenericContainer<?> fanfare(String... command) {
        return new GenericContainer<>(DockerImageName.parse(image))
                .withNetwork(network)
                .withEnv("FANFARE_KAFKA_BOOTSTRAP_SERVERS", KAFKA_INSIDE)
                .withEnv("FANFARE_ACCESS_KEY", KEY)
                .withEnv("FANFARE_API_KEY", KEY)
                .withEnv("FANFARE_API_URL", "http://control:8080")
                .withEnv("FANFARE_HTTP_HOST", "0.0.0.0")
                .withEnv("FANFARE_SECRETS_KEYSET_FILE", "/etc/fanfare/keyset.json")
                .withEnv("FANFARE_TOPICS_REPLICATION_FACTOR", "1")
                .withEnv("FANFARE_TOPICS_RETRY_TIERS", "1s,2s")
                .withEnv("FANFARE_ROUTER_GROUP_PROTOCOL", GROUP_PROTOCOL)
                .withEnv("FANFARE_KAFKA_GROUP_PROTOCOL", MEMBERS_PROTOCOL)
                .withEnv("FANFARE_DISPATCHER_ALLOW_LOOPBACK", "true")
                .withTmpFs(Map.of("/tmp", "rw,exec,mode=1777"))
                .withCreateContainerCmdModifier(create -> create.getHostConfig()
                        // by hand: Testcontainers' own way looks first, with an image of its own, whether binds work
                        .withBinds(new Bind(
                                folder.resolve("keyset.json").toString(),
                                new Volume("/etc/fanfare/keyset.json"),
                                AccessMode.ro))
                        .withReadonlyRootfs(true)
                        .withCapDrop(Capability.ALL)
                        .withSecurityOpts(List.of("no-new-privileges"))
                        .withMemory(512L * 1024 * 1024))
                .withCommand(command);
    }

    private static void send() throws Exception {
        GenericContainer<?> ingest = ROLES.get(ROLES.size() - 1);
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + ingest.getHost() + ":"
                                        + ingest.getMappedPort(8080) + "/v1/tenants/default/events"))
                                .header("Authorization", "Bearer " + KEY)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"type\":\"order.created\",\"data\":{\"n\":1}}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    }

    /** As an orchestrator stops it: SIGTERM, and SIGKILL where that takes half a minute. */
    private static long exitCodeOfStopped(GenericContainer<?> role) {
        DockerClient engine = role.getDockerClient();
        engine.stopContainerCmd(role.getContainerId()).withTimeout(30).exec();
        return engine.inspectContainerCmd(role.getContainerId())
                .exec()
                .getState()
                .getExitCodeLong();
    }
}
