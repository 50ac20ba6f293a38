package dev.fanfare.cli.cluster;

import dev.fanfare.cli.shell.Shell;
import dev.fanfare.runtime.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that reads settings. */
public final class SettingsOptions {
    /** The setting that names the cluster. */
    public static final String BOOTSTRAP_SERVERS = "kafka.bootstrap.servers";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Settings in YAML (default: $FANFARE_CONFIG). The environment wins over it, options over both.")
    private @Nullable Path config;

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
        all.putAll(set);
        return Settings.load(file, shell.environment(), all, defaults, Sections.ALL);
    }
}
