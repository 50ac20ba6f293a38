package dev.fanfare.standalone;

import dev.fanfare.cli.cluster.RunningDev;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.http.HttpSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/** Looks whether the ports can be had before anything is started or written. */
final class Ports {
    private static final String KAFKA_HOST = "127.0.0.1";

    private Ports() {}

    static void requireFree(Settings settings, int kafkaPort, List<RunningDev> running) {
        HttpSettings http = settings.section(HttpSettings.class);
        requireFree(http.host(), http.port(), "--port", running);
        requireFree(KAFKA_HOST, kafkaPort, "--kafka-port", running);
    }

    private static void requireFree(String host, int port, String option, List<RunningDev> running) {
        if (port < 0 || port > 65_535) {
            throw CommandFailure.usage(
                    option + ": " + port + " is not a port: choose 1 to 65535, or 0 for any free one");
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new CommandFailure(
                    "port " + port + " on " + host + " can't be had (" + e.getMessage() + ")" + holder(port, running)
                            + ": stop what uses it, or choose another with " + option + " (0 takes any free one)",
                    e);
        }
    }

    private static String holder(int port, List<RunningDev> running) {
        for (RunningDev dev : running) {
            if (dev.apiUrl().endsWith(":" + port) || dev.bootstrapServers().endsWith(":" + port)) {
                return ", a 'fanfare dev' runs there already as process " + dev.pid();
            }
        }
        return "";
    }
}
