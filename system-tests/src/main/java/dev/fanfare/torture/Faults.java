package dev.fanfare.torture;

import dev.fanfare.cli.process.RoleKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Does what a {@link FaultKind} says, to somebody whom chance picks, and undoes it. Thread-safe, as its parts are. */
final class Faults {
    /** By which a role's clock may be wrong. */
    static final Duration MOST_SKEW = Duration.ofHours(1);

    private static final Duration RECOVERY = Duration.ofSeconds(30);
    private static final Duration STORM_STEP = Duration.ofMillis(500);

    private final Cluster cluster;
    private final List<RolePlace> roles;
    private final RolePlace spareRouter;
    private final Path keyset;
    private final Endpoints endpoints;
    private final Subscribers subscribers;
    private final String groupProtocol;
    private final FaultLog log;
    private final Growth growth;

    /**
     * Nobody is struck yet.
     *
     * @param spareRouter   comes and goes; nothing runs there
     * @param keyset        the file in which all roles have it
     * @param groupProtocol by which members join groups
     * @param log           is told who ended in order when it was told to
     */
    Faults(
            Cluster cluster,
            List<RolePlace> roles,
            RolePlace spareRouter,
            Path keyset,
            Endpoints endpoints,
            Subscribers subscribers,
            String groupProtocol,
            FaultLog log) {
        this.cluster = cluster;
        this.roles = roles;
        this.spareRouter = spareRouter;
        this.keyset = keyset;
        this.endpoints = endpoints;
        this.subscribers = subscribers;
        this.groupProtocol = groupProtocol;
        this.log = log;
        this.growth = new Growth(cluster.clientConfig());
    }

    /**
     * Breaks it, waits, mends it; returns whom it struck. All chance is in {@code random}. Brokers come to themselves before
     * it returns, or the next fault of theirs would find nothing that works; of roles every other one does.
     */
    String strike(FaultKind kind, Random random, Duration hold) {
        return switch (kind.side()) {
            case ROLES -> strikeRole(kind, random, hold);
            case BROKERS -> strikeBroker(kind, random, hold);
            case ENDPOINTS -> strikeEndpoint(kind, random, hold);
        };
    }

    private String strikeRole(FaultKind kind, Random random, Duration hold) {
        RolePlace role = roles.get(random.nextInt(roles.size()));
        String struck = role.name();
        switch (kind) {
            case ROLE_KILLED -> {
                role.kill();
                Waiting.rest(hold);
                struck = startAgain(role, random);
            }
            case ROLES_KILLED_IN_TURN -> struck = killInTurn(random, hold);
            case ROLE_RESTARTED -> {
                boolean inOrder = stop(role);
                Waiting.rest(hold);
                struck = startAgain(role, random) + (inOrder ? "" : ", which did not end in order");
            }
            case ROLES_KILLED_AT_ONCE -> struck = killAtOnce(random, hold);
            case ROLE_FROZEN -> role.freeze(hold);
            case ROLES_FROZEN_AT_ONCE -> struck = freezeAtOnce(random, hold);
            case ROLE_DISK_FULL ->
                struck += role.fillDisk(hold) ? "" : ", whose disk could not be filled: is there a prlimit?";
            case ROLE_CLOCK_SET -> {
                long aheadMillis = random.nextBoolean() ? MOST_SKEW.toMillis() : -MOST_SKEW.toMillis();
                role.stepClock(aheadMillis, hold);
                struck += ", its clock " + Duration.ofMillis(aheadMillis) + " ahead, and right again";
            }
            case ROLE_CUT_OFF -> {
                role.link().cut();
                Waiting.rest(hold);
                role.link().heal();
            }
            case ROLE_UNHEARD -> {
                role.link().silence();
                Waiting.rest(hold);
                role.link().heal();
            }
            case REBALANCE_STORM -> struck = new GroupStorm(cluster.clientConfig(), groupProtocol).rage(hold, random);
            case ROUTER_STORM -> struck = routerStorm(random, hold);
            case ROLES_SWAPPED -> struck = swap(hold);
            case ROLE_DOUBLED -> {
                struck += role.doubleFor(hold) ? "" : ", whose twin was not there to the end";
                if (role.kind() == RoleKind.DISPATCHER) {
                    // of two dispatchers the first one stops, and asks for this
                    restart(role);
                }
                recover(role::isReady);
            }
            case PARTITIONS_GROWN -> struck = grow(hold);
            case KEYSET_LOST -> {
                List<RolePlace> openers = roles.stream()
                        .filter(each -> each.kind() == RoleKind.CONTROL || each.kind() == RoleKind.DISPATCHER)
                        .toList();
                RolePlace opener = openers.get(random.nextInt(openers.size()));
                struck = opener.name()
                        + new LostFile(keyset).loseFor(hold, random.nextBoolean(), () -> startInVain(opener));
                recover(opener::isReady);
            }
            default -> throw new IllegalArgumentException(kind + " is no role's fault");
        }
        if (random.nextBoolean()) {
            recover(role::isReady);
        }
        return struck;
    }

