package dev.fanfare.cli.deadletters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.topic.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as one line of an export, from which an import makes the same record again.
 *
 * <pre>
 * {"id":"dlv_…","diedAtMillis":…,"headers":{"ce_id":"…","odd":{"base64":"…"}},"body":"text"}      or "bodyBase64":"…"
 * </pre>
 */
final class LetterJson {
    private static final String ID = "id";
    private static final String DIED_AT = "diedAtMillis";
    private static final String HEADERS = "headers";
    private static final String BODY = "body";
    private static final String BODY_BASE64 = "bodyBase64";
    private static final String BASE64 = "base64";

    private LetterJson() {}

    static ObjectNode write(ConsumerRecord<byte[], byte[]> message) {
        ObjectNode json = Json.TOPIC
                .createObjectNode()
                .put(ID, new String(message.key(), StandardCharsets.UTF_8))
                .put(DIED_AT, message.timestamp());
        ObjectNode headers = json.putObject(HEADERS);
        for (Header header : message.headers()) {
            JsonNode value = headerJson(header.value());
            JsonNode before = headers.get(header.key());
            if (before == null) {
                headers.set(header.key(), value);
            } else if (before instanceof ArrayNode several) {
                several.add(value);
            } else {
                headers.putArray(header.key()).add(before).add(value);
            }
        }
        json.setAll(body(message.value()));
        return json;
    }

    private static JsonNode headerJson(byte @Nullable [] value) {
        if (value == null) {
            return NullNode.getInstance();
        }
        String text = text(value);
        return text != null
                ? TextNode.valueOf(text)
                : Json.TOPIC.createObjectNode().put(BASE64, Base64.getEncoder().encodeToString(value));
    }

    /** Its body: as text where it is, else as base64. */
    static ObjectNode body(byte[] body) {
        String text = text(body);
        return text != null
                ? Json.TOPIC.createObjectNode().put(BODY, text)
                : Json.TOPIC
                        .createObjectNode()
                        .put(BODY_BASE64, Base64.getEncoder().encodeToString(body));
    }

    /** Bytes as text; null where they are none. */
    static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /**
     * The record of a line. It is kept for as long as a letter that died today.
     *
     * @throws IllegalArgumentException naming what is wrong with it
     */
    static ProducerRecord<byte[], byte[]> read(String line) {
        JsonNode json;
        try {
            json = Json.TOPIC.readTree(line);
        } catch (IOException e) {
            throw new IllegalArgumentException("it is no JSON object", e);
        }
        if (json == null || !json.isObject()) {
            throw new IllegalArgumentException("it is no JSON object");
        }
        String id = json.path(ID).asText("");
        if (id.isEmpty()) {
            throw new IllegalArgumentException("'" + ID + "' is missing");
        }
        if (!json.path(HEADERS).isObject()) {
            throw new IllegalArgumentException("'" + HEADERS + "' is missing: is this a list rather than an export?");
        }
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(
                Topics.DEAD_LETTERS, null, null, id.getBytes(StandardCharsets.UTF_8), readBody(json));
        Iterator<Map.Entry<String, JsonNode>> headers = json.path(HEADERS).fields();
        while (headers.hasNext()) {
            Map.Entry<String, JsonNode> header = headers.next();
            String name = header.getKey();
            if (header.getValue().isArray()) {
                header.getValue().forEach(value -> message.headers().add(name, headerValue(name, value)));
            } else {
                message.headers().add(name, headerValue(name, header.getValue()));
            }
        }
        return message;
    }

    private static byte[] readBody(JsonNode json) {
        if (json.path(BODY).isTextual()) {
            return json.path(BODY).asText().getBytes(StandardCharsets.UTF_8);
        }
        if (json.path(BODY_BASE64).isTextual()) {
            return decode(BODY_BASE64, json.path(BODY_BASE64).asText());
        }
        throw new IllegalArgumentException("neither '" + BODY + "' nor '" + BODY_BASE64 + "' holds text");
    }

    private static byte @Nullable [] headerValue(String name, JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        if (value.isTextual()) {
            return value.asText().getBytes(StandardCharsets.UTF_8);
        }
        if (value.path(BASE64).isTextual()) {
            return decode(name, value.path(BASE64).asText());
        }
        throw new IllegalArgumentException("header '" + name + "' is neither text nor {\"" + BASE64 + "\":…}");
    }

    private static byte[] decode(String name, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + name + "' is no base64", e);
        }
    }
}
