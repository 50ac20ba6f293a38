package dev.fanfare.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.topic.Tier;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.http.HttpSettings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.secret.SecretSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    /** One of each kind. */
    @ConfigMapping(prefix = "sample")
    interface Sample {
        @WithDefault("10s")
        Duration drainTimeout();

        @WithDefault("64MiB")
        ByteSize buffer();

        @WithDefault("16")
        int lanes();

        @WithDefault("true")
        boolean fast();

        @WithDefault("a,b")
        List<String> names();

        Optional<Secret> password();

        Optional<String> note();

        Deep deep();

        interface Deep {
            @WithDefault("1")
            int rateLimit();
        }
    }

    /** Something without which nothing goes. */
    @ConfigMapping(prefix = "must")
    interface Must {
        int count();

        String name();
    }

    @TempDir
    private Path folder;

    @Test
    void withoutAnythingTheDefaultsHold() {
        Sample sample = load(Map.of()).section(Sample.class);
        assertThat(sample.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(sample.buffer()).isEqualTo(ByteSize.parse("64MiB"));
        assertThat(sample.lanes()).isEqualTo(16);
        assertThat(sample.fast()).isTrue();
        assertThat(sample.names()).containsExactly("a", "b");
        assertThat(sample.password()).isEmpty();
        assertThat(sample.deep().rateLimit()).isEqualTo(1);
    }

    @Test
    void everyKeyCanStandInTheFile() throws IOException {
        Path file = yaml("""
                sample:
                  drain-timeout: 2m
                  buffer: 1GiB
                  lanes: 3
                  fast: false
                  names: [x, "y, z", 'back\\slash']
                  password: "p,a s:s"
                  note: "100%"
                  deep: { rate-limit: 7 }
                kafka:
                  bootstrap.servers: one:9092,two:9092
                  sasl: { mechanism: PLAIN }
                """);
        Settings settings = Settings.load(file, Map.of(), Map.of(), List.of(Sample.class));
        Sample sample = settings.section(Sample.class);
        assertThat(sample.drainTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(sample.buffer().bytes()).isEqualTo(1L << 30);
        assertThat(sample.lanes()).isEqualTo(3);
        assertThat(sample.fast()).isFalse();
        assertThat(sample.names()).containsExactly("x", "y, z", "back\\slash");
        assertThat(sample.password()).contains(new Secret("p,a s:s"));
        assertThat(sample.note()).contains("100%");
        assertThat(sample.deep().rateLimit()).isEqualTo(7);
        assertThat(settings.kafka())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("bootstrap.servers", "one:9092,two:9092", "sasl.mechanism", "PLAIN"));
    }

    @Test
    void everyKeyHasAVariableThatIsDerivedMechanically() {
        Settings settings = Settings.load(
                null,
                Map.of(
                        "FANFARE_SAMPLE_DRAIN_TIMEOUT", "1s",
                        "FANFARE_SAMPLE_BUFFER", "5B",
                        "FANFARE_SAMPLE_LANES", "4",
                        "FANFARE_SAMPLE_NAMES", "q",
                        "FANFARE_SAMPLE_PASSWORD", "p",
                        "FANFARE_SAMPLE_DEEP_RATE_LIMIT", "9",
                        "PATH", "/bin",
                        "FANFARE_API_KEY", "of the command line"),
                Map.of(),
                List.of(Sample.class));
        Sample sample = settings.section(Sample.class);
        assertThat(sample.drainTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(sample.buffer().bytes()).isEqualTo(5);
        assertThat(sample.lanes()).isEqualTo(4);
        assertThat(sample.names()).containsExactly("q");
        assertThat(sample.password()).contains(new Secret("p"));
        assertThat(sample.deep().rateLimit()).isEqualTo(9);
    }

    @Test
    void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        Path file = yaml("sample: { lanes: 1, buffer: 1B, drain-timeout: 1s }");
        Map<String, String> environment = Map.of("FANFARE_SAMPLE_LANES", "2", "FANFARE_SAMPLE_BUFFER", "2B");
        Sample sample = Settings.load(file, environment, Map.of("sample.lanes", "3"), List.of(Sample.class))
                .section(Sample.class);
        assertThat(sample.lanes()).isEqualTo(3);
        assertThat(sample.buffer().bytes()).isEqualTo(2);
        assertThat(sample.drainTimeout()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void anyKafkaPropertyPassesThroughFromTheEnvironment() {
        Settings settings = Settings.load(
                null,
                Map.of(
                        "FANFARE_KAFKA_BOOTSTRAP_SERVERS", "broker:9092",
                        "FANFARE_KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL", "https://idp"),
                Map.of(),
                List.of(Sample.class));
        assertThat(settings.kafka())
                .containsEntry("bootstrap.servers", "broker:9092")
                .containsEntry("sasl.oauthbearer.token.endpoint.url", "https://idp");
        assertThat(new KafkaConnection(settings.kafka()).properties("id"))
                .containsEntry("bootstrap.servers", "broker:9092")
                .containsEntry("client.id", "id");
    }

    @Test
    void withoutABootstrapServerTheWayOutIsNamed() {
        assertThatThrownBy(() -> new KafkaConnection(load(Map.of()).kafka()))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("kafka.bootstrap.servers")
                .hasMessageContaining("FANFARE_KAFKA_BOOTSTRAP_SERVERS");
    }

    @Test
    void anUnknownKeyIsRefusedWithWhatWasMeant() throws IOException {
        Path file = yaml("sample: { drain-timout: 1s }");
        assertThatThrownBy(() -> Settings.load(file, Map.of(), Map.of(), List.of(Sample.class)))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining(
                        "sample.drain-timout: there is no such setting. Did you mean 'sample.drain-timeout'?");
    }

    @Test
    void anUnknownVariableIsRefusedWithWhatWasMeant() {
        assertThatThrownBy(
                        () -> Settings.load(null, Map.of("FANFARE_SAMPLE_LANE", "1"), Map.of(), List.of(Sample.class)))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("FANFARE_SAMPLE_LANE")
                .hasMessageContaining("Did you mean 'FANFARE_SAMPLE_LANES'?");
    }

    @Test
    void allFaultsAreToldAtOnceEachByItsKey() throws IOException {
        Path file = yaml("""
                sample: { drain-timeout: soon, buffer: 10MB, lanes: many }
                must: { count: 1 }
                nonsense: true
                """);
        assertThatThrownBy(() -> Settings.load(
                        file, Map.of("FANFARE_ZZZ", "1"), Map.of("other.key", "1"), List.of(Sample.class, Must.class)))
                .isInstanceOfSatisfying(InvalidSettings.class, invalid -> {
                    assertThat(invalid.faults()).hasSize(7);
                    assertThat(invalid.faults())
                            .anyMatch(fault -> fault.contains("sample.drain-timeout")
                                    && fault.contains("'soon' is not a duration"));
                    assertThat(invalid.faults())
                            .anyMatch(
                                    fault -> fault.contains("sample.buffer") && fault.contains("'10MB' is not a size"));
                    assertThat(invalid.faults()).anyMatch(fault -> fault.contains("sample.lanes"));
                    assertThat(invalid.faults()).anyMatch(fault -> fault.contains("must.name"));
                    assertThat(invalid.faults()).anyMatch(fault -> fault.startsWith("nonsense:"));
                    assertThat(invalid.faults()).anyMatch(fault -> fault.contains("FANFARE_ZZZ"));
                    assertThat(invalid.faults()).anyMatch(fault -> fault.startsWith("other.key:"));
                    assertThat(invalid.getMessage().lines()).hasSize(7);
                });
    }

    @Test
    void aValueIsTakenAsItStandsAlsoWhereItLooksLikeAnExpression() {
        Sample sample = load(Map.of("sample.password", "a${b}c$d\\e", "sample.note", "${HOME}"))
                .section(Sample.class);
        assertThat(sample.password()).contains(new Secret("a${b}c$d\\e"));
        assertThat(sample.note()).contains("${HOME}");
    }

    @Test
    void whatIsInForceCanBeShownWithoutSecrets() {
        Settings settings = load(Map.of(
                "sample.password", "hush",
                "sample.lanes", "5",
                "kafka.bootstrap.servers", "b:9092",
                "kafka.sasl.jaas.config", "password='hush'",
                "kafka.ssl.keystore.password", "hush",
                "kafka.ssl.key.password", "hush",
                "kafka.sasl.oauthbearer.client.credentials.client.secret", "hush"));
        assertThat(settings.effective())
                .containsEntry("sample.password", "[hidden]")
                .containsEntry("sample.lanes", "5")
                .containsEntry("sample.drain-timeout", "10s")
                .containsEntry("kafka.bootstrap.servers", "b:9092")
                .containsEntry("kafka.sasl.jaas.config", "[hidden]")
                .doesNotContainKey("sample.note");
        assertThat(settings.effective().toString()).doesNotContain("hush");
        assertThat(List.copyOf(settings.effective().keySet())).isSorted();
        assertThat(settings.section(Sample.class).password().toString()).doesNotContain("hush");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path absent = folder.resolve("absent.yaml");
        assertThatThrownBy(() -> Settings.load(absent, Map.of(), Map.of(), List.of()))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining(absent + ": there is no such file");
        assertThatThrownBy(() -> Settings.load(folder, Map.of(), Map.of(), List.of()))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining(folder.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: [", "- a\n- b", "just words", "a: 1\na: 2", "!!java.io.File [x]", "a: &x [*x]\n\t"})
    void aFileThatHoldsNoSettingsIsNamed(String text) throws IOException {
        Path file = yaml(text);
        assertThatThrownBy(() -> Settings.load(file, Map.of(), Map.of(), List.of(Sample.class)))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing yet", "---", "sample:", "sample: {}"})
    void anEmptyFileLeavesTheDefaults(String text) throws IOException {
        assertThat(Settings.load(yaml(text), Map.of(), Map.of(), List.of(Sample.class))
                        .section(Sample.class)
                        .lanes())
                .isEqualTo(16);
    }

    @Test
    void theSectionsOfTheRuntimeHaveDefaults() {
        Settings settings = Settings.load(
                null,
                Map.of(),
                Map.of(),
                List.of(HttpSettings.class, AccessSettings.class, TopicSettings.class, SecretSettings.class));
        assertThat(settings.section(HttpSettings.class).port()).isEqualTo(8080);
        assertThat(settings.section(HttpSettings.class).host()).isEqualTo("0.0.0.0");
        assertThat(settings.section(AccessSettings.class).key()).isEmpty();
        assertThat(settings.section(AccessSettings.class).tenants()).containsExactly("default");
        assertThat(settings.section(AccessSettings.class).defaultTenant()).isEqualTo("default");
        assertThat(settings.section(SecretSettings.class).keysetFile()).isEmpty();
        assertThat(TopicSettings.layout(settings.section(TopicSettings.class)).tiers())
                .isEqualTo(Tier.DEFAULTS);
    }

    @Test
    void tiersThatMakeNoSenseAreNamedByTheirKey() {
        Settings settings = Settings.load(
                null, Map.of("FANFARE_TOPICS_RETRY_TIERS", "1m,1m"), Map.of(), List.of(TopicSettings.class));
        assertThatThrownBy(() -> TopicSettings.layout(settings.section(TopicSettings.class)))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageStartingWith("topics.retry-tiers: ");
    }

    private static Settings load(Map<String, String> overrides) {
        return Settings.load(null, Map.of(), overrides, List.of(Sample.class));
    }

    private Path yaml(String text) throws IOException {
        return Files.writeString(folder.resolve("fanfare.yaml"), text);
    }
}
