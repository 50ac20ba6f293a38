package dev.fanfare.torture;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * What a run is made of, where that isn't this build alone.
 *
 * @param kafka      a folder of jars, the brokers of another version; none for those of this build
 * @param otherBuild a checkout of another version of Fanfare, built by its own {@code ./fanfare-torture}; its roles run in
 *                   the same groups as ours; none for ours alone
 * @param settings   of every role, each {@code key=value}
 */
public record Versions(Optional<Path> kafka, Optional<Path> otherBuild, List<String> settings) {
    /** This build, the Kafka that it comes with, the default settings. */
    public static final Versions THIS_BUILD = new Versions(Optional.empty(), Optional.empty(), List.of());

    private static final String KAFKA = "kafka.";
    private static final String GROUP_PROTOCOL = KAFKA + ConsumerConfig.GROUP_PROTOCOL_CONFIG + "=";

    public Versions {
        settings = List.copyOf(settings);
        kafka.filter(folder -> !Files.isDirectory(folder)).ifPresent(folder -> {
            throw new IllegalArgumentException("there is no folder " + folder + " with the jars of a Kafka");
        });
        otherBuild.filter(build -> !Files.isDirectory(libraryOf(build))).ifPresent(build -> {
            throw new IllegalArgumentException("nothing is built in " + build
                    + ": run mvn -pl system-tests -am -Dmaven.test.skip=true package there");
        });
    }

    static String ofThisBuild() {
        return System.getProperty("java.class.path");
    }

    /** The class path of the brokers. */
    String ofBrokers() {
        return kafka.map(folder -> ourClasses() + File.pathSeparator + folder + File.separator + "*")
                .orElseGet(Versions::ofThisBuild);
    }

    /** The class path of the roles of the other build. */
    Optional<String> ofOtherBuild() {
        return otherBuild.map(build -> build.resolve("system-tests/target/classes") + File.pathSeparator
                + libraryOf(build) + File.separator + "*");
    }

    /** By which the roles join their groups. */
    String groupProtocol() {
        return settings.stream()
                .filter(setting -> setting.startsWith(GROUP_PROTOCOL))
                .map(setting -> setting.substring(GROUP_PROTOCOL.length()))
                .findFirst()
                .orElse("consumer");
    }

    /** The settings of roles that are those of Kafka clients. */
    Stream<String> ofKafka() {
        return settings.stream().filter(setting -> setting.startsWith(KAFKA));
    }

    /** What a client needs besides, to reach brokers that aren't ours: all {@code kafka.*} among the settings. */
    Map<String, Object> clientSettings() {
        Map<String, Object> own = new HashMap<>();
        ofKafka()
                .filter(setting -> setting.indexOf('=') > 0)
                .forEach(setting -> own.put(
                        setting.substring(KAFKA.length(), setting.indexOf('=')),
                        setting.substring(setting.indexOf('=') + 1)));
        own.remove(ConsumerConfig.GROUP_PROTOCOL_CONFIG); // of those who join groups
        return own;
    }

    private static Path libraryOf(Path build) {
        return build.resolve("system-tests/target/lib");
    }

    private static Path ourClasses() {
        try {
            return Path.of(BrokerNode.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
