package dev.fanfare.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.Suggestion;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object, read one by one by their kind. What is not of the kind is noted as a fault and read as
 * absent, so that one reading finds all faults. JSON's null is absent. Confined to one reading.
 */
public final class Members {
    private static final int MAX_MOMENT_LENGTH = 64;

    private final ObjectNode object;
    private final String prefix;
    private final List<FieldError> faults;

    /** Reads an object; faults are noted under the prefix and the member's name. */
    public Members(ObjectNode object, String prefix, List<FieldError> faults) {
        this.object = object;
        this.prefix = prefix;
        this.faults = faults;
    }

    /** Notes a fault of a member. */
    public void fault(String name, String detail) {
        faults.add(new FieldError(prefix + name, detail));
    }

    /** Notes every member that isn't known; {@code explained} gives the words for some, or null. */
    public void refuseOthers(Set<String> known, Function<String, @Nullable String> explained) {
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                String words = explained.apply(name);
                fault(cut(name), words != null ? words : "is not a member here" + Suggestion.among(known, cut(name)));
            }
        });
    }

    /** Whether there is such a member, other than null. */
    public boolean has(String name) {
        JsonNode node = object.get(name);
        return node != null && !node.isNull();
    }

    /** Whatever stands there. */
    public @Nullable JsonNode json(String name) {
        return has(name) ? object.get(name) : null;
    }

    /** A string; null where it is absent or anything but that. */
    public @Nullable String text(String name, int maxLength) {
        if (!has(name)) {
            return null;
        }
        JsonNode node = object.get(name);
        return text(name, node, maxLength);
    }

    /** One of an enum's constants, in lower case; null where it is absent or none of them. */
    public <E extends Enum<E>> @Nullable E choice(String name, Class<E> kind, int maxLength) {
        String text = text(name, maxLength);
        if (text == null) {
            return null;
        }
        List<String> known = new ArrayList<>();
        for (E constant : kind.getEnumConstants()) {
            String word = constant.name().toLowerCase(Locale.ROOT);
            if (word.equals(text)) {
                return constant;
            }
            known.add(word);
        }
        int last = known.size() - 1;
        String others = last == 0 ? "" : String.join(", ", known.subList(0, last)) + " or ";
        fault(name, "must be " + others + known.get(last));
        return null;
    }

    /** A whole number; null where it is absent, out of range or anything but that. */
    public @Nullable Integer integer(String name, int least, int most) {
        if (!has(name)) {
            return null;
        }
        JsonNode node = object.get(name);
        // 7.0 is one, too (JSON Schema 2020-12, section 4.2.3)
        if (!node.canConvertToExactIntegral()
                || !node.canConvertToInt()
                || node.intValue() < least
                || node.intValue() > most) {
            notA(name, "a whole number from " + least + " to " + most);
            return null;
        }
        return node.intValue();
    }

    /** A number; null where it is absent, out of range or anything but that. */
    public @Nullable Double number(String name, double least, double most) {
        if (!has(name)) {
            return null;
        }
        JsonNode node = object.get(name);
        if (!node.isNumber() || !(node.doubleValue() >= least && node.doubleValue() <= most)) {
            notA(name, "a number from " + least + " to " + (long) most);
            return null;
        }
        return node.doubleValue();
    }

    /** Whether a member is true; false where it is absent or anything but true or false. */
    public boolean flag(String name) {
        if (has(name) && !object.get(name).isBoolean()) {
            notA(name, "true or false");
        }
        return has(name) && object.get(name).booleanValue();
    }

    /** A moment as RFC 3339 writes it, in UTC; null where it is absent or anything but that. */
    public @Nullable Instant moment(String name) {
        String text = text(name, MAX_MOMENT_LENGTH);
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            notA(name, "a moment in UTC, such as 2026-11-21T12:00:00Z");
            return null;
        }
    }

    /** An object; null where it is absent or anything but that. */
    public @Nullable Members object(String name) {
        if (!has(name)) {
            return null;
        }
        if (object.get(name) instanceof ObjectNode child) {
            return new Members(child, prefix + name + ".", faults);
        }
        notA(name, "an object");
        return null;
    }

    /** Strings of a list; null where it is absent or anything but that. */
    public @Nullable List<String> texts(String name, int most, int maxLength) {
        if (!has(name)) {
            return null;
        }
        JsonNode node = object.get(name);
        if (!node.isArray()) {
            notA(name, "a list of strings");
            return null;
        }
        if (node.size() > most) {
            fault(name, "holds " + node.size() + " entries, " + most + " are allowed");
            return null;
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            String at = name + "[" + i + "]";
            String text = text(at, node.get(i), maxLength);
            if (text != null) {
                texts.add(text);
            }
        }
        return texts;
    }

    /** An object whose values are strings, in the order given; null where it is absent or anything but that. */
    public @Nullable Map<String, String> map(String name, int most, int maxNameLength, int maxLength) {
        if (!has(name)) {
            return null;
        }
        if (!(object.get(name) instanceof ObjectNode child)) {
            notA(name, "an object whose values are strings");
            return null;
        }
        if (child.size() > most) {
            fault(name, "holds " + child.size() + " entries, " + most + " are allowed");
            return null;
        }
        Map<String, String> map = new LinkedHashMap<>();
        child.properties().forEach(member -> {
            String at = name + "." + cut(member.getKey());
            String text = text(at, member.getValue(), maxLength);
            if (member.getKey().isEmpty() || member.getKey().length() > maxNameLength) {
                fault(at, "the name must have 1 to " + maxNameLength + " characters");
            } else if (text != null) {
                map.put(member.getKey(), text);
            }
        });
        return map;
    }

    private @Nullable String text(String name, JsonNode node, int maxLength) {
        if (!node.isTextual()) {
            notA(name, "a string");
            return null;
        }
        if (node.textValue().length() > maxLength) {
            fault(name, "is longer than " + maxLength + " characters");
            return null;
        }
        return node.textValue();
    }

    private void notA(String name, String kind) {
        fault(name, "must be " + kind);
    }

    private static String cut(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64) + "…";
    }
}
