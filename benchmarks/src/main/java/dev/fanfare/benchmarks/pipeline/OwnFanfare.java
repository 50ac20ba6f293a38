package dev.fanfare.benchmarks.pipeline;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.DispatcherJava;
import dev.fanfare.benchmarks.run.GcLog;
import dev.fanfare.benchmarks.run.Loopback;
import dev.fanfare.benchmarks.run.Pause;
import dev.fanfare.benchmarks.run.TopicEnd;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
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
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;

/**
 * Every role as a process of its own, with the options of Java that {@code ./fanfare} gives it. Ends when it is closed.
 * Confined to one thread.
 */
final class OwnFanfare implements AutoCloseable {
    /** The name of the process that has all roles. */
    static final String ALL = "all";

    private static final String ROLE_MAIN = "dev.fanfare.standalone.Main";
    private static final String KEY = "benchmark";
    private static final String TENANT = "bench";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration READY_WITHIN = Duration.ofMinutes(3);
    private static final List<String> JAVA = List.of("-XX:+UseSerialGC", "-Xms64m");
    /** A dispatcher is in it. */
    private static final List<String> ONE_PROCESS_JAVA =
            DispatcherJava.list("-XX:+UseParallelGC -Xms64m " + DispatcherJava.TUNING);

    private final String bootstrapServers;
    private final Plan plan;
    private final Path folder;
    private final Admin admin;
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Map<String, Child> roles = new LinkedHashMap<>();

    /**
     * How it is to be.
     *
     * @param replicas         of each topic
     * @param partitions       of events, and of deliveries
     * @param oneProcess       all roles in one, with twice the heap of each of several
     * @param dispatchers      how many processes
     * @param dispatchersUnder the command that each is started by, in which {@code {n}} is its number; empty: none
     * @param settings         of all roles, beyond what is needed
     */
    record Plan(
            int replicas,
            int partitions,
            boolean oneProcess,
            int dispatchers,
            List<String> dispatchersUnder,
            Map<String, String> settings) {}

    private OwnFanfare(String bootstrapServers, Plan plan, Path folder) {
        this.bootstrapServers = bootstrapServers;
        this.plan = plan;
        this.folder = folder;
        this.admin = KafkaConnection.to(bootstrapServers).admin("benchmark-admin");
    }

    /** Starts all roles on a cluster that has no Fanfare yet, and waits until they are ready. */
    static OwnFanfare start(String bootstrapServers, Plan plan, Path folder) throws IOException {
        OwnFanfare fanfare = new OwnFanfare(bootstrapServers, plan, folder);
        try {
            new TopicSetup(fanfare.admin, PATIENCE)
                    .create(new TopicLayout(plan.partitions, plan.partitions, (short) plan.replicas, Tier.DEFAULTS)
                            .specs());
            fanfare.refuseAnothers();
            KeysetFile.create(fanfare.keyset());
            fanfare.startAll();
            fanfare.roles.keySet().forEach(fanfare::awaitReady);
            return fanfare;
        } catch (IOException | RuntimeException e) {
            fanfare.close();
            throw e;
        }
    }

    /** Roles of ours would join the groups of a Fanfare that runs there, and couldn't open its secrets. */
    private void refuseAnothers() {
        if (TopicEnd.of(admin, Topics.SUBSCRIPTIONS, 1) > 0) {
            throw BenchmarkFailure.missing(
                    "there is a Fanfare on " + bootstrapServers + " already (" + Topics.SUBSCRIPTIONS
                            + " isn't empty): measure it with --api URL --key KEY, or use another cluster");
        }
    }

    private Path keyset() {
        return folder.resolve("keyset.json");
    }

    private void startAll() {
        if (plan.oneProcess) {
            start(ALL, ONE_PROCESS_JAVA, List.of(), AllRoles.class.getName(), List.of());
            return;
        }
        for (RoleKind kind : RoleKind.values()) {
            names(kind).forEach(name -> start(kind, name));
        }
    }

    private List<String> names(RoleKind kind) {
        return kind == RoleKind.DISPATCHER
                ? IntStream.rangeClosed(1, plan.dispatchers)
                        .mapToObj(number -> kind.text() + "-" + number)
                        .toList()
                : List.of(kind.text());
    }

