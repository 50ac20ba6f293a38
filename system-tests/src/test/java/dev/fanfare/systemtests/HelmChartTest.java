package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import dev.fanfare.cli.cluster.Sections;
import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.dispatcher.DispatcherRole;
import dev.fanfare.dispatcher.DispatcherSettings;
import dev.fanfare.ingest.IngestSettings;
import dev.fanfare.retry.RetrySettings;
import dev.fanfare.router.RouterSettings;
import dev.fanfare.runtime.config.Settings;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart, by Helm itself (as a library), and what it renders, by the models of Kubernetes' own Java client, which know
 * every field and refuse others.
 */
class HelmChartTest {
    private static final Path CHART = DevProcess.ROOT.resolve("deploy/helm/fanfare");
    private static final Path PLAIN = DevProcess.ROOT.resolve("deploy/kubernetes/fanfare.yaml");
    private static final String KAFKA = "kafka.bootstrapServers=kafka-kafka-bootstrap.kafka:9092";

    /** All that is off by default. */
    private static final String[] EVERYTHING = {
        KAFKA,
        "kafka.caSecret=kafka-cluster-ca-cert",
        "kafka.userSecret=fanfare-{role}",
        "router.storage.enabled=true",
        "ingest.autoscaling.enabled=true",
        "ingress.enabled=true",
        "ingress.host=webhooks.example.com",
        "ingress.tlsSecret=webhooks-tls",
        "serviceMonitor.enabled=true",
        "keda.enabled=true",
        "keda.prometheusAddress=http://prometheus:9090"
    };

    /** What throws where a field is unknown, missing or of another type. */
    private interface Schema {
        void check(JsonElement manifest) throws IOException;
    }

