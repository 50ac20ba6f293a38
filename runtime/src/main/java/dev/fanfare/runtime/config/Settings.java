package dev.fanfare.runtime.config;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.problem.Suggestion;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.microprofile.config.spi.Converter;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a process: a YAML file, then the environment, then what the command line sets; the later wins. Each
 * part of the house declares its own section as an interface with {@code @ConfigMapping}. Unknown keys are refused with
 * a suggestion, and all faults are told at once.
 *
 * <pre>
 * dispatcher.drain-timeout      in YAML  dispatcher: { drain-timeout: 10s }
 *                               in env   FANFARE_DISPATCHER_DRAIN_TIMEOUT=10s
 * kafka.sasl.mechanism          any Kafka client property: kafka.* passes through as it is
 * </pre>
 */
public final class Settings {
    private static final String ENV_PREFIX = "FANFARE_";
    private static final String KAFKA_PREFIX = "kafka.";
    private static final String KAFKA_ENV_PREFIX = ENV_PREFIX + "KAFKA_";
    /** Environment variables of the launcher and the command line, which are not settings. */
    private static final Set<String> NOT_SETTINGS =
            Set.of("FANFARE_CONFIG", "FANFARE_NO_BUILD", "FANFARE_JAVA_OPTS", "FANFARE_API_KEY", "FANFARE_API_URL");

    private final SmallRyeConfig config;
    private final Map<String, String> kafka;
    private final Map<String, String> effective;

    private Settings(SmallRyeConfig config, Map<String, String> kafka, Map<String, String> effective) {
        this.config = config;
        this.kafka = kafka;
        this.effective = effective;
    }

    /**
     * Reads and checks everything.
     *
     * @param file        a YAML file; null for none
     * @param environment the process's environment
     * @param overrides   full keys, such as {@code http.port}
     * @param sections    every section that may appear, also those of roles that don't run in this process
     * @throws InvalidSettings with every fault
     */
    public static Settings load(
            @Nullable Path file,
            Map<String, String> environment,
            Map<String, String> overrides,
            List<Class<?>> sections) {
        return load(file, environment, overrides, Map.of(), sections);
    }

