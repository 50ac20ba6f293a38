package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.TopicSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in {@code deploy/kafka} says the same as the code, and the same twice. */
class KafkaFilesTest {
    private static final Path KAFKA = DevProcess.ROOT.resolve("deploy/kafka");

    @TempDir
    Path folder;

    @Test
    void theTopicsForStrimziAreThoseThatTheCommandCreates() throws Exception {
        JsonNode settings = new YAMLMapper()
                .readTree(DevProcess.ROOT.resolve("deploy/fanfare.yaml").toFile())
                .path("topics");
        TopicLayout layout = new TopicLayout(
                settings.path("event-partitions").asInt(),
                settings.path("delivery-partitions").asInt(),
                (short) settings.path("replication-factor").asInt(),
                Tier.parseList(settings.path("retry-tiers").asText()));
        assertThat(strimziTopics()).containsExactlyInAnyOrderElementsOf(layout.specs());
    }

    private static List<TopicSpec> strimziTopics() throws Exception {
        try (var topics = new YAMLMapper()
                .readerFor(JsonNode.class)
                .<JsonNode>readValues(KAFKA.resolve("topics.yaml").toFile())) {
            return topics.readAll().stream()
                    .map(topic -> {
                        Map<String, String> configs = new HashMap<>();
                        topic.at("/spec/config")
                                .properties()
                                .forEach(config -> configs.put(
                                        config.getKey(), config.getValue().asText()));
                        return new TopicSpec(
                                topic.at("/metadata/name").asText(),
                                topic.at("/spec/partitions").asInt(),
                                (short) topic.at("/spec/replicas").asInt(),
                                configs);
                    })
                    .toList();
        }
    }

    /** Runs the script with a {@code kafka-acls.sh} that only notes what it was called with. */
    @Test
    void theCommandsForAccessAreTheRulesForStrimzi() throws Exception {
        Path calls = folder.resolve("calls");
        Path stub = Files.createFile(
                folder.resolve("kafka-acls.sh"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(stub, "#!/bin/sh\necho \"$*\" >> '" + calls + "'\n");
        ProcessBuilder script =
                new ProcessBuilder("bash", KAFKA.resolve("acls.sh").toString(), "--bootstrap-server", "broker:9092");
        script.environment().put("KAFKA_ACLS", stub.toString());
        Process run = script.redirectErrorStream(true).start();
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).as(output).isZero();

        Set<String> expected = AccessRules.read().all().stream()
                .map(rule ->
                        "--bootstrap-server broker:9092 --add --force --allow-principal %s --%s %s --resource-pattern-type %s %s"
                                .formatted(
                                        rule.entry().principal(),
                                        word(rule.pattern().resourceType()).replace('_', '-'),
                                        rule.pattern().name(),
                                        word(rule.pattern().patternType()),
                                        word(rule.entry().operation()).replace("_", "")))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> given = Files.readAllLines(calls).stream()
                .flatMap(line -> {
                    String[] parts = line.split(" --operation ");
                    return List.of(parts).subList(1, parts.length).stream()
                            .map(operation -> parts[0] + " " + operation.toLowerCase(Locale.ROOT));
                })
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(given).isEqualTo(expected);
    }

    private static String word(Enum<?> kafkas) {
        return kafkas.name().toLowerCase(Locale.ROOT);
    }
}