    private void start(RoleKind kind, String name) {
        boolean dispatcher = kind == RoleKind.DISPATCHER;
        start(
                name,
                dispatcher ? DispatcherJava.list(DispatcherJava.OPTIONS) : JAVA,
                dispatcher ? under(name) : List.of(),
                ROLE_MAIN,
                List.of(kind.text()));
    }

    private List<String> under(String dispatcher) {
        String number = dispatcher.substring(dispatcher.lastIndexOf('-') + 1);
        return plan.dispatchersUnder.stream()
                .map(word -> word.replace("{n}", number))
                .toList();
    }

    private void start(String name, List<String> java, List<String> under, String main, List<String> arguments) {
        List<String> command = new ArrayList<>(under);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:-UsePerfData");
        command.add(plan.oneProcess ? "-Xmx1g" : "-Xmx512m");
        command.addAll(java);
        command.add(GcLog.option(gcLog(name)));
        command.addAll(List.of("-cp", Child.ownClassPath(), main));
        command.addAll(arguments);
        settings(name).forEach((key, value) -> command.add("--set=" + key + "=" + value));
        roles.put(name, Child.start("the " + name, folder.resolve(name + ".log"), command));
    }

    private Map<String, String> settings(String name) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("kafka.bootstrap.servers", bootstrapServers);
        all.put("http.host", "127.0.0.1");
        all.put(
                "http.port",
                ports.computeIfAbsent(name, absent -> Loopback.freePort()).toString());
        all.put("process.instance-id", "benchmark-" + name);
        all.put("access.key", KEY);
        all.put("access.tenants", TENANT);
        all.put("control.max-subscriptions", "1000000"); // endpoints-100000 has more than anybody is given by default
        all.put("secrets.keyset-file", keyset().toString());
        all.put("topics.replication-factor", Integer.toString(plan.replicas));
        all.put("topics.event-partitions", Integer.toString(plan.partitions));
        all.put("topics.delivery-partitions", Integer.toString(plan.partitions));
        all.put("dispatcher.allow-loopback", "true");
        all.put("router.state-dir", folder.resolve("router-state").toString());
        all.put("control.state-dir", folder.resolve("control-state").toString());
        all.putAll(plan.settings);
        return all;
    }

    private void awaitReady(String name) {
        Child role = role(name);
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (!isReady(name)) {
            role.check();
            if (System.nanoTime() > deadline) {
                throw BenchmarkFailure.of(name + " does not become ready; see " + role.log());
            }
            Pause.millis(50);
        }
    }

    private boolean isReady(String name) {
        try {
            HttpURLConnection asked = (HttpURLConnection)
                    base(name).resolve("/health/ready").toURL().openConnection();
            asked.setConnectTimeout(1_000);
            asked.setReadTimeout(2_000);
            return asked.getResponseCode() == 200;
        } catch (IOException e) {
            return false; // not yet
        }
    }

    private URI base(String name) {
        return URI.create("http://127.0.0.1:" + ports.get(name));
    }

    private Child role(String name) {
        Child role = roles.get(name);
        if (role == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return role;
    }

    Target target() {
        return new Target(
                base(plan.oneProcess ? ALL : RoleKind.INGEST.text()),
                base(plan.oneProcess ? ALL : RoleKind.CONTROL.text()),
                KEY,
                TENANT);
    }

    /** By name. */
    Map<String, Child> roles() {
        return roles;
    }

    /** Where a role's JVM tells of its heap. */
    Path gcLog(String role) {
        return folder.resolve(role + ".gc");
    }

    void stopDispatchers() {
        for (String name : names(RoleKind.DISPATCHER)) {
            role(name).stop();
            role(name).close();
            roles.remove(name);
        }
    }

    void startDispatchers() {
        names(RoleKind.DISPATCHER).forEach(name -> start(RoleKind.DISPATCHER, name));
    }

    /** How many deliveries were ever made, as far as offsets tell. */
    long deliveriesMade() {
        return TopicEnd.of(admin, Topics.DELIVERIES, plan.partitions);
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
