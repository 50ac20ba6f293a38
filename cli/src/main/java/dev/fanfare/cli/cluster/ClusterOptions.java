package dev.fanfare.cli.cluster;

import dev.fanfare.cli.log.LogSetup;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that works on a Kafka cluster. */
public final class ClusterOptions {
    private static final String BOOTSTRAP_VARIABLE = "FANFARE_KAFKA_BOOTSTRAP_SERVERS";

    @Mixin
    private SettingsOptions settingsOptions = new SettingsOptions();

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT,…",
            description = "The Kafka cluster (default: $" + BOOTSTRAP_VARIABLE + ").")
    private @Nullable String bootstrapServers;

    /** As {@link SettingsOptions#load}, with the cluster that is named. */
    public Settings load(Shell shell, Map<String, String> defaults, Map<String, String> overrides) {
        Map<String, String> all = new LinkedHashMap<>(overrides);
        if (bootstrapServers != null) {
            all.put(SettingsOptions.BOOTSTRAP_SERVERS, bootstrapServers);
        }
        return settingsOptions.load(shell, defaults, all);
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
        defaults.put(SettingsOptions.BOOTSTRAP_SERVERS, dev.bootstrapServers());
        return load(shell, defaults, Map.of());
    }

    /** As {@link #loadForCluster}, for commands that need nothing but the connection. */
    public KafkaConnection connect(Shell shell) {
        return new KafkaConnection(loadForCluster(shell).kafka());
    }
}
