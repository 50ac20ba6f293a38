package dev.fanfare.benchmarks.pipeline;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.GcLog;
import dev.fanfare.benchmarks.run.Loopback;
import dev.fanfare.benchmarks.run.Pause;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.TopicSetup;
import dev.fanfare.runtime.secret.KeysetFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Every role as a process of its own, with the options of Java that {@code ./fanfare} gives it. Ends when it is closed.
 * Confined to one thread.
 */
final class OwnFanfare implements AutoCloseable {
    static final int PARTITIONS = 6;

    private static final String ROLE_MAIN = "dev.fanfare.standalone.Main";
    private static final String KEY = "benchmark";
    private static final String TENANT = "bench";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final List<String> JAVA = List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx512m", "-XX:-UsePerfData");
    private static final List<String> DISPATCHER_JAVA =
            List.of("-XX:NewRatio=1", "-XX:SurvivorRatio=3", "-XX:MaxInlineLevel=9");

    private final String bootstrapServers;
    private final int replicas;
    private final Path folder;
    private final Map<String, String> settings;
    private final Admin admin;
    private final Map<RoleKind, Integer> ports = new LinkedHashMap<>();
    private final Map<String, Child> roles = new LinkedHashMap<>();

    private OwnFanfare(String bootstrapServers, int replicas, Path folder, Map<String, String> settings) {
        this.bootstrapServers = bootstrapServers;
        this.replicas = replicas;
        this.folder = folder;
        this.settings = settings;
        this.admin = KafkaConnection.to(bootstrapServers).admin("benchmark-admin");
    }

    /**
     * Starts all roles on a cluster that has no Fanfare yet, and waits until they are ready.
     *
     * @param replicas of each topic
     * @param settings of all roles, beyond what is needed
     */
    static OwnFanfare start(String bootstrapServers, int replicas, Path folder, Map<String, String> settings)
            throws IOException {
        OwnFanfare fanfare = new OwnFanfare(bootstrapServers, replicas, folder, settings);
        try {
            new TopicSetup(fanfare.admin, PATIENCE)
                    .create(new TopicLayout(PARTITIONS, PARTITIONS, (short) replicas, Tier.DEFAULTS).specs());
            fanfare.refuseAnothers();
            KeysetFile.create(fanfare.keyset());
            for (RoleKind kind : RoleKind.values()) {
                fanfare.ports.put(kind, Loopback.freePort());
                fanfare.start(kind);
            }
            for (RoleKind kind : RoleKind.values()) {
                fanfare.awaitReady(kind);
            }
            return fanfare;
        } catch (IOException | RuntimeException e) {
            fanfare.close();
            throw e;
        }
    }

    /** Roles of ours would join the groups of a Fanfare that runs there, and couldn't open its secrets. */
    private void refuseAnothers() {
        if (end(Topics.SUBSCRIPTIONS, 1) > 0) {
            throw BenchmarkFailure.missing(
                    "there is a Fanfare on " + bootstrapServers + " already (" + Topics.SUBSCRIPTIONS
                            + " isn't empty): measure it with --api URL --key KEY, or use another cluster");
        }
    }

    private Path keyset() {
        return folder.resolve("keyset.json");
    }

    private void start(RoleKind kind) {
        List<String> java = new ArrayList<>(JAVA);
        if (kind == RoleKind.DISPATCHER) {
            java.addAll(DISPATCHER_JAVA);
        }
        java.add(GcLog.option(gcLog(kind.text())));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("http.host", "127.0.0.1");
        all.put("access.key", KEY);
        all.put("access.tenants", TENANT);
        all.put("secrets.keyset-file", keyset().toString());
        all.put("topics.replication-factor", Integer.toString(replicas));
        all.put("topics.event-partitions", Integer.toString(PARTITIONS));
        all.put("topics.delivery-partitions", Integer.toString(PARTITIONS));
        all.put("dispatcher.allow-loopback", "true");
        all.put("router.state-dir", folder.resolve("router-state").toString());
        all.put("control.state-dir", folder.resolve("control-state").toString());
        all.putAll(settings);
        List<String> arguments = new ArrayList<>(List.of(
                kind.text(),
                "--bootstrap-servers=" + bootstrapServers,
                "--instance-id=benchmark-" + kind.text(),
                "--port=" + ports.get(kind)));
        all.forEach((key, value) -> arguments.add("--set=" + key + "=" + value));
        roles.put(
                kind.text(),
                Child.java(
                        "the " + kind.text(),
                        folder.resolve(kind.text() + ".log"),
                        Child.ownClassPath(),
                        java,
                        ROLE_MAIN,
                        arguments));
    }

    private void awaitReady(RoleKind kind) {
        Child role = role(kind);
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (!isReady(kind)) {
            role.check();
            if (System.nanoTime() > deadline) {
                throw BenchmarkFailure.of(kind.text() + " does not become ready; see " + role.log());
            }
            Pause.millis(50);
        }
    }

    private boolean isReady(RoleKind kind) {
        try {
            HttpURLConnection asked = (HttpURLConnection)
                    base(kind).resolve("/health/ready").toURL().openConnection();
            asked.setConnectTimeout(1_000);
            asked.setReadTimeout(2_000);
            return asked.getResponseCode() == 200;
        } catch (IOException e) {
            return false; // not yet
        }
    }

    private URI base(RoleKind kind) {
        return URI.create("http://127.0.0.1:" + ports.get(kind));
    }

    private Child role(RoleKind kind) {
        Child role = roles.get(kind.text());
        if (role == null) {
            throw new IllegalStateException(kind + " was not started");
        }
        return role;
    }

    Target target() {
        return new Target(base(RoleKind.INGEST), base(RoleKind.CONTROL), KEY, TENANT);
    }

    /** By name. */
    Map<String, Child> roles() {
        return roles;
    }

    /** Where a role's JVM tells of its heap. */
    Path gcLog(String role) {
        return folder.resolve(role + ".gc");
    }

    void stopDispatcher() {
        Child dispatcher = role(RoleKind.DISPATCHER);
        dispatcher.stop();
        dispatcher.close();
    }

    void startDispatcher() {
        start(RoleKind.DISPATCHER);
    }

    /** How many deliveries were ever made, as far as offsets tell. */
    long deliveriesMade() {
        return end(Topics.DELIVERIES, PARTITIONS);
    }

    private long end(String topic, int partitions) {
        Map<TopicPartition, OffsetSpec> wanted = new LinkedHashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            wanted.put(new TopicPartition(topic, partition), OffsetSpec.latest());
        }
        return KafkaAnswer.await(admin.listOffsets(wanted).all(), PATIENCE, "looking at the end of " + topic)
                .values()
                .stream()
                .mapToLong(info -> info.offset())
                .sum();
    }

    @Override
    public void close() {
        roles.values().forEach(Child::close);
        admin.close(Duration.ZERO);
        try {
            Files.deleteIfExists(keyset());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
