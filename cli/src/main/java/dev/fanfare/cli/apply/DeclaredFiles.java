package dev.fanfare.cli.apply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fanfare.cli.apply.Declared.Kind;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.contract.ApiDescription;
import dev.fanfare.contract.problem.Suggestion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of YAML (JSON is YAML too), each with any number of documents, and gathers all that is wrong with them before
 * anything is done. Which fields there are is told by the description of the API.
 */
final class DeclaredFiles {
    private static final Set<String> ENDINGS = Set.of(".yaml", ".yml", ".json");
    private static final Set<String> OF_EVENT_TYPE = Set.of("description", "deprecation", "schema", "example");
    private static final String AUTH = "auth";

    private final YAMLMapper yaml = YAMLMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();
    private final Map<Kind, Set<String>> fields = new EnumMap<>(Kind.class);
    private final List<Declared> found = new ArrayList<>();
    private final Map<String, String> places = new HashMap<>();
    private final List<String> faults = new ArrayList<>();

    private DeclaredFiles() {
        fields.put(Kind.EVENT_TYPE, OF_EVENT_TYPE);
        Set<String> ofSubscription = new TreeSet<>();
        ApiDescription.read()
                .at("/components/schemas/SubscriptionRequest/properties")
                .properties()
                .forEach(property -> {
                    if (!property.getValue().path("readOnly").asBoolean()) {
                        ofSubscription.add(property.getKey());
                    }
                });
        ofSubscription.removeAll(Set.of(Kind.SUBSCRIPTION.nameField(), "tenant"));
        fields.put(Kind.SUBSCRIPTION, ofSubscription);
    }

    /**
     * All that the paths declare.
     *
     * @param paths files, folders (with all that is below them), or {@code -} for standard input
     * @throws CommandFailure with every fault, where there is one
     */
    static List<Declared> read(List<String> paths, InputStream in) {
        DeclaredFiles files = new DeclaredFiles();
        for (String path : paths) {
            if (path.equals("-")) {
                files.take("standard input", in);
            } else {
                filesOf(Path.of(path)).forEach(files::takeFile);
            }
        }
        if (files.found.isEmpty() && files.faults.isEmpty()) {
            files.faults.add(String.join(", ", paths) + ": nothing is declared there");
        }
        if (!files.faults.isEmpty()) {
            throw CommandFailure.usage(String.join(System.lineSeparator(), files.faults));
        }
        return files.found;
    }

    private static List<Path> filesOf(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> all = Files.walk(path)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> ENDINGS.stream()
                            .anyMatch(ending -> file.getFileName().toString().endsWith(ending)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw CommandFailure.usage(path + ": can't be read");
        }
    }

    private void takeFile(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            take(file.toString(), in);
        } catch (IOException e) {
            faults.add(file + ": can't be read");
        }
    }

    private void take(String file, InputStream in) {
        int document = 0;
        try (MappingIterator<JsonNode> documents =
                yaml.readerFor(JsonNode.class).readValues(in)) {
            while (documents.hasNextValue()) {
                document++;
                JsonNode value = documents.nextValue();
                if (value != null && !value.isNull() && !value.isMissingNode()) {
                    take(value, file + ", document " + document);
                }
            }
        } catch (JsonProcessingException e) {
            faults.add(file + ": is neither YAML nor JSON (line "
                    + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()) + "): "
                    + Printable.line(e.getOriginalMessage()));
        } catch (IOException e) {
            faults.add(file + ": can't be read");
        }
    }

    private void take(JsonNode value, String place) {
        if (!(value instanceof ObjectNode object)) {
            faults.add(place + ": must be an object with kind, and id or name");
            return;
        }
        ObjectNode rest = object.deepCopy();
        Kind kind = kind(rest.remove("kind"), place);
        if (kind == null) {
            return;
        }
        JsonNode name = rest.remove(kind.nameField());
        if (name == null || !name.isTextual() || name.textValue().isEmpty()) {
            faults.add(place + ": " + kind.nameField() + " is required: what is applied must be found again");
            return;
        }
        Declared declared = new Declared(kind, name.textValue(), rest, place);
        checkFields(declared);
        String before = places.putIfAbsent(declared.title(), place);
        if (before != null) {
            faults.add(place + ": " + declared.title() + " is declared twice, before in " + before);
        }
        found.add(declared);
    }

    private @Nullable Kind kind(@Nullable JsonNode given, String place) {
        String texts = Arrays.stream(Kind.values()).map(Kind::text).collect(Collectors.joining(" or "));
        for (Kind kind : Kind.values()) {
            if (given != null && kind.text().equals(given.textValue())) {
                return kind;
            }
        }
        faults.add(place + ": kind " + (given == null ? "is required" : "is " + Printable.line(given.toString()))
                + ": write " + texts);
        return null;
    }

    private void checkFields(Declared declared) {
        Set<String> known = fields.getOrDefault(declared.kind(), Set.of());
        declared.fields().properties().forEach(field -> {
            String name = field.getKey();
            String at = declared.place() + " (" + declared.title() + "): " + Printable.line(name);
            if (!known.contains(name)) {
                faults.add(at + " is not a field of a " + declared.kind().text() + Suggestion.among(known, name));
            } else if (name.equals(AUTH)) {
                faults.add(at + " holds credentials, which files don't: set it through the API, and it stays as it is");
            } else if (field.getValue().isNull()) {
                faults.add(at + " is null: write the value that you want, or leave it out and it stays as it is");
            }
        });
    }
}