    /** Tells it to end, and waits for that; false where it did not end in order. */
    private boolean stop(RolePlace role) {
        long fromMillis = System.currentTimeMillis();
        boolean inOrder = role.stop();
        log.add(new FaultLog.Stop(role.name(), fromMillis, System.currentTimeMillis(), inOrder));
        return inOrder;
    }

    /** As an upgrade does, where nothing is broken: it ends in order, and is back. */
    void restart(RolePlace role) {
        stop(role);
        role.start(0);
        recover(role::isReady);
    }

    /** Kills it, and has it started until it has ended by itself. */
    private static void startInVain(RolePlace role) {
        int before = role.endedByItself();
        role.kill();
        role.start(0);
        recover(() -> role.endedByItself() > before);
    }

    private static void recover(BooleanSupplier recovered) {
        long deadline = System.nanoTime() + RECOVERY.toNanos();
        while (!recovered.getAsBoolean() && System.nanoTime() < deadline) {
            Waiting.rest(Duration.ofMillis(200));
        }
    }

    /** Starts it with a clock that is right or an hour off; returns who it is, and what its clock says. */
    private static String startAgain(RolePlace role, Random random) {
        long skewMillis =
                switch (random.nextInt(4)) {
                    case 0 -> MOST_SKEW.toMillis();
                    case 1 -> -MOST_SKEW.toMillis();
                    default -> 0;
                };
        role.start(skewMillis);
        return role.name() + (skewMillis == 0 ? "" : " (its clock then " + Duration.ofMillis(skewMillis) + " ahead)");
    }

    /** Every role, one soon after the other; it is over when all are back. */
    private String killInTurn(Random random, Duration hold) {
        List<RolePlace> order = new ArrayList<>(roles);
        Collections.shuffle(order, random);
        List<String> killed = new ArrayList<>();
        for (RolePlace role : order) {
            role.kill();
            killed.add(startAgain(role, random));
            Waiting.rest(hold.dividedBy(order.size()));
        }
        recover(() -> order.stream().allMatch(RolePlace::isReady));
        return String.join(", ", killed);
    }

    /** Two at least. */
    private List<RolePlace> several(Random random) {
        List<RolePlace> order = new ArrayList<>(roles);
        Collections.shuffle(order, random);
        return order.subList(0, random.nextInt(2, order.size() + 1));
    }

    private static String names(List<RolePlace> places) {
        return places.stream().map(RolePlace::name).collect(Collectors.joining(", "));
    }

    private String killAtOnce(Random random, Duration hold) {
        List<RolePlace> killed = several(random);
        killed.parallelStream().forEach(RolePlace::kill);
        Waiting.rest(hold);
        killed.forEach(role -> role.start(0));
        return names(killed);
    }

    private String freezeAtOnce(Random random, Duration hold) {
        List<RolePlace> frozen = several(random);
        List<Thread> each = frozen.stream()
                .map(role -> new Thread(() -> role.freeze(hold), "freeze-" + role.name()))
                .toList();
        each.forEach(Thread::start);
        each.forEach(Waiting::join);
        return names(frozen);
    }

    /** Every role, one after the other, ends in order and comes back in the other version; and then all of them back again. */
    private String swap(Duration hold) {
        List<String> swapped = new ArrayList<>();
        for (String way : List.of("there", "back")) {
            for (RolePlace role : roles) {
                stop(role);
                role.startOther();
                recover(role::isReady);
                Waiting.rest(hold);
            }
            swapped.add("all " + way);
        }
        return String.join(", ", swapped);
    }

    /** As {@code docs/operating/upgrading.md} has it: topics, one command after the other; the setting; routers. */
    private String grow(Duration hold) {
        int partitions = growth.next();
        for (String topic : Growth.TOPICS) {
            growth.grow(topic, partitions);
            Waiting.rest(hold.dividedBy(Growth.TOPICS.size()));
        }
        Stream.concat(roles.stream(), Stream.of(spareRouter))
                .forEach(role -> role.set(Growth.SETTING, Integer.toString(partitions)));
        roles.stream().filter(role -> role.kind() == RoleKind.ROUTER).forEach(this::restart);
        return "events, to " + partitions;
    }

    /** A router that joins, is given partitions and state, and goes as soon as it is ready, told to or killed. */
    private String routerStorm(Random random, Duration hold) {
        long deadline = System.nanoTime() + hold.toNanos();
        int joined = 0;
        do {
            spareRouter.start(0);
            recover(spareRouter::isReady);
            Waiting.rest(Duration.ofMillis(random.nextLong(STORM_STEP.toMillis())));
            if (random.nextBoolean()) {
                spareRouter.kill();
            } else {
                spareRouter.stop();
            }
            joined++;
        } while (System.nanoTime() < deadline && !Thread.currentThread().isInterrupted());
        return spareRouter.name() + ", " + joined + " times";
    }

