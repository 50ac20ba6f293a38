package dev.fanfare.contract.filter;

import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.SpecVersion;
import io.cloudevents.sql.Expression;
import io.cloudevents.sql.Result;
import java.net.URI;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * True if a CloudEvents SQL expression is, evaluated by the CloudEvents SDK's engine; false where it ends in an error
 * (CloudEvents Subscriptions API 1.0-wip, section 3.2.4.1.2).
 *
 * @param text as it was written
 */
record SqlFilter(String text, Expression expression) implements Filter {
    private static final Set<String> IMPLIED = Set.of("specversion");
    private static final Set<String> IMPLIED_WITH_MEDIA_TYPE = Set.of("specversion", "datacontenttype");

    @Override
    public boolean matches(EventView event) {
        Boolean value;
        try {
            Result result = expression.evaluate(new View(event));
            value = result.isFailed() ? null : toBoolean(result.value());
        } catch (RuntimeException e) {
            // one of the engine's own: whatever an event brings with it, the router outlives it
            value = null;
        }
        if (value == null) {
            event.failed(FilterFailure.SQL);
            return false;
        }
        return value;
    }

    /** As CloudEvents SQL casts (CESQL 1.0, section 3.7); null where it can't. */
    private static @Nullable Boolean toBoolean(Object value) {
        if (value instanceof Boolean is) {
            return is;
        }
        if (value instanceof Integer number) {
            return number != 0;
        }
        return switch (String.valueOf(value).toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        };
    }

    /** The event in the engine's eyes, which asks for attributes and for nothing else. All of them are text. */
    private record View(EventView event) implements CloudEvent {
        @Override
        public @Nullable Object getAttribute(String name) {
            return event.attribute(name);
        }

        @Override
        public @Nullable Object getExtension(String name) {
            return event.attribute(name);
        }

        @Override
        public Set<String> getAttributeNames() {
            return event.attribute("datacontenttype") == null ? IMPLIED : IMPLIED_WITH_MEDIA_TYPE;
        }

        @Override
        public Set<String> getExtensionNames() {
            return event.attributeNames();
        }

        @Override
        public SpecVersion getSpecVersion() {
            return SpecVersion.V1;
        }

        @Override
        public @Nullable String getId() {
            return event.attribute("id");
        }

        @Override
        public @Nullable String getType() {
            return event.attribute("type");
        }

        @Override
        public URI getSource() {
            throw new UnsupportedOperationException("attributes are read as text");
        }

        @Override
        public @Nullable String getDataContentType() {
            return event.attribute("datacontenttype");
        }

        @Override
        public URI getDataSchema() {
            throw new UnsupportedOperationException("attributes are read as text");
        }

        @Override
        public @Nullable String getSubject() {
            return event.attribute("subject");
        }

        @Override
        public OffsetDateTime getTime() {
            throw new UnsupportedOperationException("attributes are read as text");
        }

        @Override
        public @Nullable CloudEventData getData() {
            return null;
        }
    }
}
