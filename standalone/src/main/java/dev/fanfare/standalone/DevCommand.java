package dev.fanfare.standalone;

import dev.fanfare.cli.cluster.RunningDev;
import dev.fanfare.cli.cluster.SettingsOptions;
import dev.fanfare.cli.log.LogSettings;
import dev.fanfare.cli.log.LogSetup;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.shell.StopSignal;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.config.TopicSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanfare dev}: everything in one process, for trying out and developing against. */
@Command(
        name = "dev",
        description = {
            "Run everything here: a real Kafka broker, all roles, API and console on one port.",
            "",
            "Reachable from this machine only. Key 'dev', tenant 'default'. Subscriptions may point to this machine."
                    + " What it keeps is there again at the next start."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:told to stop (Ctrl-C, SIGTERM), and stopped in order", "1:it failed", "2:usage"})
public final class DevCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DevCommand.class);
    private static final Duration SAID_EVERY = Duration.ofSeconds(30);
    /** What waits for the archive of classes does without it then. */
    private static final Duration ARCHIVED_WITHIN = Duration.ofMinutes(2);

    private static final int DEFAULT_KAFKA_PORT = 9092;

    private final Shell shell;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Of API, console, docs, health and metrics (default: 8080; 0: any free one).")
    private @Nullable Integer port;

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            description = "Of the Kafka broker (default: " + DEFAULT_KAFKA_PORT + "; 0: any free one).")
    private int kafkaPort = DEFAULT_KAFKA_PORT;

    @Option(
            names = "--data-dir",
            paramLabel = "FOLDER",
            description = "Where everything is kept (default: $XDG_DATA_HOME/fanfare or ~/.local/share/fanfare;"
                    + " a temporary folder where neither can be written).")
    private @Nullable Path dataDir;

    @Option(names = "--ephemeral", description = "Keep nothing: a temporary folder, deleted at the end.")
    private boolean ephemeral;

    @Option(
            names = "--retry-tiers",
            paramLabel = "DELAYS",
            description = "How long failed deliveries wait, such as 2s,5s,10s to watch retries (default: 1m,10m,1h).")
    private @Nullable String retryTiers;

    @Option(
            names = "--allow-loopback",
            arity = "0..1",
            paramLabel = "true|false",
            fallbackValue = "true",
            description = "Whether webhooks may go to this machine, by http too (default: true).")
    private @Nullable Boolean allowLoopback;

    @Option(
            names = "--end-when-ready",
            hidden = true,
            description = "For the launcher, which archives what was loaded.")
    private boolean endWhenReady;

    public DevCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        if (ephemeral && dataDir != null) {
            throw CommandFailure.usage(
                    "--ephemeral keeps nothing, so --data-dir has no place beside it: use one of the two");
        }
        Settings settings = settings(Map.of());
        LogSetup.apply(settings.section(LogSettings.class));
        TopicSettings.layout(settings.section(TopicSettings.class));
        StopSignal stop = StopSignal.install();
        LogSetup.silenceKafka();
        Ports.requireFree(settings, kafkaPort, RunningDev.all(shell));
        DevInstance.Plan plan = new DevInstance.Plan(folder(), kafkaPort, ephemeral, this::settings);
        try (DevInstance dev = DevInstance.start(plan)) {
            Path note = dev.asRunning().announce(shell);
            try {
                Welcome welcome = new Welcome(shell, dev);
                welcome.print();
                while (!dev.awaitReady(SAID_EVERY) && !stop.isRequested()) {
                    welcome.printNotReady();
                    if (endWhenReady && sinceStart().compareTo(ARCHIVED_WITHIN) > 0) {
                        return ExitCode.FAILED;
                    }
                }
                if (!stop.isRequested()) {
                    welcome.printReady(sinceStart());
                }
                if (endWhenReady) {
                    return ExitCode.OK;
                }
                stop.await();
                shell.out().println("Stopping …");
            } finally {
                Files.deleteIfExists(note);
            }
        } catch (RuntimeException e) {
            if (!stop.cameWhileStarting()) {
                throw e;
            }
            LOG.debug("told to stop while starting", e);
        }
        shell.out().println(ephemeral ? "Stopped." : "Stopped. The next start carries on.");
        return ExitCode.OK;
    }

    /** All settings, with those of the command line; {@code more} wins over what dev itself says. */
    private Settings settings(Map<String, String> more) {
        Map<String, String> base = new LinkedHashMap<>(DevInstance.BASE_SETTINGS);
        Map<String, String> overrides = new LinkedHashMap<>();
        if (port != null) {
            overrides.put("http.port", port.toString());
        }
        if (retryTiers != null) {
            overrides.put("topics.retry-tiers", retryTiers);
        }
        if (allowLoopback != null) {
            overrides.put("dispatcher.allow-loopback", allowLoopback.toString());
        }
        overrides.put(SettingsOptions.BOOTSTRAP_SERVERS, "127.0.0.1:" + kafkaPort);
        overrides.putAll(more);
        return options.load(shell, base, overrides);
    }

    private Path folder() throws IOException {
        if (ephemeral) {
            return Files.createTempDirectory("fanfare-dev");
        }
        return dataDir != null ? dataDir.toAbsolutePath().normalize() : shell.folder("XDG_DATA_HOME", ".local/share");
    }

    private static Duration sinceStart() {
        // not the process's own start: the launcher, which may have built first, became this process
        return Duration.ofMillis(System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime());
    }
}
