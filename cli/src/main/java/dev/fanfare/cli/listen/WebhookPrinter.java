package dev.fanfare.cli.listen;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.output.Style;
import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.signing.WebhookVerifier.Outcome;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a webhook is shown: some lines for people, or one line of JSON for scripts. */
final class WebhookPrinter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final String INDENT = "  ";
    /** Shows numbers as they were sent: 42.50 stays 42.50. */
    private static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final Style style;
    private final ZoneId zone;
    private final int bodyLines;

    WebhookPrinter(Style style, ZoneId zone, int bodyLines) {
        this.style = style;
        this.zone = zone;
        this.bodyLines = bodyLines;
    }

    /** For people. */
    String forPeople(ReceivedWebhook webhook) {
        boolean valid = webhook.signature() == Outcome.VALID;
        StringBuilder text = new StringBuilder();
        text.append(style.faint(webhook.at().atZone(zone).format(TIME))).append(INDENT);
        text.append(style.bold(Printable.line(attribute(webhook, "type")))).append(INDENT);
        text.append("attempt ")
                .append(ReceivedWebhook.attempt(webhook.headers()))
                .append(INDENT);
        text.append(
                        valid
                                ? style.good("✓ " + webhook.signature().words())
                                : style.bad("✗ " + webhook.signature().words()))
                .append(INDENT);
        text.append(size(webhook.body().length)).append(INDENT);
        String answered = "answered " + webhook.status();
        text.append(webhook.status() < 300 ? answered : style.bad(answered));
        if (webhook.repeated()) {
            text.append(INDENT).append(style.faint("again: had this one already"));
        }
        text.append('\n').append(INDENT).append(style.faint(identity(webhook))).append('\n');
        body(webhook, text);
        return text.toString();
    }

    /** For scripts: the body as JSON where it is JSON, else as {@code text} or {@code base64}. */
    String forScripts(ReceivedWebhook webhook) {
        ObjectNode line = EXACT.createObjectNode();
        line.put("receivedAt", webhook.at().toString());
        line.put("id", webhook.header(ReceivedWebhook.ID));
        line.put("type", attribute(webhook, "type"));
        line.put("eventId", attribute(webhook, "id"));
        line.put("source", attribute(webhook, "source"));
        line.put("attempt", ReceivedWebhook.attempt(webhook.headers()));
        line.put("signature", webhook.signature().name().toLowerCase(Locale.ROOT));
        line.put("status", webhook.status());
        line.put("repeated", webhook.repeated());
        line.put("size", webhook.body().length);
        ObjectNode headers = line.putObject("headers");
        webhook.headers().forEach(headers::put);
        JsonNode json = json(webhook);
        String text = json == null ? text(webhook.body()) : null;
        if (json != null) {
            line.set("body", json);
        } else if (text != null) {
            line.put("text", text);
        } else {
            line.put("base64", Base64.getEncoder().encodeToString(webhook.body()));
        }
        return line.toString();
    }

    private void body(ReceivedWebhook webhook, StringBuilder text) {
        if (webhook.body().length == 0 || bodyLines == 0) {
            return;
        }
        String shown = shown(webhook);
        if (shown == null) {
            text.append(INDENT).append(webhook.body().length).append(" bytes, not text\n");
            return;
        }
        List<String> lines = Printable.text(shown).lines().toList();
        for (String line : lines.subList(0, Math.min(bodyLines, lines.size()))) {
            text.append(INDENT).append(line).append('\n');
        }
        if (lines.size() > bodyLines) {
            text.append(INDENT)
                    .append(style.faint("… " + (lines.size() - bodyLines) + " more lines (--body-lines)"))
                    .append('\n');
        }
    }

    private static @Nullable String shown(ReceivedWebhook webhook) {
        JsonNode json = json(webhook);
        if (json == null) {
            return text(webhook.body());
        }
        try {
            return EXACT.writerWithDefaultPrettyPrinter().writeValueAsString(json);
        } catch (JsonProcessingException e) {
            return text(webhook.body());
        }
    }

    private static String identity(ReceivedWebhook webhook) {
        StringBuilder text = new StringBuilder(Printable.line(webhook.header(ReceivedWebhook.ID)));
        String event = attribute(webhook, "id");
        if (event != null) {
            text.append(" · event ").append(Printable.line(event));
        }
        String source = attribute(webhook, "source");
        if (source != null) {
            text.append(" · source ").append(Printable.line(source));
        }
        return text.toString();
    }

    /** A CloudEvents attribute: percent-encoded in its header (CloudEvents HTTP binding, section 3.1.3.2). */
    private static @Nullable String attribute(ReceivedWebhook webhook, String name) {
        String value = webhook.header("ce-" + name);
        if (value == null) {
            return null;
        }
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    private static @Nullable JsonNode json(ReceivedWebhook webhook) {
        String contentType = webhook.header("content-type");
        if (contentType == null || !EventJson.isJson(contentType)) {
            return null;
        }
        try {
            JsonNode node = EXACT.readTree(webhook.body());
            return node == null || node.isMissingNode() ? null : node;
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String size(int bytes) {
        return bytes < 1_024
                ? bytes + " B"
                : bytes < 1_024 * 1_024
                        ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1_024.0)
                        : String.format(Locale.ROOT, "%.1f MiB", bytes / 1_024.0 / 1_024.0);
    }
}
