package dev.fanfare.cli.log;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A line of ours taken apart: {@code name=value} words are its pairs, the other words its message. A value in quotes may
 * hold spaces. Numbers stay numbers where the code gave one; in lines that were put together as text, those of {@link
 * #NUMBERS} are. A pair's type is thus always the same, as whoever indexes logs needs it.
 */
final class LogPairs {
    /** Of the line of an attempt. */
    private static final Set<String> NUMBERS = Set.of("attempt", "status", "duration_ms");

    private static final Set<String> TAKEN = Set.of("time", "level", "logger", "thread", "message", "stack");

    private final String template;
    private final @Nullable Object[] arguments;
    private final StringBuilder message = new StringBuilder();
    private final Map<String, Object> pairs = new LinkedHashMap<>();
    private int used;

    private LogPairs(String template, @Nullable Object[] arguments) {
        this.template = template;
        this.arguments = arguments;
    }

    static LogPairs of(String template, @Nullable Object @Nullable [] arguments) {
        LogPairs pairs = new LogPairs(template, arguments == null ? new Object[0] : arguments);
        pairs.read();
        return pairs;
    }

    String message() {
        return message.toString();
    }

    Map<String, Object> pairs() {
        return pairs;
    }

    void writeTo(JsonGenerator json) throws IOException {
        for (Map.Entry<String, Object> pair : pairs.entrySet()) {
            String name = TAKEN.contains(pair.getKey()) ? pair.getKey() + "_" : pair.getKey();
            Object value = pair.getValue();
            if (value instanceof Long || value instanceof Integer) {
                json.writeNumberField(name, ((Number) value).longValue());
            } else if (value instanceof Double number) {
                json.writeNumberField(name, number);
            } else if (value instanceof Boolean truth) {
                json.writeBooleanField(name, truth);
            } else {
                json.writeStringField(name, value.toString());
            }
        }
    }

    private void read() {
        int at = 0;
        while (at < template.length()) {
            int end = wordEnd(at);
            int equals = nameEnd(at, end);
            if (equals < 0) {
                String word = fill(template.substring(at, end));
                if (!word.isEmpty()) {
                    message.append(message.isEmpty() ? "" : " ").append(word);
                }
            } else {
                put(template.substring(at, equals), template.substring(equals + 1, end));
            }
            at = end + 1;
        }
    }

    /** Where the word ends that begins here; one with a quoted value ends behind its closing quote. */
    private int wordEnd(int from) {
        int end = template.indexOf(' ', from);
        int quote = template.indexOf("=\"", from);
        if (quote >= 0 && (end < 0 || quote < end)) {
            int close = quote + 2;
            while (close < template.length() && template.charAt(close) != '"') {
                close += template.charAt(close) == '\\' ? 2 : 1;
            }
            end = template.indexOf(' ', Math.min(close, template.length()));
        }
        return end < 0 ? template.length() : end;
    }

    /** Where the equals sign of a pair is; below zero where the word is none. */
    private int nameEnd(int from, int end) {
        for (int i = from; i < end; i++) {
            char c = template.charAt(i);
            if (c == '=') {
                return i > from ? i : -1;
            }
            boolean name = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!name && c != '_' && c != '-' && c != '.') {
                return -1;
            }
        }
        return -1;
    }

    private void put(String name, String text) {
        if (text.equals("{}")) {
            Object value = next();
            if (value != null) {
                pairs.put(name, value);
            }
            return;
        }
        String value = fill(text.length() > 1 && text.startsWith("\"") && text.endsWith("\"") ? unquoted(text) : text);
        if (NUMBERS.contains(name)) {
            // 'none' is no number: the member is left out
            try {
                pairs.put(name, Long.valueOf(value));
            } catch (NumberFormatException e) {
                return;
            }
        } else {
            pairs.put(name, value);
        }
    }

    private static String unquoted(String text) {
        String inner = text.substring(1, text.length() - 1);
        if (inner.indexOf('\\') < 0) {
            return inner;
        }
        try {
            return Json.TOPIC.readTree(text).asText();
        } catch (JsonProcessingException e) {
            return inner; // not by LogValue
        }
    }

    /** With arguments in place of the placeholders. */
    private String fill(String text) {
        int at = text.indexOf("{}");
        if (at < 0 || used >= arguments.length) {
            return text;
        }
        StringBuilder filled = new StringBuilder();
        int from = 0;
        while (at >= 0 && used < arguments.length) {
            filled.append(text, from, at).append(next());
            from = at + 2;
            at = text.indexOf("{}", from);
        }
        return filled.append(text, from, text.length()).toString();
    }

    private @Nullable Object next() {
        return used < arguments.length ? arguments[used++] : "{}";
    }
}
