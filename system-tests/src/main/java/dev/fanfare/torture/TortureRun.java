package dev.fanfare.torture;

import dev.fanfare.cli.log.LogSetup;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.DispatcherRole;
import dev.fanfare.retry.relay.TierRelay;
import dev.fanfare.runtime.kafka.TopicSetup;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.testkit.conservation.ClusterEvidence;
import dev.fanfare.testkit.conservation.Judgement;
import dev.fanfare.testkit.conservation.Oracle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run, from three empty brokers to the oracle's judgement.
 *
 * <pre>
 * brokers ─▶ topics ─▶ roles ─▶ subscriptions ─▶ events … ─▶ all acknowledged
 *                                                faults … ─▶ all mended ─▶ until nothing moves ─▶ oracle
 * </pre>
 *
 * Confined to one thread.
 */
public final class TortureRun {
    private static final Logger LOG = LoggerFactory.getLogger(TortureRun.class);

    private static final String KEY = "torture";
    private static final String TIERS = "1s,2s,5s";
    private static final int PARTITIONS = 4;
    private static final Duration START_WITHIN = Duration.ofMinutes(10);
    private static final long SUPERVISE_EVERY_MILLIS = 200;
    /** From when a request is accepted until nobody waits for its answer any more: subscriptions' time-out, and a little. */
    private static final long ANSWER_MILLIS = 5_000;
    /** At which events come in when all is well again. */
    private static final Duration CALM_PACE = Duration.ofMillis(40);

    /** Runs during storms only. */
    private static final String SPARE_ROUTER = "router-2";

    /** Who begins in the other version, where there is one. */
    private static final Set<String> OTHERS = Set.of(SPARE_ROUTER, "router-3", "dispatcher-2", "retry-2", "ingest-1");

    private static final Map<String, RoleKind> ROLES = new LinkedHashMap<>();

    static {
        ROLES.put("control", RoleKind.CONTROL);
        ROLES.put("router-1", RoleKind.ROUTER);
        ROLES.put("dispatcher-1", RoleKind.DISPATCHER);
        ROLES.put("dispatcher-2", RoleKind.DISPATCHER);
        ROLES.put("retry-1", RoleKind.RETRY);
        ROLES.put("ingest-1", RoleKind.INGEST);
    }

    private final TorturePlan plan;
    /** On brokers of somebody else's, roles may have to look up theirs. */
    private final Optional<Hosts> hosts;

    public TortureRun(TorturePlan plan) {
        this.plan = plan;
        this.hosts = plan.bootstrapServers().isPresent()
                ? Optional.empty()
                : Optional.of(new Hosts(plan.folder().resolve("hosts")));
    }

    static List<String> tierTopics() {
        return Tier.parseList(TIERS).stream().map(Tier::topic).toList();
    }

    /** The group that reads a topic. */
    static String groupOf(String topic) {
        return switch (topic) {
            case Topics.EVENTS -> "fanfare-router";
            case Topics.FANOUT -> "fanfare-fanout";
            case Topics.DELIVERIES -> DispatcherRole.GROUP;
            default -> TierRelay.GROUP;
        };
    }

    /** Does all of it. Whatever happens, no process is left. */
    public TortureReport run() throws IOException, InterruptedException {
        LogSetup.silenceKafka();
        Ports ports = new Ports();
        long begunAt = System.nanoTime();
        Path arrivals = plan.folder().resolve("arrivals");
        Optional<Borrowed> borrowed = plan.bootstrapServers().map(servers -> new Borrowed(clientConfig(servers)));
        Optional<Cluster> theirs = borrowed.map(Borrowed::asCluster);
        try (Cluster cluster = theirs.orElseGet(() -> Cluster.start(
                        plan.folder(), ports, names(), plan.versions().ofBrokers()));
                Endpoints endpoints = new Endpoints(arrivals, plan.endpoints(), hosts)) {
            LOG.info("brokers are up seconds={}", secondsSince(begunAt));
            Reach reach = Reach.of(cluster.clientConfig());
            createTopics(cluster);
            Path keyset = plan.folder().resolve("keyset.json");
            KeysetFile.create(keyset);
            RolePlace spareRouter = place(SPARE_ROUTER, RoleKind.ROUTER, cluster, ports, keyset);
            List<RolePlace> roles = startRoles(cluster, ports, keyset);
            ScheduledExecutorService supervisor = Executors.newSingleThreadScheduledExecutor();
            try {
                Subscribers subscribers =
                        new Subscribers(place(roles, "control").url(""), KEY, toReach(cluster), plan.folder());
                subscribers.create(endpoints);
                LOG.info("all is up seconds={}", secondsSince(begunAt));
                var unused = supervisor.scheduleWithFixedDelay(
                        () -> {
                            cluster.brokers().forEach(Cluster.Broker::supervise);
                            roles.forEach(RolePlace::supervise);
                        },
                        SUPERVISE_EVERY_MILLIS,
                        SUPERVISE_EVERY_MILLIS,
                        TimeUnit.MILLISECONDS);
                FaultLog log = new FaultLog();
                try (Rebalances watched = Rebalances.watch(cluster.clientConfig(), log)) {
                    return torture(
                            cluster, roles, spareRouter, keyset, endpoints, subscribers, arrivals, log, reach, begunAt);
                }
            } finally {
                spareRouter.kill();
                supervisor.shutdownNow();
                supervisor.awaitTermination(10, TimeUnit.SECONDS);
                roles.forEach(RolePlace::kill);
            }
        } finally {
            borrowed.ifPresent(Borrowed::clear);
        }
    }

