package dev.fanfare.benchmarks.pipeline;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What {@code fanfare bench} can be told. */
final class BenchOptions {
    @Option(names = "--list", description = "Say which scenarios there are.")
    boolean list;

    @Option(
            names = "--scenario",
            split = ",",
            paramLabel = "NAME,…",
            description = "Which; default: all but the largest.")
    private List<String> names = List.of();

    @Option(
            names = "--quick",
            description = "All of it small: whether it works, and the direction. Its figures are those of a cold JVM.")
    private boolean quick;

    @Option(names = "--seconds", paramLabel = "N", description = "Measured of each scenario. Default: 20.")
    private @Nullable Integer seconds;

    @Option(names = "--warm-up", paramLabel = "N", description = "Seconds before that. Default: 8.")
    private @Nullable Integer warmUp;

    @Option(names = "--endpoints", paramLabel = "N", description = "A multiple of 10. Default: 500.")
    private @Nullable Integer endpoints;

    @Option(names = "--window", paramLabel = "N", description = "Deliveries under way at once. Default: 10000.")
    private @Nullable Long window;

    @Option(names = "--backlog", paramLabel = "N", description = "Deliveries in drain. Default: 1000000.")
    private @Nullable Long backlog;

    @Option(
            names = "--requests",
            paramLabel = "N",
            description = "By which each limit of the machine is measured. Default: 250000.")
    private @Nullable Integer requests;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often; medians are printed. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--limits",
            arity = "1",
            paramLabel = "true|false",
            defaultValue = "true",
            description = "Whether to measure what the machine could do at best, too. Default: ${DEFAULT-VALUE}.")
    boolean limits;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "A Kafka to use, without a Fanfare; its topics stay. Default: a broker of its own.")
    @Nullable String bootstrapServers;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of each topic on that Kafka. Default: ${DEFAULT-VALUE}.")
    private int replicas;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "6",
            description = "Of events, and of deliveries. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--one-process",
            description = "All roles in one process, without the broker; drain needs a dispatcher that can be stopped.")
    private boolean oneProcess;

    @Option(
            names = "--dispatchers",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many processes. Default: ${DEFAULT-VALUE}.")
    private int dispatchers;

    @Option(
            names = "--dispatchers-under",
            split = " ",
            paramLabel = "COMMAND",
            description = "What each is started by, such as 'systemd-run --scope -p CPUQuota=20%%' or"
                    + " 'benchmarks/slot.sh {n} 16 1'; {n} is its number, from 1 on.")
    private List<String> dispatchersUnder = List.of();

    @Option(
            names = "--api",
            paramLabel = "URL",
            description = "A Fanfare that runs: its management API. What its processes use can't be seen from here.")
    @Nullable URI api;

    @Option(names = "--ingest", paramLabel = "URL", description = "Where it takes events. Default: as --api.")
    private @Nullable URI ingest;

    @Option(names = "--key", paramLabel = "KEY", defaultValue = "dev", description = "Of that API. Default: dev.")
    private String key = "dev";

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            defaultValue = "default",
            description = "Whose subscriptions and events. Default: ${DEFAULT-VALUE}.")
    private String tenant = "default";

    @Option(
            names = "--receiver-host",
            paramLabel = "HOST",
            description = "By which that Fanfare finds this machine. Default: loopback addresses.")
    @Nullable String receiverHost;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of all roles that are started, such as router.linger=0ms. Repeatable.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--save",
            paramLabel = "PREFIX",
            defaultValue = "bench-results/latest",
            description = "Where to write PREFIX.json and PREFIX.svg. Default: ${DEFAULT-VALUE}.")
    @Nullable Path save;

    /** Those that were asked for, in the order in which they are played. */
    List<Scenario> scenarios(CommandLine command) {
        List<String> all = Scenario.names().toList();
        for (String name : names) {
            if (!all.contains(name)) {
                throw new ParameterException(
                        command, "there is no scenario '" + name + "'; there are " + String.join(", ", all));
            }
        }
        boolean stoppable = api == null && !oneProcess;
        List<Scenario> chosen = Scenario.all().stream()
                .filter(scenario -> names.isEmpty()
                        ? scenario.isUsual() && (stoppable || scenario.kind() != Scenario.Kind.DRAIN)
                        : names.contains(scenario.name()))
                .collect(Collectors.toList());
        if (!stoppable && names.contains("drain")) {
            throw new ParameterException(
                    command,
                    "drain stops and starts the dispatcher: it can't be played with --api, nor with --one-process");
        }
        return chosen;
    }

    /** How much of everything was asked for. */
    Effort effort(CommandLine command) {
        try {
            Effort effort = quick ? Effort.QUICK : Effort.FULL;
            effort = seconds == null ? effort : effort.withMeasured(Duration.ofSeconds(seconds));
            effort = warmUp == null ? effort : effort.withWarmUp(Duration.ofSeconds(warmUp));
            effort = endpoints == null ? effort : effort.withEndpoints(endpoints);
            effort = window == null ? effort : effort.withWindow(window);
            effort = backlog == null ? effort : effort.withBacklog(backlog);
            return requests == null ? effort : effort.withRequests(requests);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, String.valueOf(e.getMessage()), e);
        }
    }

    /** What is to be started. */
    OwnFanfare.Plan plan() {
        return new OwnFanfare.Plan(replicas, partitions, oneProcess, dispatchers, dispatchersUnder, settings);
    }

    /** The Fanfare that runs; null where one has to be started. */
    @Nullable Target target() {
        return api == null ? null : new Target(ingest == null ? api : ingest, api, key, tenant);
    }
}
