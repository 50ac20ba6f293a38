package dev.fanfare.benchmarks.pipeline;

import dev.fanfare.cli.cluster.SettingsOptions;
import dev.fanfare.cli.log.LogSettings;
import dev.fanfare.cli.log.LogSetup;
import dev.fanfare.cli.process.Pipeline;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.shell.StopSignal;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.http.HttpFront;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** All roles in one process, as {@code fanfare dev} has them, but without the broker. Runs until it is told to stop. */
@Command(name = "all-roles")
public final class AllRoles implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    /** Takes settings, as every role does. */
    public static void main(String[] args) {
        StopSignal.exit(new CommandLine(new AllRoles()).execute(args));
    }

    @Override
    public Integer call() {
        Settings settings = options.load(Shell.ofProcess(), Map.of(), Map.of());
        LogSetup.apply(settings.section(LogSettings.class));
        StopSignal stop = StopSignal.install();
        try (Pipeline pipeline = Pipeline.start(
                EnumSet.allOf(RoleKind.class), settings, new KafkaConnection(settings.kafka()), HttpFront.vertx())) {
            stop.await();
        }
        return 0;
    }
}
