package dev.fanfare.contract.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventJson;
import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event as filters see it. Nothing of the event is copied; its body is parsed when the first filter asks for it, and
 * then once for all of them. Confined to one thread.
 */
public final class EventView {
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    // the names inside the data are strangers' and never the same: not for the JVM's table of strings
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // 0.1 is a tenth
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final Event event;
    private final Consumer<FilterFailure> failures;
    private boolean parsed;
    private @Nullable JsonNode data;

    /**
     * A view of an event, which must not change.
     *
     * @param failures told why a filter could not be decided
     */
    public EventView(Event event, Consumer<FilterFailure> failures) {
        this.event = event;
        this.failures = failures;
    }

    /** An attribute as text, those that an {@link Event} implies included; null where the event doesn't have it. */
    @Nullable String attribute(String name) {
        return switch (name) {
            case "specversion" -> "1.0";
            case "datacontenttype" -> event.contentType();
            default -> event.attributes().get(name);
        };
    }

    /** The names of all attributes but the two that an {@link Event} implies. */
    Set<String> attributeNames() {
        return event.attributes().keySet();
    }

    /**
     * The body; null where it isn't JSON. Of a member that stands there twice, the last counts. No media type means
     * JSON (CloudEvents JSON format 1.0.2, section 3.1.1).
     */
    @Nullable JsonNode data() {
        if (!parsed) {
            parsed = true;
            data = parse();
            if (data == null) {
                failed(FilterFailure.BODY);
            }
        }
        return data;
    }

    void failed(FilterFailure why) {
        failures.accept(why);
    }

    private @Nullable JsonNode parse() {
        String contentType = event.contentType();
        if (contentType != null && !EventJson.isJson(contentType)) {
            return null;
        }
        try {
            JsonNode read = JSON.readTree(event.data());
            return read.isMissingNode() ? null : read;
        } catch (IOException | NumberFormatException e) {
            // the latter for a number whose exponent no decimal holds; the event's producer is told by a count
            return null;
        }
    }
}