    private String strikeBroker(FaultKind kind, Random random, Duration hold) {
        Cluster.Broker broker = cluster.brokers().get(random.nextInt(Cluster.SIZE));
        String struck = "broker " + (cluster.brokers().indexOf(broker) + 1);
        switch (kind) {
            case BROKER_KILLED -> {
                broker.kill();
                Waiting.rest(hold);
                broker.startAgain();
            }
            case BROKER_RESTARTED -> {
                if (!broker.stop()) {
                    struck += ", which did not end when it was told to";
                }
                Waiting.rest(hold);
                broker.startAgain();
            }
            case BROKER_FROZEN -> broker.freeze(hold);
            case BROKER_SLOW -> broker.slowDown(hold);
            case BROKER_DISK_FULL -> {
                if (!broker.fillDisk(hold)) {
                    struck += ", whose disk could not be filled: is there a prlimit?";
                }
            }
            case BROKER_DISK_LOST -> {
                // what two copies hold is accepted: of those that can't be sure of another one none is taken away
                boolean whole = cluster.awaitWhole(RECOVERY);
                broker.kill();
                if (whole) {
                    broker.loseDisk();
                } else {
                    struck += ", which keeps its disk: not all of it was elsewhere";
                }
                Waiting.rest(hold);
                broker.startAgain();
            }
            case TOPIC_NARROWED -> {
                struck = new Limits(cluster.clientConfig()).narrowFor(hold, random);
                struck += subscribers.replay("--reason=too-large")
                        ? ""
                        : ", and what was too large for it could not be replayed";
            }
            case LEADERS_MOVED -> struck = new Leaders(cluster.clientConfig()).moveFor(hold, random);
            case ALL_BROKERS_DOWN -> {
                cluster.brokers().forEach(Cluster.Broker::kill);
                Waiting.rest(hold);
                cluster.brokers().forEach(Cluster.Broker::startAgain);
                struck = "all brokers";
            }
            case ALL_BROKERS_FROZEN -> {
                cluster.freezeAll(hold);
                struck = "all brokers";
            }
            default -> throw new IllegalArgumentException(kind + " is no broker's fault");
        }
        if (!cluster.awaitWhole(RECOVERY)) {
            struck += ", which did not catch up within " + RECOVERY.toSeconds() + " s";
        }
        return struck;
    }

    private String strikeEndpoint(FaultKind kind, Random random, Duration hold) {
        Endpoints.Endpoint endpoint =
                endpoints.all().get(random.nextInt(endpoints.all().size()));
        EndpointMode[] modes = EndpointMode.values();
        EndpointMode mode = modes[1 + random.nextInt(modes.length - 1)];
        String struck = endpoint.name();
        switch (kind) {
            case ENDPOINT_FLAPPING -> {
                for (long left = hold.toMillis(); left > 0; left -= 500) {
                    endpoint.become(left / 500 % 2 == 0 ? EndpointMode.FAILING : EndpointMode.WELL);
                    Waiting.rest(Duration.ofMillis(500));
                }
                endpoint.become(EndpointMode.WELL);
            }
            case ENDPOINT_MISBEHAVING -> {
                endpoint.become(mode);
                Waiting.rest(hold);
                endpoint.become(EndpointMode.WELL);
                struck += ", " + mode;
            }
            case ENDPOINT_CUT_OFF -> {
                endpoint.relay().cut();
                Waiting.rest(hold);
                endpoint.relay().heal();
            }
            case ENDPOINT_UNHEARD -> {
                endpoint.relay().silence();
                Waiting.rest(hold);
                endpoint.relay().heal();
            }
            case ENDPOINT_MOVED -> {
                struck += ", " + endpoints.move(endpoint);
                Waiting.rest(hold);
            }
            case SUBSCRIPTION_PAUSED -> {
                if (!subscribers.turn(endpoint.name(), "pause")) {
                    struck += ", which the control plane could not take";
                }
                Waiting.rest(hold);
                if (!subscribers.turn(endpoint.name(), "resume")) {
                    throw new IllegalStateException(endpoint.name() + " can't be resumed");
                }
            }
            case SUBSCRIPTION_MADE_ANEW -> {
                if (!subscribers.makeAnew(endpoint, endpoints, hold)) {
                    throw new IllegalStateException(endpoint.name() + " can't be made anew");
                }
            }
            case SUBSCRIPTION_CHANGED -> struck += ", " + subscribers.change(endpoint, endpoints, hold) + " times";
            case DEAD_LETTERS_REPLAYED -> {
                endpoint.become(EndpointMode.REJECTING);
                Waiting.rest(hold);
                endpoint.become(EndpointMode.WELL);
                struck += subscribers.replay("--subscription=" + endpoint.name())
                        ? ""
                        : ", whose dead letters could not be replayed";
            }
            default -> throw new IllegalArgumentException(kind + " is no endpoint's fault");
        }
        return struck;
    }
}
