package dev.fanfare.cli.cluster;

import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.LogSetup;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that reads settings or talks to Kafka. */
public final class SettingsOptions {
    /** The setting that names the cluster. */
    public static final String BOOTSTRAP_SERVERS = "kafka.bootstrap.servers";

    private static final String BOOTSTRAP_VARIABLE = "FANFARE_KAFKA_BOOTSTRAP_SERVERS";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Settings in YAML (default: $FANFARE_CONFIG). The environment wins over it, options over both.")
    private @Nullable Path config;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT,…",
            description = "The Kafka cluster (default: $" + BOOTSTRAP_VARIABLE + ").")
    private @Nullable String bootstrapServers;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any one setting, such as --set dispatcher.drain-timeout=5s or --set"
                    + " kafka.security.protocol=SSL. Repeatable.")
    private Map<String, String> set = new LinkedHashMap<>();

    /**
     * Reads and checks all settings.
     *
     * @param defaults  taken where nobody says otherwise
     * @param overrides of options of the command's own; {@code --set} wins over them
     */
    public Settings load(Shell shell, Map<String, String> defaults, Map<String, String> overrides) {
        Path file = config;
        String variable = shell.variable("FANFARE_CONFIG");
        if (file == null && variable != null) {
            file = Path.of(variable);
        }
        Map<String, String> all = new LinkedHashMap<>(overrides);
        if (bootstrapServers != null) {
            all.put(BOOTSTRAP_SERVERS, bootstrapServers);
        }
        all.putAll(set);
        return Settings.load(file, shell.environment(), all, defaults, Sections.ALL);
    }

    /** Settings of a command that works on a cluster: that which is named, else that of the running dev. */
    public Settings loadForCluster(Shell shell) {
        LogSetup.silenceKafka();
        Settings settings = load(shell, Map.of(), Map.of());
        if (settings.kafka().containsKey("bootstrap.servers")) {
            return settings;
        }
        RunningDev dev = RunningDev.only(shell, "--bootstrap-servers");
        if (dev == null) {
            throw CommandFailure.usage("no Kafka cluster is named: use --bootstrap-servers HOST:PORT or the"
                    + " environment variable " + BOOTSTRAP_VARIABLE + "; or start '" + shell.command()
                    + " dev', which is found by itself");
        }
        Map<String, String> defaults = new LinkedHashMap<>(dev.settings());
        defaults.put(BOOTSTRAP_SERVERS, dev.bootstrapServers());
        return load(shell, defaults, Map.of());
    }

    /** As {@link #loadForCluster}, for commands that need nothing but the connection. */
    public KafkaConnection connect(Shell shell) {
        return new KafkaConnection(loadForCluster(shell).kafka());
    }
}
