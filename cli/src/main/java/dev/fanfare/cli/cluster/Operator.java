package dev.fanfare.cli.cluster;

import dev.fanfare.contract.run.Actor;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Who uses this command: for runs and the audit. */
public final class Operator {
    private Operator() {}

    /** As the machine and the connection tell. */
    public static Actor of(KafkaConnection kafka) {
        return new Actor(kafka.principal(), System.getProperty("user.name"), host());
    }

    private static @Nullable String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