    private Map<String, Object> clientConfig(String bootstrapServers) {
        Map<String, Object> config = plan.versions().clientSettings();
        config.put("bootstrap.servers", bootstrapServers);
        return config;
    }

    /** How the command reaches it. */
    private List<String> toReach(Cluster cluster) {
        return Stream.concat(
                        Stream.of("--bootstrap-servers=" + cluster.bootstrapServers()),
                        plan.versions().ofKafka().map(setting -> "--set=" + setting))
                .toList();
    }

    private TortureReport torture(
            Cluster cluster,
            List<RolePlace> roles,
            RolePlace spareRouter,
            Path keyset,
            Endpoints endpoints,
            Subscribers subscribers,
            Path arrivals,
            FaultLog log,
            Reach reach,
            long begunAt)
            throws InterruptedException {
        EventFeed feed = feed(0, cluster, roles);
        Thread feeding = new Thread(() -> feed.run(plan.events(), plan.duration()), "feed");
        feeding.start();
        Faults faults = new Faults(
                cluster,
                roles,
                spareRouter,
                keyset,
                endpoints,
                subscribers,
                plan.versions().groupProtocol(),
                log);
        List<Troublemaker> troublemakers = Arrays.stream(FaultKind.Side.values())
                .filter(side -> plan.kinds().stream().anyMatch(kind -> kind.side() == side))
                .map(side -> troublemaker(side, faults, log))
                .toList();
        troublemakers.forEach(troublemaker -> troublemaker.start(plan.duration()));
        for (Troublemaker troublemaker : troublemakers) {
            troublemaker.join();
        }
        endpoints.heal();
        feeding.join(plan.drain().toMillis());
        boolean fed = !feeding.isAlive();
        feeding.interrupt();
        LOG.info("no more faults seconds={} acknowledged={}", secondsSince(begunAt), feed.acknowledged());
        boolean drained = drain(cluster, roles) && fed;
        EventFeed calm = feed(plan.events(), cluster, roles);
        int unwellBefore = log.disturbances(0, 0).size();
        if (drained && plan.calm()) {
            drained = outOfReach(calm, roles, faults, log, reach) && drain(cluster, roles);
        }
        LOG.info("drained={} seconds={} arrivals={}", drained, secondsSince(begunAt), endpoints.arrivals());
        endpoints.flush();
        List<Timeline.Window> disturbances = log.disturbances(reach.beforeMillis(), reach.afterMillis());
        Judgement judgement = new Oracle(
                        Endpoints.TENANT, new SeenFaults(disturbances, log.endpointFaults(ANSWER_MILLIS)))
                .judge(new ClusterEvidence(
                        cluster.clientConfig(),
                        TortureRun::groupOf,
                        Subscribers.onTopic(cluster.clientConfig()),
                        witness -> {
                            feed.tell(witness);
                            calm.tell(witness);
                        },
                        arrivals));
        Map<String, Integer> endedByThemselves = new LinkedHashMap<>();
        roles.forEach(role -> endedByThemselves.put(role.name(), role.endedByItself()));
        return new TortureReport(
                plan.seed(),
                secondsSince(begunAt),
                feed.acknowledged() + calm.acknowledged(),
                calm.sent(),
                feed.repeated() + calm.repeated(),
                endpoints.arrivals(),
                log,
                endedByThemselves,
                drained,
                log.disturbances(0, 0).size() - unwellBefore,
                endpoints.timeline().within(disturbances),
                judgement);
    }

    private static EventFeed feed(int first, Cluster cluster, List<RolePlace> roles) {
        return new EventFeed(
                first,
                place(roles, "ingest-1").url("/v1/tenants/" + Endpoints.TENANT + "/events"),
                KEY,
                cluster.clientConfig());
    }

