package dev.fanfare.contract.event;

import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.problem.Problem.FieldError;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an event must keep to, however it came: the attribute rules of CloudEvents 1.0 (sections "Context Attributes"
 * and "Type System") and our limits.
 */
public final class EventRules {
    /** The longest attribute value, in characters. */
    public static final int MAX_ATTRIBUTE_LENGTH = 1_024;
    /** The most attributes, extensions included. */
    public static final int MAX_ATTRIBUTES = 64;
    /** The longest attribute name, in characters (CloudEvents recommends 20; we are lenient). */
    public static final int MAX_NAME_LENGTH = 64;

    private EventRules() {}

    /** Checks all rules at once. */
    public static void check(Event event) throws InvalidEvent {
        List<FieldError> errors = new ArrayList<>();
        required(event, Event.ID, errors);
        required(event, Event.TYPE, errors);
        required(event, Event.SOURCE, errors);
        if (event.attributes().size() > MAX_ATTRIBUTES) {
            errors.add(new FieldError("attributes", "at most " + MAX_ATTRIBUTES + " attributes are allowed"));
        }
        event.attributes().forEach((name, value) -> {
            checkName(name, errors);
            checkText(name, value, errors);
        });
        if (!event.type().isEmpty() && !isEventType(event.type())) {
            errors.add(new FieldError(
                    Event.TYPE,
                    "use letters, digits, '_', '-', ':' and '/' in parts joined by dots, such as order.created"));
        }
        if (!isUriReference(event.source())) {
            errors.add(new FieldError(Event.SOURCE, "must be a URI reference (RFC 3986), such as /orders"));
        }
        notEmpty(event, Event.SUBJECT, errors);
        notEmpty(event, Event.PARTITION_KEY, errors);
        checkTime(event.attributes().get(Event.TIME), errors);
        checkDataSchema(event.attributes().get(Event.DATA_SCHEMA), errors);
        checkContentType(event.contentType(), errors);
        String tenant = event.tenant();
        if (tenant != null && !ObjectName.isValid(tenant)) {
            errors.add(new FieldError(Event.TENANT, "is not a tenant's name: " + ObjectName.RULE));
        }
        if (!errors.isEmpty()) {
            throw new InvalidEvent(errors);
        }
    }

    /** Whether a text is an event type: non-empty parts joined by dots, without a wildcard or white space. */
    public static boolean isEventType(String type) {
        if (type.isEmpty() || type.charAt(0) == '.' || type.charAt(type.length() - 1) == '.') {
            return false;
        }
        for (int i = 0; i < type.length(); i++) {
            char c = type.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!plain && "_-:/.".indexOf(c) < 0) {
                return false;
            }
            if (c == '.' && type.charAt(i - 1) == '.') {
                return false;
            }
        }
        return true;
    }

    private static void required(Event event, String name, List<FieldError> errors) {
        if (event.attributes().getOrDefault(name, "").isBlank()) {
            errors.add(new FieldError(name, "is required and must not be empty"));
        }
    }

    private static void notEmpty(Event event, String name, List<FieldError> errors) {
        String value = event.attributes().get(name);
        if (value != null && value.isEmpty()) {
            errors.add(new FieldError(name, "must not be empty: leave it out instead"));
        }
    }

    /** Whether a text has an attribute name's characters (CloudEvents 1.0.2, "Attribute naming convention"). */
    public static boolean isAttributeName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static void checkName(String name, List<FieldError> errors) {
        if (!isAttributeName(name) || name.length() > MAX_NAME_LENGTH || name.equals("data")) {
            errors.add(new FieldError(
                    name, "is not an attribute name: lower-case letters and digits, at most " + MAX_NAME_LENGTH));
        }
    }

    private static void checkText(String name, String value, List<FieldError> errors) {
        if (value.length() > MAX_ATTRIBUTE_LENGTH) {
            errors.add(new FieldError(name, "is longer than " + MAX_ATTRIBUTE_LENGTH + " characters"));
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= ' ' && c <= '~') {
                continue;
            }
            boolean lone = Character.isSurrogate(c)
                    && !(Character.isHighSurrogate(c)
                            && i + 1 < value.length()
                            && Character.isLowSurrogate(value.charAt(i + 1)));
            if (Character.isISOControl(c) || lone || c >= 0xFFFE) {
                errors.add(new FieldError(name, "holds a control or invalid character at position " + i));
                return;
            }
            if (Character.isHighSurrogate(c)) {
                i++;
            }
        }
    }

    private static void checkTime(@Nullable String time, List<FieldError> errors) {
        if (time != null && !Timestamp.is(time)) {
            errors.add(new FieldError(
                    Event.TIME, "must be a timestamp with an offset (RFC 3339), such as 2026-11-21T12:00:00Z"));
        }
    }

    private static void checkDataSchema(@Nullable String schema, List<FieldError> errors) {
        if (schema != null && !(isUriReference(schema) && URI.create(schema).isAbsolute())) {
            errors.add(new FieldError(
                    Event.DATA_SCHEMA, "must be an absolute URI (RFC 3986), such as https://shop.example/order.json"));
        }
    }

    /**
     * It becomes a header of a record and of a request: {@code type/subtype} (RFC 2046) and parameters, in visible ASCII.
     * Whoever reads that of a CloudEvent takes the data for the event, tenant included.
     */
    private static void checkContentType(@Nullable String contentType, List<FieldError> errors) {
        if (contentType == null) {
            return;
        }
        int slash = contentType.indexOf('/');
        boolean right = slash > 0 && slash < contentType.length() - 1 && contentType.length() <= MAX_ATTRIBUTE_LENGTH;
        for (int i = 0; right && i < contentType.length(); i++) {
            char c = contentType.charAt(i);
            right = c >= ' ' && c <= '~';
        }
        if (!right) {
            errors.add(new FieldError(
                    "datacontenttype", "must be a media type (RFC 2046) in ASCII, such as application/json"));
        } else if (EventRecords.isStructured(contentType)) {
            errors.add(new FieldError(
                    "datacontenttype",
                    "can't be '" + contentType + "': on Kafka and in a webhook, that says that the data is the event"
                            + " itself; send the inner event as application/json"));
        }
    }

    private static boolean isUriReference(String text) {
        return isPlainPath(text) || isUri(text);
    }

    /** Whether it is a path that needs no parser: {@code /orders/eu-1}. An empty one is right, too. */
    private static boolean isPlainPath(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!plain && "/-._~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.startsWith("//");
    }

    private static boolean isUri(String text) {
        try {
            new URI(text);
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
