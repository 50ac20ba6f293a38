package dev.fanfare.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.api.ApiClient;
import dev.fanfare.cli.api.JsonApi;
import dev.fanfare.cli.apply.Declared.Kind;
import dev.fanfare.contract.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is, against what is declared: the changes, in the order in which they are to be made.
 *
 * <pre>
 * not there ─▶ PUT, which creates     differs ─▶ PATCH with the fields that do     pruned ─▶ DELETE
 * event type: PUT its words; another schema or example ─▶ PUT the next version
 * </pre>
 *
 * What a file doesn't name stays as it is.
 */
final class Plan {
    private final JsonApi api;
    private final BiConsumer<String, JsonNode> created;
    private final List<Change> changes = new ArrayList<>();
    private int unchanged;

    /**
     * Over the API.
     *
     * @param created is told of each subscription that was made, and what was answered
     */
    Plan(JsonApi api, BiConsumer<String, JsonNode> created) {
        this.api = api;
        this.created = created;
    }

    /** In the order in which they are to be made. */
    List<Change> changes() {
        return changes;
    }

    /** How many are as they were declared. */
    int unchanged() {
        return unchanged;
    }

    /** Compares all. */
    void compare(List<Declared> all) {
        Map<Kind, Map<String, JsonNode>> present = new TreeMap<>();
        all.stream()
                .sorted(Comparator.comparing(Declared::kind))
                .forEach(declared -> compare(
                        declared,
                        present.computeIfAbsent(declared.kind(), this::present).get(declared.name())));
    }

    /** Deletes the subscriptions that have this in their metadata and aren't declared. */
    void prune(String key, String value, List<Declared> all) {
        present(Kind.SUBSCRIPTION).forEach((id, subscription) -> {
            boolean declared = all.stream()
                    .anyMatch(each ->
                            each.kind() == Kind.SUBSCRIPTION && each.name().equals(id));
            if (!declared
                    && value.equals(subscription.path("metadata").path(key).textValue())) {
                changes.add(new Change(
                        '-',
                        Kind.SUBSCRIPTION.text() + " " + id,
                        "",
                        List.of(),
                        () -> api.delete(path(Kind.SUBSCRIPTION, id))));
            }
        });
    }

    private Map<String, JsonNode> present(Kind kind) {
        Map<String, JsonNode> byName = new TreeMap<>();
        api.pages(kind.path())
                .forEach(object -> byName.put(object.path(kind.nameField()).asText(), object));
        return byName;
    }

    private void compare(Declared declared, @Nullable JsonNode present) {
        JsonNode before = present == null ? Json.TOPIC.createObjectNode() : present;
        ObjectNode differing =
                switch (declared.kind()) {
                    case SUBSCRIPTION -> FieldDiff.differing(before, declared.fields());
                    case EVENT_TYPE -> FieldDiff.differing(withNewestVersion(before), declared.fields());
                };
        if (present != null && differing.isEmpty()) {
            unchanged++;
            return;
        }
        JsonNode shown = declared.kind() == Kind.EVENT_TYPE ? withNewestVersion(before) : before;
        changes.add(new Change(
                present == null ? '+' : '~',
                declared.title(),
                declared.place(),
                FieldDiff.lines(shown, differing),
                () -> make(declared, present, differing)));
    }

    private void make(Declared declared, @Nullable JsonNode present, ObjectNode differing) {
        String path = path(declared.kind(), declared.name());
        switch (declared.kind()) {
            case SUBSCRIPTION -> {
                if (present == null) {
                    created.accept(declared.name(), api.call("PUT", path, declared.fields()));
                } else {
                    api.call("PATCH", path, FieldDiff.patch(present, differing));
                }
            }
            case EVENT_TYPE -> makeEventType(declared, present, differing, path);
        }
    }

    private void makeEventType(Declared declared, @Nullable JsonNode present, ObjectNode differing, String path) {
        ObjectNode words = Json.TOPIC.createObjectNode();
        for (String field : List.of("description", "deprecation")) {
            JsonNode value = declared.fields().has(field)
                    ? declared.fields().get(field)
                    : present == null ? null : present.get(field);
            if (value != null) {
                words.set(field, value);
            }
        }
        api.call("PUT", path, words);
        if (differing.has("schema") || differing.has("example")) {
            JsonNode newest = present == null ? Json.TOPIC.createObjectNode() : newest(present);
            ObjectNode version = Json.TOPIC.createObjectNode();
            for (String field : List.of("schema", "example")) {
                JsonNode value =
                        declared.fields().has(field) ? declared.fields().get(field) : newest.get(field);
                if (value != null) {
                    version.set(field, value);
                }
            }
            api.call("PUT", path + "/versions/" + (newest.path("version").asInt() + 1), version);
        }
    }

    /** As a file has it: with the schema and the example of the newest version. */
    private static JsonNode withNewestVersion(JsonNode type) {
        ObjectNode flat = type.deepCopy();
        JsonNode newest = newest(type);
        for (String field : List.of("schema", "example")) {
            if (newest.has(field)) {
                flat.set(field, newest.get(field));
            }
        }
        return flat;
    }

    private static JsonNode newest(JsonNode type) {
        JsonNode versions = type.path("versions");
        return versions.path(versions.size() - 1);
    }

    private static String path(Kind kind, String name) {
        return kind.path() + "/" + ApiClient.encode(name);
    }
}