    /**
     * When all is well again, and out of reach of all that was broken, more events come in for as long as it takes to
     * restart every role as for an upgrade: none of them may come twice. False where they are not acknowledged in time.
     */
    private boolean outOfReach(EventFeed calm, List<RolePlace> roles, Faults faults, FaultLog log, Reach reach)
            throws InterruptedException {
        long endMillis = log.disturbances(reach.beforeMillis(), reach.afterMillis()).stream()
                .mapToLong(Timeline.Window::toMillis)
                .max()
                .orElse(0);
        Waiting.rest(Duration.ofMillis(Math.max(0, endMillis - System.currentTimeMillis())));
        AtomicBoolean restarted = new AtomicBoolean();
        Thread feeding = new Thread(() -> calm.runUntil(restarted::get, CALM_PACE), "calm-feed");
        feeding.start();
        roles.forEach(faults::restart);
        restarted.set(true);
        feeding.join(plan.drain().toMillis());
        boolean fed = !feeding.isAlive();
        feeding.interrupt();
        return fed;
    }

    private Troublemaker troublemaker(FaultKind.Side side, Faults faults, FaultLog log) {
        List<FaultKind> kinds = Arrays.stream(FaultKind.values())
                .filter(kind -> kind.side() == side && plan.kinds().contains(kind))
                .toList();
        return new Troublemaker(
                side.name(), kinds, faults::strike, log, plan.seed(), plan.longestHold(), plan.longestRest());
    }

    private boolean drain(Cluster cluster, List<RolePlace> roles) {
        try (Backlog backlog = new Backlog(cluster.clientConfig())) {
            cluster.awaitAll();
            Waiting.until(
                    "all roles ready and nothing under way",
                    plan.drain(),
                    () -> roles.stream().allMatch(RolePlace::isReady) && backlog.isEmpty());
            return true;
        } catch (IllegalStateException e) {
            LOG.error("it does not come to rest", e);
            return false;
        }
    }

    private static void createTopics(Cluster cluster) {
        TopicLayout layout = new TopicLayout(PARTITIONS, PARTITIONS, cluster.replicas(), Tier.parseList(TIERS));
        try (Admin admin = Admin.create(cluster.clientConfig())) {
            TopicSetup setup = new TopicSetup(admin, START_WITHIN);
            // a broker that a busy machine keeps from its heartbeat counts as away for a moment
            Waiting.until("the topics", START_WITHIN, () -> {
                setup.create(layout.specs());
                return true;
            });
        }
    }

    /** Beside an other build there are two of each role that works in a group, one of each version. */
    private Map<String, RoleKind> roles() {
        if (plan.versions().otherBuild().isEmpty()) {
            return ROLES;
        }
        Map<String, RoleKind> roles = new LinkedHashMap<>(ROLES);
        roles.put("router-3", RoleKind.ROUTER);
        roles.put("retry-2", RoleKind.RETRY);
        return roles;
    }

    private List<String> names() {
        return Stream.concat(roles().keySet().stream(), Stream.of(SPARE_ROUTER)).toList();
    }

    private RolePlace place(String name, RoleKind kind, Cluster cluster, Ports ports, Path keyset) {
        Optional<String> otherBuild = plan.versions().ofOtherBuild();
        return new RolePlace(
                name,
                kind,
                cluster.link(name),
                ports.next(),
                plan.folder(),
                settings(name, keyset, cluster.replicas()),
                hosts.map(Hosts::javaOption),
                otherBuild,
                otherBuild.isPresent() && OTHERS.contains(name));
    }

    private List<RolePlace> startRoles(Cluster cluster, Ports ports, Path keyset) {
        List<RolePlace> roles = new ArrayList<>();
        roles().forEach((name, kind) -> roles.add(place(name, kind, cluster, ports, keyset)));
        roles.forEach(role -> role.start(0));
        try {
            Waiting.until("all roles ready", START_WITHIN, () -> {
                roles.forEach(RolePlace::supervise);
                return roles.stream().allMatch(RolePlace::isReady);
            });
        } catch (IllegalStateException e) {
            roles.forEach(RolePlace::kill);
            throw e;
        }
        return roles;
    }

    private List<String> settings(String name, Path keyset, short replicas) {
        List<String> settings = new ArrayList<>(plan.versions().settings());
        settings.addAll(List.of(
                "access.key=" + KEY,
                "secrets.keyset-file=" + keyset,
                "topics.replication-factor=" + replicas,
                "topics.event-partitions=" + PARTITIONS,
                "topics.delivery-partitions=" + PARTITIONS,
                "topics.retry-tiers=" + TIERS,
                "dispatcher.allow-loopback=true",
                "dispatcher.dns-cache=2s",
                // an endpoint that is well again must not be left alone for minutes: the run ends then
                "dispatcher.breaker-first-rest=1s",
                "dispatcher.breaker-longest-rest=4s",
                "router.state-dir=" + RolePlace.state(plan.folder(), name),
                "control.state-dir=" + RolePlace.state(plan.folder(), name)));
        return settings;
    }

    private static RolePlace place(List<RolePlace> roles, String name) {
        return roles.stream()
                .filter(role -> role.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no " + name));
    }

    private static long secondsSince(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - nanos);
    }
}
