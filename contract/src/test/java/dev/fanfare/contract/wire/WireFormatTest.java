package dev.fanfare.contract.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.wire.WireSamples.HeadersSample;
import dev.fanfare.contract.wire.WireSamples.JsonSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two versions side by side in one group: this build reads what a frozen one wrote, and the frozen one finds in what this
 * build writes all that it wrote itself. What is there besides, it passes over.
 *
 * <p>The frozen records are never changed. A release adds a folder with its own, by
 * {@code -Dfanfare.freeze=true}, and its name to {@link #FROZEN}.
 */
class WireFormatTest {
    private static final Path WIRE = Path.of("src/test/resources/wire");
    private static final String FROZEN = "0.1";

    static Map<String, JsonSample> json() {
        return WireSamples.json();
    }

    static Set<String> jsonNames() {
        return WireSamples.json().keySet();
    }

    static Set<String> headersNames() {
        return WireSamples.headers().keySet();
    }

    @ParameterizedTest
    @MethodSource("jsonNames")
    void aValueThatAFrozenBuildWroteIsRead(String name) throws Exception {
        JsonSample sample = json().get(name);
        byte[] frozen = frozen(name + ".json", pretty(sample.written()));
        assertThat(sample.reader().read(frozen)).isEqualTo(sample.expected());
    }

    @ParameterizedTest
    @MethodSource("jsonNames")
    void aFrozenBuildFindsInAValueAllThatItWroteItself(String name) throws Exception {
        JsonSample sample = json().get(name);
        JsonNode frozen = Json.TOPIC.readTree(frozen(name + ".json", pretty(sample.written())));
        assertThat(missing("", frozen, Json.TOPIC.readTree(sample.written())))
                .as("gone or other than what the frozen build reads")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("jsonNames")
    void whatALaterBuildAddsToAValueIsPassedOver(String name) throws Exception {
        JsonSample sample = json().get(name);
        ObjectNode later = (ObjectNode) Json.TOPIC.readTree(sample.written());
        later.putObject("aLaterMember").put("n", 1);
        assertThat(sample.reader().read(Json.TOPIC.writeValueAsBytes(later))).isEqualTo(sample.expected());
    }

    @ParameterizedTest
    @MethodSource("headersNames")
    void headersThatAFrozenBuildWroteAreReadAndAFrozenBuildFindsItsOwn(String name) throws Exception {
        HeadersSample sample = WireSamples.headers().get(name);
        Map<String, String> written = texts(sample.written());
        Map<String, String> frozen = new LinkedHashMap<>();
        Json.TOPIC
                .readTree(frozen(name + ".headers.json", Json.TOPIC.writeValueAsBytes(written)))
                .properties()
                .forEach(header -> frozen.put(header.getKey(), header.getValue().asText()));
        assertThat(written).containsAllEntriesOf(frozen);
        Headers headers = new RecordHeaders();
        frozen.forEach((key, value) -> headers.add(key, value.getBytes(UTF_8)));
        assertThat(sample.reader().read(headers)).isEqualTo(sample.expected());
        headers.add("fanfare-a-later-header", "1".getBytes(UTF_8));
        assertThat(sample.reader().read(headers)).isEqualTo(sample.expected());
    }

    @Test
    void aMemberThatIsGoneOrMeansSomethingElseIsFound() throws Exception {
        JsonNode frozen = Json.TOPIC.readTree("{\"a\":1,\"b\":{\"c\":[{\"d\":2}]}}");
        assertThat(missing("", frozen, Json.TOPIC.readTree("{\"a\":1,\"b\":{\"c\":[{\"d\":2,\"e\":0}]},\"f\":3}")))
                .isEmpty();
        assertThat(missing("", frozen, Json.TOPIC.readTree("{\"a\":1,\"b\":{\"c\":[{\"d\":3}]}}")))
                .isEqualTo("/b/c/0/d");
        assertThat(missing("", frozen, Json.TOPIC.readTree("{\"b\":{\"c\":[{\"d\":2}]}}")))
                .isEqualTo("/a");
    }

    /** Where the first part of one is that isn't in the other; empty where all is there. */
    private static String missing(String at, JsonNode part, JsonNode whole) {
        if (part.isObject() && whole.isObject()) {
            return part.properties().stream()
                    .map(member -> missing(at + "/" + member.getKey(), member.getValue(), whole.path(member.getKey())))
                    .filter(path -> !path.isEmpty())
                    .findFirst()
                    .orElse("");
        }
        if (part.isArray() && whole.isArray() && part.size() == whole.size()) {
            for (int i = 0; i < part.size(); i++) {
                String path = missing(at + "/" + i, part.get(i), whole.get(i));
                if (!path.isEmpty()) {
                    return path;
                }
            }
            return "";
        }
        return part.equals(whole) ? "" : at;
    }

    private static Map<String, String> texts(Headers headers) {
        return StreamSupport.stream(headers.spliterator(), false)
                .collect(Collectors.toMap(
                        header -> header.key(),
                        header -> new String(header.value(), UTF_8),
                        (first, last) -> last,
                        LinkedHashMap::new));
    }

    private static byte[] pretty(byte[] json) throws IOException {
        return Json.TOPIC.writerWithDefaultPrettyPrinter().writeValueAsBytes(Json.TOPIC.readTree(json));
    }

    private static byte[] frozen(String file, byte[] now) throws IOException {
        Path path = WIRE.resolve(FROZEN).resolve(file);
        if (Boolean.getBoolean("fanfare.freeze") && !Files.exists(path)) {
            Files.write(path, now);
        }
        return Files.readAllBytes(path);
    }
}
