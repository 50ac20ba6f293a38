package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is shipped: that its bill of materials is true, that we may ship it, and that a second build would be the same. */
class DistributionTest {
    private static final Path DISTRIBUTION = DevProcess.ROOT.resolve("standalone/target/fanfare");
    private static final Path LIB = DISTRIBUTION.resolve("lib");
    private static final Path SBOM = DISTRIBUTION.resolve("sbom.json");

    /**
     * Licences under which a jar may be shipped with ours: each lets it be handed on, linked and unchanged, without a word
     * about the rest. Where a jar has several, one is enough.
     */
    private static final Set<String> ALLOWED = Set.of(
            "0BSD",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "EPL-2.0",
            "Go License", // RE2/J: BSD-3-Clause in other words
            "MIT");

    /** Where the bill names another licence than the one that is in the jar's sources: the pom says only "BSD". */
    private static final Map<String, String> MISREAD = Map.of("antlr4-runtime", "BSD-3-Clause");

    @BeforeEach
    void assumePackaged() {
        assumeTrue(Files.exists(SBOM), "skipped: nothing is packaged (mvn verify does)");
    }

    private static Map<String, JsonNode> components() throws IOException {
        Map<String, JsonNode> byJar = new TreeMap<>();
        for (JsonNode component : new ObjectMapper().readTree(SBOM.toFile()).path("components")) {
            String purl = component.path("purl").asText();
            int classifier = purl.indexOf("classifier=");
            String suffix = classifier < 0
                    ? ""
                    : "-" + purl.substring(classifier + "classifier=".length()).split("&", 2)[0];
            byJar.put(
                    component.path("name").asText() + "-"
                            + component.path("version").asText() + suffix + ".jar",
                    component);
        }
        return byJar;
    }

    @Test
    void theBillOfMaterialsHasEveryJarAndNoOther() throws Exception {
        Set<String> jars = new TreeSet<>();
        try (Stream<Path> files = Files.list(LIB)) {
            files.forEach(jar -> jars.add(jar.getFileName().toString()));
        }
        jars.removeIf(jar -> jar.startsWith("fanfare-standalone-")); // what it is the bill of
        assertThat(components().keySet()).isEqualTo(jars);
        assertThat(components().values()).allSatisfy(component -> assertThat(component.findValuesAsText("alg"))
                .contains("SHA-256"));
    }

    @Test
    void everyJarMayBeShipped() throws Exception {
        Map<String, List<String>> notAllowed = new TreeMap<>();
        components().forEach((jar, component) -> {
            List<String> licences = new ArrayList<>();
            component.path("licenses").forEach(choice -> {
                JsonNode licence = choice.path("license");
                licences.add(
                        choice.has("expression")
                                ? choice.path("expression").asText()
                                : licence.path("id").asText(licence.path("name").asText()));
            });
            licences.add(MISREAD.getOrDefault(component.path("name").asText(), ""));
            if (licences.stream().noneMatch(ALLOWED::contains)) {
                notAllowed.put(jar, licences);
            }
        });
        assertThat(notAllowed).as("jars whose licence nobody has said yes to").isEmpty();
    }

    @Test
    void nothingInOurJarsTellsWhenOrWhereTheyWereBuilt() throws Exception {
        try (Stream<Path> files = Files.list(LIB)) {
            List<Path> ours = files.filter(jar -> jar.getFileName().toString().startsWith("fanfare-"))
                    .toList();
            assertThat(ours).hasSizeGreaterThan(5);
            Instant stamp = Instant.parse(System.getProperty("fanfare.output-timestamp"));
            LocalDateTime expected = LocalDateTime.ofInstant(stamp, ZoneOffset.UTC);
            for (Path path : ours) {
                try (JarFile jar = new JarFile(path.toFile())) {
                    assertThat(jar.stream()).as("times in %s", path).allSatisfy(entry -> assertThat(
                                    entry.getTimeLocal())
                            .as(entry.getName())
                            .isEqualTo(expected));
                    assertThat(jar.getManifest().getMainAttributes().keySet().toString())
                            .doesNotContain("Built-By", "Build-Time", "Bnd-LastModified");
                }
            }
        }
    }

    /** Only where {@code -Pjib -Djib.base=scratch} had it made: an image of our own layers alone. */
    @Test
    void theImageThatJibMakesHasEveryJarOnceAndStartsAsTheOtherOneDoes() throws Exception {
        Path tar = DevProcess.ROOT.resolve("standalone/target/jib-image.tar");
        assumeTrue(Files.exists(tar), "skipped: Jib has made no image (mvn verify -Pjib -Djib.base=scratch does)");
        List<String> jars = new ArrayList<>();
        JsonNode config = MissingNode.getInstance();
        try (TarArchiveInputStream image = new TarArchiveInputStream(Files.newInputStream(tar))) {
            for (var entry = image.getNextEntry(); entry != null; entry = image.getNextEntry()) {
                if (entry.getName().equals("config.json")) {
                    config = new ObjectMapper().readTree(image.readAllBytes()).path("config");
                } else if (entry.getName().endsWith(".tar.gz")) {
                    jars.addAll(jarsIn(image.readAllBytes()));
                }
            }
        }
        Set<String> shipped = new TreeSet<>();
        try (Stream<Path> files = Files.list(LIB)) {
            files.forEach(jar -> shipped.add(jar.getFileName().toString()));
        }
        shipped.removeIf(jar -> jar.startsWith("fanfare-standalone-")); // its classes lie beside
        assertThat(jars).containsExactlyInAnyOrderElementsOf(shipped);
        assertThat(config.path("User").asText()).isEqualTo("10001:10001");
        List<String> entrypoint = new ArrayList<>();
        config.path("Entrypoint").forEach(part -> entrypoint.add(part.asText()));
        String dockerfile = Files.readString(DevProcess.ROOT.resolve("deploy/image/Dockerfile"));
        assertThat(entrypoint).startsWith("java").endsWith("dev.fanfare.standalone.Main");
        assertThat(entrypoint.subList(1, entrypoint.indexOf("-cp")))
                .isNotEmpty()
                .allSatisfy(option -> assertThat(dockerfile).contains('"' + option + '"'));
        assertThat(config.path("Env")).anySatisfy(variable -> assertThat(dockerfile)
                .contains("ENV " + variable.asText().replaceFirst("=", "=\"") + '"'));
    }

    private static List<String> jarsIn(byte[] layer) throws IOException {
        List<String> jars = new ArrayList<>();
        try (TarArchiveInputStream files =
                new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(layer)))) {
            for (var entry = files.getNextEntry(); entry != null; entry = files.getNextEntry()) {
                if (entry.getName().startsWith("opt/fanfare/")
                        && entry.getName().endsWith(".jar")) {
                    jars.add(Path.of(entry.getName()).getFileName().toString());
                }
            }
        }
        return jars;
    }
}
