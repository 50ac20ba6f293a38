package dev.fanfare.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fanfare-torture}: a {@link TortureRun} from the command line. */
@Command(
        name = "fanfare-torture",
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = 2,
        description = {
            "Runs every role as a process of its own against three brokers, breaks them, the network and the endpoints"
                    + " by a seed while events come in, mends all, waits until nothing moves, and accounts for every"
                    + " delivery.",
            "Ends with 0 if no promise was broken, with 1 if one was: then it says which, and of which delivery; with 2 if it"
                    + " could not be run."
        })
@SuppressWarnings("UnusedVariable")
public final class Torture implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--seed", description = "Chooses the faults (default: by chance, and printed).")
    private @Nullable Long seed;

    @Option(names = "--minutes", defaultValue = "5", description = "How long things break (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(
            names = "--events",
            defaultValue = "30000",
            description = "How many come in meanwhile (default: ${DEFAULT-VALUE}).")
    private int events;

    @Option(
            names = "--endpoints",
            defaultValue = "12",
            description = "How many subscriptions there are (default: ${DEFAULT-VALUE}).")
    private int endpoints;

    @Option(
            names = "--only",
            split = ",",
            description = "The kinds of faults that may happen, such as role-killed,broker-killed (default: all).")
    private @Nullable List<String> only;

    @Option(
            names = "--longest-fault",
            defaultValue = "60",
            description = "No fault lasts more seconds; most kinds end sooner (default: ${DEFAULT-VALUE}).")
    private double longestFault;

    @Option(
            names = "--kafka",
            paramLabel = "FOLDER",
            description = "The jars of another Kafka, which the brokers run on (default: the one of this build).")
    private @Nullable Path kafka;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description =
                    "A Kafka cluster that has no Fanfare: only roles and endpoints are broken, and all topics of Fanfare are"
                            + " deleted there at the end. What a client needs to get in goes to --set kafka.*"
                            + " (default: three brokers of its own).")
    private @Nullable String bootstrapServers;

    @Option(
            names = "--other-build",
            paramLabel = "CHECKOUT",
            description =
                    "Another version of Fanfare, built there by its own ./fanfare-torture: half of the roles are of it,"
                            + " and the fault roles-swapped takes each to the other version and back.")
    private @Nullable Path otherBuild;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of every role, such as kafka.group.protocol=classic; may be repeated.")
    private List<String> settings = List.of();

    @Option(names = "--json", description = "Where to write the report as JSON.")
    private @Nullable Path json;

    @Option(
            names = "--keep",
            description = "A folder for data and logs, which are kept; must not exist (default: a temporary one, kept"
                    + " where a promise was broken).")
    private @Nullable Path keep;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Torture()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        Versions versions = versions(command);
        Set<FaultKind> kinds = kinds(command, versions);
        if (bootstrapServers != null && kafka != null) {
            throw new ParameterException(
                    command, "--kafka is for brokers of its own: leave it away, or --bootstrap-servers");
        }
        long chosen = seed == null ? new Random().nextInt(1_000_000) : seed;
        Path folder = keep == null ? Files.createTempDirectory("fanfare-torture") : Files.createDirectory(keep);
        command.getOut().println("seed " + chosen + ", logs in " + folder);
        command.getOut().flush();
        boolean needless = false;
        try {
            TortureReport report = new TortureRun(new TorturePlan(
                            chosen,
                            Duration.ofMillis((long) (minutes * 60_000)),
                            events,
                            endpoints,
                            kinds,
                            Duration.ofMillis((long) (longestFault * 1_000)),
                            Duration.ofSeconds(4),
                            true,
                            Duration.ofMinutes(10),
                            versions,
                            Optional.ofNullable(bootstrapServers),
                            folder))
                    .run();
            command.getOut().print(report.table());
            command.getOut().flush();
            if (json != null) {
                report.writeJson(json);
            }
            needless = report.isGood();
            if (!needless) {
                command.getOut().println("data and logs are kept in " + folder);
                command.getOut().flush();
            }
            return needless ? 0 : 1;
        } catch (Borrowed.Refused e) {
            needless = true;
            command.getErr().println("fanfare-torture: " + e.getMessage());
            command.getErr().flush();
            return 2;
        } finally {
            if (needless && keep == null) {
                delete(folder);
            }
        }
    }

    private Versions versions(CommandLine command) {
        try {
            return new Versions(
                    Optional.ofNullable(kafka).map(Path::toAbsolutePath),
                    Optional.ofNullable(otherBuild).map(Path::toAbsolutePath),
                    settings);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, e.getMessage(), e);
        }
    }

    private Set<FaultKind> kinds(CommandLine command, Versions versions) {
        if (only == null) {
            return FaultKind.allWith(versions, bootstrapServers == null);
        }
        Set<FaultKind> chosen = EnumSet.noneOf(FaultKind.class);
        for (String name : only) {
            chosen.add(Stream.of(FaultKind.values())
                    .filter(kind -> kind.text().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new ParameterException(
                            command,
                            "there is no fault '" + name + "'; there are "
                                    + Stream.of(FaultKind.values())
                                            .map(FaultKind::text)
                                            .collect(Collectors.joining(", ")))));
        }
        if (chosen.contains(FaultKind.ROLES_SWAPPED) && otherBuild == null) {
            throw new ParameterException(
                    command, "to swap roles there must be another version: name it by --other-build");
        }
        if (bootstrapServers != null) {
            chosen.stream().filter(FaultKind::needsOwnBrokers).findFirst().ifPresent(kind -> {
                throw new ParameterException(
                        command, kind.text() + " takes brokers of its own: leave it away, or --bootstrap-servers");
            });
        }
        return chosen;
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