    private static final Map<String, Schema> SCHEMAS = Map.of(
            "apps/v1/StatefulSet", V1StatefulSet::validateJsonElement,
            "apps/v1/Deployment", V1Deployment::validateJsonElement,
            "batch/v1/Job", V1Job::validateJsonElement,
            "v1/Service", V1Service::validateJsonElement,
            "v1/ConfigMap", V1ConfigMap::validateJsonElement,
            "v1/ServiceAccount", V1ServiceAccount::validateJsonElement,
            "policy/v1/PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            "networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy::validateJsonElement,
            "networking.k8s.io/v1/Ingress", V1Ingress::validateJsonElement,
            "autoscaling/v2/HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement);

    /** Custom resources, whose schemas are not ours to bring along. */
    private static final Set<String> CUSTOM =
            Set.of("keda.sh/v1alpha1/ScaledObject", "monitoring.coreos.com/v1/ServiceMonitor");

    @TempDir
    Path folder;

    @Test
    void theChartPassesLint() {
        var lint = new Helm(CHART).lint().strict().call();
        assertThat(lint.isFailed()).as(String.join("\n", lint.getMessages())).isFalse();
    }

    @Test
    void everythingThatIsRenderedFitsTheSchemasOfKubernetes() throws Exception {
        for (String[] values : List.of(new String[] {KAFKA}, EVERYTHING)) {
            for (JsonNode manifest : render(values)) {
                String kind = manifest.path("apiVersion").asText() + "/"
                        + manifest.path("kind").asText();
                if (!CUSTOM.contains(kind)) {
                    assertThat(SCHEMAS).containsKey(kind);
                    SCHEMAS.get(kind).check(JsonParser.parseString(manifest.toString()));
                }
            }
        }
    }

    @Test
    void theSchemaCheckRefusesWhatKubernetesDoesNotKnow() {
        assertThatThrownBy(() -> V1Service.validateJsonElement(
                        JsonParser.parseString("{\"kind\":\"Service\",\"spec\":{\"port\":[]}}")))
                .hasMessageContaining("port");
    }

    @Test
    void everyRoleHasAWorkloadWhosePodsMayDoNothingTheyNeedNot() throws Exception {
        List<JsonNode> manifests = render(EVERYTHING);
        assertThat(manifests.stream()
                        .filter(manifest -> manifest.has("spec")
                                && manifest.at("/spec/template/spec/containers").isArray())
                        .map(manifest -> manifest.at("/spec/template/spec/containers/0/name")
                                .asText()))
                .contains(Arrays.stream(RoleKind.values()).map(RoleKind::text).toArray(String[]::new));
        pods(manifests).forEach(pod -> {
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(pod.at("/automountServiceAccountToken").asBoolean(true)).isFalse();
            JsonNode context = pod.at("/containers/0/securityContext");
            assertThat(context.path("readOnlyRootFilesystem").asBoolean()).isTrue();
            assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
            assertThat(context.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
            pod.at("/containers/0/env").forEach(variable -> assertThat(
                            variable.path("name").asText().matches(".*(KEY|JAAS|PASSWORD).*") && variable.has("value"))
                    .as("a secret that isn't by reference: " + variable)
                    .isFalse());
        });
    }

    @Test
    void aPodIsGivenLongerToEndThanARoleTakes() throws Exception {
        Settings settings = Settings.load(null, Map.of(), Map.of(), Sections.ALL);
        Duration longest = Stream.of(
                        settings.section(IngestSettings.class).ackTimeout(),
                        settings.section(RouterSettings.class).drainTimeout(),
                        settings.section(DispatcherSettings.class).drainTimeout(),
                        settings.section(RetrySettings.class).drainTimeout())
                .max(Duration::compareTo)
                .orElseThrow();
        pods(render(KAFKA)).forEach(pod -> assertThat(
                        pod.path("terminationGracePeriodSeconds").asLong())
                .isGreaterThan(longest.toSeconds()
                        + pod.at("/containers/0/lifecycle/preStop/sleep/seconds")
                                .asLong()));
    }

    @Test
    void theSettingsInTheConfigMapAreOnesThatEveryRoleTakes() throws Exception {
        JsonNode configMap = render(EVERYTHING).stream()
                .filter(manifest -> manifest.path("kind").asText().equals("ConfigMap"))
                .findFirst()
                .orElseThrow();
        Path file = Files.writeString(
                folder.resolve("fanfare.yaml"),
                configMap.at("/data/fanfare.yaml").asText());
        Settings settings = Settings.load(file, Map.of(), Map.of(), Sections.ALL);
        assertThat(settings.kafka()).containsEntry("bootstrap.servers", "kafka-kafka-bootstrap.kafka:9092");
    }

    @Test
    void noMoreReplicasAreAskedForThanThereArePartitions() throws Exception {
        String[] values = Stream.concat(
                        Arrays.stream(EVERYTHING),
                        Stream.of("settings.topics.event-partitions=7", "settings.topics.delivery-partitions=9"))
                .toArray(String[]::new);
        Map<String, JsonNode> scaled = render(values).stream()
                .filter(manifest -> manifest.path("kind").asText().equals("ScaledObject"))
                .collect(Collectors.toMap(
                        manifest -> manifest.at("/metadata/name").asText(), manifest -> manifest.path("spec")));
        assertThat(scaled.get("fanfare-router").path("maxReplicaCount").asInt()).isEqualTo(7);
        assertThat(scaled.get("fanfare-dispatcher").path("maxReplicaCount").asInt())
                .isEqualTo(9);
        assertThat(scaled.get("fanfare-dispatcher")
                        .at("/triggers/0/metadata/query")
                        .asText())
                .contains("fanfare_backlog");
    }

    @Test
    void withoutPrometheusDispatchersAreScaledByTheLagOfTheirGroup() throws Exception {
        JsonNode trigger = render(KAFKA, "keda.enabled=true").stream()
                .filter(manifest -> manifest.path("kind").asText().equals("ScaledObject"))
                .filter(manifest -> manifest.at("/metadata/name").asText().endsWith("dispatcher"))
                .findFirst()
                .orElseThrow()
                .at("/spec/triggers/0");
        assertThat(trigger.path("type").asText()).isEqualTo("kafka");
        assertThat(trigger.at("/metadata/consumerGroup").asText()).isEqualTo(DispatcherRole.GROUP);
    }

    @Test
    void wrongValuesAreRefusedByName() {
        assertThatThrownBy(() -> render(KAFKA, "control.replicas=2")).hasMessageContaining("replicas");
        assertThatThrownBy(() -> render(KAFKA, "dispatcher.replica=2")).hasMessageContaining("replica");
        assertThatThrownBy(() -> render("kafka.bootstrapServers=kafka")).hasMessageContaining("bootstrapServers");
        assertThatThrownBy(() -> render("image.tag=x")).hasMessageContaining("kafka.bootstrapServers");
    }

    @Test
    void theValuesOfTheInstallPageGiveEachRoleItsOwnUser() throws Exception {
        String page = Files.readString(DevProcess.ROOT.resolve("docs/operating/install.md"));
        Matcher block =
                Pattern.compile("```yaml\n(kafka:.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(block.find()).isTrue();
        Path values = Files.writeString(folder.resolve("values.yaml"), block.group(1));
        String rendered = template().withValuesFile(values).call();
        for (RoleKind role : RoleKind.values()) {
            assertThat(rendered).contains("secretKeyRef: { name: fanfare-" + role.text() + ", key: sasl.jaas.config }");
        }
        assertThat(rendered).doesNotContain("kind: Job").contains("secretName: kafka-cluster-ca-cert");
    }

    /** {@code -Dfanfare.write-docs=true} renders it anew. */
    @Test
    void thePlainManifestsAreWhatTheChartRenders() throws Exception {
        String rendered =
                "# Rendered from deploy/helm/fanfare with its defaults; a test holds the two together. Change the chart, not this.\n"
                        + template(KAFKA).call().replaceAll("(?m) +$", "");
        if (Boolean.getBoolean("fanfare.write-docs")) {
            Files.createDirectories(PLAIN.getParent());
            Files.writeString(PLAIN, rendered);
        }
        assertThat(Files.readString(PLAIN)).isEqualTo(rendered);
    }

    private static Stream<JsonNode> pods(List<JsonNode> manifests) {
        return manifests.stream()
                .map(manifest -> manifest.at("/spec/template/spec"))
                .filter(pod -> pod.has("containers"));
    }

    private static TemplateCommand template(String... values) {
        TemplateCommand command = new Helm(CHART).template().withName("fanfare").withNamespace("webhooks");
        for (String value : values) {
            int equals = value.indexOf('=');
            command.set(value.substring(0, equals), value.substring(equals + 1));
        }
        return command;
    }

    private static List<JsonNode> render(String... values) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        try (var manifests = yaml.readerFor(JsonNode.class)
                .<JsonNode>readValues(template(values).call())) {
            return manifests.readAll().stream().filter(JsonNode::isObject).toList();
        }
    }
}