    /**
     * As above, for a process whose defaults are not the sections' own.
     *
     * @param base full keys with values that everything else wins over
     */
    public static Settings load(
            @Nullable Path file,
            Map<String, String> environment,
            Map<String, String> overrides,
            Map<String, String> base,
            List<Class<?>> sections) {
        Map<String, String> defaults = defaults(sections);
        List<String> faults = new ArrayList<>();
        Map<String, String> given = new HashMap<>(base);
        if (file != null) {
            given.putAll(YamlFile.read(file));
        }
        given.putAll(fromEnvironment(environment, defaults.keySet(), faults));
        given.putAll(overrides);

        Map<String, String> kafka = new TreeMap<>();
        Map<String, String> ours = new HashMap<>();
        given.forEach((key, value) -> {
            if (key.startsWith(KAFKA_PREFIX)) {
                kafka.put(key.substring(KAFKA_PREFIX.length()), value);
            } else if (defaults.containsKey(key)) {
                ours.put(key, value);
            } else {
                faults.add(key + ": there is no such setting" + Suggestion.among(defaults.keySet(), key));
            }
        });
        // what is left empty by mistake, such as by a variable that nobody set, must not mean that there is no file
        keysOf(Path.class, sections).stream()
                .filter(key -> "".equals(ours.get(key)))
                .forEach(key -> faults.add(key + ": is empty: name a file, or leave it out"));
        SmallRyeConfig config = build(ours, sections, faults);
        if (config == null || !faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
        return new Settings(
                config, Map.copyOf(kafka), effective(defaults, ours, kafka, keysOf(Secret.class, sections)));
    }

    /** A section, such as {@code settings.section(HttpSettings.class)}; it must have been named when loading. */
    public <T> T section(Class<T> type) {
        return config.getConfigMapping(type);
    }

    /** The Kafka client properties that were given as {@code kafka.*}, without the prefix. */
    public Map<String, String> kafka() {
        return kafka;
    }

    /** Every key with its value in force, sorted, secrets hidden: for the log at start. */
    public Map<String, String> effective() {
        return effective;
    }

    /** Every key that the sections know, with its default; empty where it has none. */
    public static Map<String, String> defaults(List<Class<?>> sections) {
        Map<String, String> keys = new HashMap<>();
        for (Class<?> section : sections) {
            ConfigClass mapping = ConfigClass.configClass(section);
            ConfigMappings.getProperties(mapping).forEach((key, property) -> keys.put(key, ""));
            // a key without a default stands there with null
            mapping.getProperties().forEach((key, value) -> keys.put(key, value == null ? "" : value));
        }
        // lists are written as one text with commas, not element by element
        keys.keySet().removeIf(key -> key.endsWith("[*]"));
        return keys;
    }

    private static @Nullable SmallRyeConfig build(
            Map<String, String> values, List<Class<?>> sections, List<String> faults) {
        // without its interceptors: a value is taken as it stands, '${' is nothing special in a password
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withValidateUnknown(false)
                .withSources(new PropertiesConfigSource(values, "settings", 100));
        builder.withConverter(Duration.class, 200, (Converter<Duration>) DurationText::parse);
        builder.withConverter(ByteSize.class, 200, (Converter<ByteSize>) ByteSize::parse);
        // what is absent comes here as an empty text: a secret that is empty would be one that everybody knows
        builder.withConverter(Secret.class, 200, (Converter<Secret>) text -> text.isEmpty() ? null : new Secret(text));
        sections.forEach(builder::withMapping);
        try {
            return builder.build();
        } catch (ConfigValidationException e) {
            for (int i = 0; i < e.getProblemCount(); i++) {
                faults.add(e.getProblem(i).getMessage());
            }
            return null;
        }
    }

    /** Those whose value is of a type, or may be. */
    private static Set<String> keysOf(Class<?> type, List<Class<?>> sections) {
        Set<String> keys = new TreeSet<>();
        for (Class<?> section : sections) {
            ConfigMappings.getProperties(ConfigClass.configClass(section)).forEach((key, property) -> {
                if (property.getMethod().toGenericString().contains(type.getName())) {
                    keys.add(key);
                }
            });
        }
        return keys;
    }

    private static Map<String, String> fromEnvironment(
            Map<String, String> environment, Set<String> keys, List<String> faults) {
        Map<String, String> byVariable = new HashMap<>();
        keys.forEach(key -> byVariable.put(variable(key), key));
        Map<String, String> found = new HashMap<>();
        environment.forEach((name, value) -> {
            String key = byVariable.get(name);
            if (key != null) {
                found.put(key, value);
            } else if (name.startsWith(KAFKA_ENV_PREFIX)) {
                found.put(
                        KAFKA_PREFIX
                                + name.substring(KAFKA_ENV_PREFIX.length())
                                        .toLowerCase(Locale.ROOT)
                                        .replace('_', '.'),
                        value);
            } else if (name.startsWith(ENV_PREFIX) && !NOT_SETTINGS.contains(name)) {
                faults.add("environment variable " + name + ": there is no such setting"
                        + Suggestion.among(byVariable.keySet(), name));
            }
        });
        return found;
    }

    private static String variable(String key) {
        return ENV_PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static Map<String, String> effective(
            Map<String, String> defaults, Map<String, String> given, Map<String, String> kafka, Set<String> secrets) {
        Map<String, String> all = new TreeMap<>(defaults);
        all.putAll(given);
        all.replaceAll((key, value) -> secrets.contains(key) && !value.isEmpty() ? "[hidden]" : value);
        kafka.forEach((key, value) -> all.put(KAFKA_PREFIX + key, mayBeSecret(key) ? "[hidden]" : value));
        all.values().removeIf(String::isEmpty);
        return all;
    }

    private static boolean mayBeSecret(String kafkaKey) {
        return kafkaKey.contains("password")
                || kafkaKey.contains("jaas")
                || kafkaKey.contains("secret")
                || kafkaKey.contains("keystore.key");
    }
}
