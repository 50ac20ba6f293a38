package dev.fanfare.dispatcher.send;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.event.StructuredEvent;
import dev.fanfare.contract.subscription.Subscription.Format;
import dev.fanfare.dispatcher.http.Request;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import dev.fanfare.dispatcher.subscription.Endpoint;
import dev.fanfare.dispatcher.subscription.HeaderRules;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A webhook: Standard Webhooks' three headers, the event in binary or structured mode (CloudEvents HTTP protocol binding
 * 1.0.2, section 3), our headers, and the subscription's own. In binary mode the body is the record's value as it is and
 * the attributes are headers; in structured mode all of it is in the body, made anew for each attempt. Pure.
 */
final class WebhookRequest {
    static final byte[] NO_BODY = {};

    static final String USER_AGENT = "Fanfare/" + version();
    /** Put together once, not for each webhook. */
    private static final Map<String, String> USUAL_FIELDS = Stream.of(
                    "specversion", "id", "source", "type", "subject", "time", "dataschema", "tenant", "partitionkey")
            .collect(Collectors.toUnmodifiableMap(name -> EventRecords.ATTRIBUTE_PREFIX + name, name -> "ce-" + name));

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private WebhookRequest() {}

    /** What is sent and signed. */
    static byte[] body(OpenDelivery open, Endpoint endpoint) {
        byte[] value = open.record().value();
        return switch (endpoint.format()) {
            case BINARY -> value == null ? NO_BODY : value;
            case STRUCTURED -> StructuredEvent.write(open.record().headers(), value);
        };
    }

    /**
     * The request with a body.
     *
     * @param body          as {@link #body} gave it: the signature is over these bytes
     * @param authorization the header's value; null for none
     * @param traceparent   of the attempt's span; null where there is none, and the producer's goes out
     */
    static Request of(
            OpenDelivery open,
            Endpoint endpoint,
            byte[] body,
            @Nullable String authorization,
            @Nullable String traceparent,
            long nowMillis) {
        Delivery delivery = open.delivery();
        Request request =
                new Request(endpoint.target(), endpoint.host(), endpoint.standardPort() ? -1 : endpoint.port(), body);
        long timestamp = nowMillis / 1_000;
        request.add("webhook-id", delivery.id());
        request.add("webhook-timestamp", Long.toString(timestamp));
        request.add("webhook-signature", endpoint.signer().sign(delivery.id(), timestamp, body));
        boolean binary = endpoint.format() == Format.BINARY;
        if (!binary) {
            request.add(EventRecords.CONTENT_TYPE, EventJson.STRUCTURED_MEDIA_TYPE);
        }
        for (Header header : open.record().headers()) {
            addFromRecord(request, header, binary);
        }
        if (traceparent != null) {
            request.set(EventRecords.TRACEPARENT, traceparent);
        }
        request.add("fanfare-attempt", Integer.toString(delivery.progress().totalAttempts() + 1));
        request.add("user-agent", USER_AGENT);
        if (authorization != null) {
            request.add("authorization", authorization);
        }
        for (Map.Entry<String, String> custom : endpoint.headers()) {
            request.add(custom.getKey(), custom.getValue());
        }
        return request;
    }

    private static void addFromRecord(Request request, Header header, boolean binary) {
        String name = header.key();
        if (header.value() == null) {
            return;
        }
        if (name.startsWith(EventRecords.ATTRIBUTE_PREFIX)) {
            String field = binary ? fieldOf(name) : null;
            if (field != null) {
                request.set(field, percentEncoded(header.value()));
            }
        } else if ((binary && name.equals(EventRecords.CONTENT_TYPE))
                || name.equals(EventRecords.TRACEPARENT)
                || name.equals(EventRecords.TRACESTATE)) {
            String value = new String(header.value(), StandardCharsets.UTF_8);
            if (HeaderRules.isFieldValue(value)) {
                request.set(name, value);
            }
        }
    }

    /** The HTTP field of an attribute's record header; null where that isn't an attribute's name. */
    private static @Nullable String fieldOf(String name) {
        String usual = USUAL_FIELDS.get(name);
        if (usual != null) {
            return usual;
        }
        String attribute = name.substring(EventRecords.ATTRIBUTE_PREFIX.length());
        return EventRules.isAttributeName(attribute) ? "ce-" + attribute : null;
    }

    /** Section 3.1.3.2 of the binding: space, quote, percent and all but printable ASCII, as UTF-8 octets. */
    static CharSequence percentEncoded(byte[] utf8) {
        int odd = 0;
        for (byte octet : utf8) {
            odd += isPlain(octet) ? 0 : 1;
        }
        if (odd == 0) {
            return new AsciiString(utf8, false); // most are such: they go out as they are
        }
        StringBuilder text = new StringBuilder(utf8.length + 2 * odd);
        for (byte octet : utf8) {
            if (isPlain(octet)) {
                text.append((char) octet);
            } else {
                text.append('%').append(HEX[octet >> 4 & 0xF]).append(HEX[octet & 0xF]);
            }
        }
        return text.toString();
    }

    private static boolean isPlain(byte octet) {
        return octet > ' ' && octet <= '~' && octet != '"' && octet != '%';
    }

    private static String version() {
        String version = WebhookRequest.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
