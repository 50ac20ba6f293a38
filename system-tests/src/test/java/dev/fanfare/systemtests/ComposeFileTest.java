package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fanfare.cli.cluster.Sections;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What can be held of {@code deploy/compose} without Compose: Compose itself reads it where it is there. */
class ComposeFileTest {
    private static final Path COMPOSE = DevProcess.ROOT.resolve("deploy/compose");

    /** With {@code <<} resolved, as Compose does. */
    private static JsonNode services() throws IOException {
        Object read = new Yaml().load(Files.readString(COMPOSE.resolve("compose.yaml")));
        return new YAMLMapper().valueToTree(read).path("services");
    }

    @Test
    void everyRoleIsAServiceThatRunsItAndMayDoNothingItNeedNot() throws Exception {
        JsonNode services = services();
        for (RoleKind role : RoleKind.values()) {
            JsonNode service = services.path(role.text());
            assertThat(service.at("/command/0").asText()).isEqualTo(role.text());
            assertThat(service.path("read_only").asBoolean()).isTrue();
            assertThat(service.at("/cap_drop/0").asText()).isEqualTo("ALL");
            assertThat(service.at("/depends_on/topics/condition").asText()).isEqualTo("service_completed_successfully");
        }
    }

    @Test
    void theEnvironmentOfEveryRoleIsSettingsThatItTakes() throws Exception {
        JsonNode services = services();
        for (RoleKind role : RoleKind.values()) {
            Map<String, String> environment = new HashMap<>();
            services.at("/" + role.text() + "/environment")
                    .properties()
                    .forEach(variable -> environment.put(
                            variable.getKey(), variable.getValue().asText()));
            Settings settings = Settings.load(null, environment, Map.of(), Sections.ALL);
            assertThat(settings.kafka()).containsEntry("bootstrap.servers", "kafka:9092");
        }
    }

    @Test
    void whatIsMountedIsThere() throws Exception {
        Set<String> missing = new TreeSet<>();
        services().forEach(service -> service.path("volumes").forEach(volume -> {
            String source = volume.asText().split(":", 2)[0];
            boolean madeByTheReader = source.equals("./keyset.json");
            if (source.startsWith(".") && !madeByTheReader && !Files.exists(COMPOSE.resolve(source))) {
                missing.add(source);
            }
        }));
        assertThat(missing).isEmpty();
    }
}
