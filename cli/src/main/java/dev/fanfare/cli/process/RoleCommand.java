package dev.fanfare.cli.process;

import dev.fanfare.cli.cluster.ClusterOptions;
import dev.fanfare.cli.log.LogSettings;
import dev.fanfare.cli.log.LogSetup;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.shell.StopSignal;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.http.HttpFront;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanfare ingest}, {@code fanfare router} and so on: one role against a cluster, until it is told to stop. */
@Command(
        footerHeading = "%n",
        footer = "Needs its topics ('fanfare topics create'). Several on one host need different --instance-id. SIGTERM"
                + " or Ctrl-C: says 'draining' on /health/ready, finishes what is under way, commits, ends with 0.")
public final class RoleCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RoleCommand.class);
    private static final Duration SAID_EVERY = Duration.ofSeconds(30);

    private final RoleKind kind;
    private final Shell shell;
    private final Clock clock;

    @Mixin
    private ClusterOptions options = new ClusterOptions();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Of health, metrics and what the role serves (http.port, default: 8080; 0: any free one).")
    private @Nullable Integer port;

    @Option(
            names = "--instance-id",
            paramLabel = "NAME",
            description = "Tells this process from its peers, and stays the same over a restart (process.instance-id,"
                    + " default: the host's name).")
    private @Nullable String instanceId;

    /** @param clock what the role takes for the time */
    public RoleCommand(RoleKind kind, Shell shell, Clock clock) {
        this.kind = kind;
        this.shell = shell;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        Map<String, String> overrides = new LinkedHashMap<>();
        if (port != null) {
            overrides.put("http.port", port.toString());
        }
        if (instanceId != null) {
            overrides.put("process.instance-id", instanceId);
        }
        Settings settings = options.load(shell, Map.of(), overrides);
        LogSetup.apply(settings.section(LogSettings.class));
        KafkaConnection kafka = new KafkaConnection(settings.kafka());
        LOG.info("starting role={} settings={}", kind.text(), settings.effective());
        StopSignal stop = StopSignal.install();
        try (Pipeline pipeline = Pipeline.start(EnumSet.of(kind), settings, kafka, HttpFront.vertx(), clock)) {
            while (!pipeline.awaitReady(SAID_EVERY) && !stop.isRequested()) {
                LOG.warn("not ready yet, going on role={} because={}", kind.text(), pipeline.notReady());
            }
            if (!stop.isRequested()) {
                LOG.info("ready role={}", kind.text());
            }
            stop.await();
            LOG.info("stopping role={}", kind.text());
        } catch (RuntimeException e) {
            if (!stop.cameWhileStarting()) {
                throw e;
            }
            LOG.debug("told to stop while starting", e);
        }
        LOG.info("stopped role={}", kind.text());
        return ExitCode.OK;
    }
}
