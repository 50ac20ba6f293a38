package dev.fanfare.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.runtime.log.LogValue;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private final LoggerContext context = new LoggerContext();
    private final JsonLines encoder = new JsonLines();

    @Test
    void pairsAreMembersWithTheirTypesAndTheRestIsTheMessage() throws IOException {
        JsonNode line = line(
                "dev.fanfare.X",
                null,
                "attempts are given up, their deliveries wait attempts={} waited={} address={}:{} fault=\"{}: {}\"",
                3,
                "10s",
                "host",
                80,
                "Boom",
                "it broke");
        assertThat(line.path("message").asText()).isEqualTo("attempts are given up, their deliveries wait");
        assertThat(line.path("attempts").isInt()).isTrue();
        assertThat(line.path("attempts").asInt()).isEqualTo(3);
        assertThat(line.path("waited").asText()).isEqualTo("10s");
        assertThat(line.path("address").asText()).isEqualTo("host:80");
        assertThat(line.path("fault").asText()).isEqualTo("Boom: it broke");
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("time").asText()).isEqualTo("2026-11-22T12:00:00.000Z");
        assertThat(line.path("logger").asText()).isEqualTo("dev.fanfare.X");
    }

    @Test
    void theLineOfAnAttemptHasNumbersWhereItHasAny() throws IOException {
        JsonNode answered = line(
                "dev.fanfare.X",
                null,
                "attempt delivery=msg_1 event=" + LogValue.of("an \"odd\" id")
                        + " subscription=default/a attempt=2 verdict=retry status=503 duration_ms=12");
        assertThat(answered.path("message").asText()).isEqualTo("attempt");
        assertThat(answered.path("attempt").asInt()).isEqualTo(2);
        assertThat(answered.path("status").isNumber()).isTrue();
        assertThat(answered.path("duration_ms").asInt()).isEqualTo(12);
        assertThat(answered.path("event").asText()).isEqualTo("an \"odd\" id");
        assertThat(answered.path("subscription").asText()).isEqualTo("default/a");

        JsonNode unanswered = line("dev.fanfare.X", null, "attempt delivery=msg_1 event=17 status=none");
        assertThat(unanswered.has("status")).as("a number or nothing").isFalse();
        assertThat(unanswered.path("event").isTextual())
                .as("an id is text, also where it looks like a number")
                .isTrue();
    }

    @Test
    void valuesOfOthersCannotBreakALineNorAMember() throws IOException {
        String hostile = "x\" status=200 }\n{\"level\":\"INFO\"\u001b[31m";
        byte[] bytes = encode("dev.fanfare.X", null, "left out key={} level={}", hostile, "low");
        String text = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
        assertThat(text.strip().lines()).hasSize(1);
        JsonNode line = Json.TOPIC.readTree(bytes);
        assertThat(line.path("key").asText()).isEqualTo(hostile);
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("level_").asText()).isEqualTo("low");
        assertThat(LogValue.of("a\nb\u001b=\\")).isEqualTo("\"a\\u000ab\\u001b=\\\\\"");
        assertThat(LogValue.of("plain-1/é")).startsWith("\"");
        assertThat(LogValue.of("plain-1")).isEqualTo("plain-1");
    }

    @Test
    void aQuotedIdIsTheSameAgainAsAMember() throws IOException {
        for (String id : new String[] {"a\nb\u001b=\\", "\\n \\\" {}", "\ud83d\udc69\u200d\ud83d\udcbb \\u000a"}) {
            JsonNode line =
                    line("dev.fanfare.X", null, "attempt delivery=msg_1 event=" + LogValue.of(id) + " attempt=1");
            assertThat(line.path("event").asText()).isEqualTo(id);
            assertThat(line.path("attempt").asInt()).isEqualTo(1);
        }
    }

    @Test
    void whatLibrariesSayStaysWholeAndAStackGoesAlong() throws IOException {
        JsonNode line = line(
                "org.apache.kafka.X", new IllegalStateException("gone"), "[Consumer clientId=a, groupId=b] node={}", 1);
        assertThat(line.path("message").asText()).isEqualTo("[Consumer clientId=a, groupId=b] node=1");
        assertThat(line.path("stack").asText()).contains("IllegalStateException: gone", "at dev.fanfare");
        assertThat(line.has("node")).isFalse();
    }

    private JsonNode line(String logger, Throwable thrown, String template, Object... arguments) throws IOException {
        return Json.TOPIC.readTree(encode(logger, thrown, template, arguments));
    }

    private byte[] encode(String logger, Throwable thrown, String template, Object... arguments) {
        LoggingEvent event =
                new LoggingEvent("test", context.getLogger(logger), Level.WARN, template, thrown, arguments);
        event.setTimeStamp(1_795_348_800_000L);
        return encoder.encode(event);
    }
}
