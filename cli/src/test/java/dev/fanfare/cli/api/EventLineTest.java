package dev.fanfare.cli.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLineTest {
    private static EventLine line(String text) {
        return EventLine.of(1, text.getBytes(UTF_8), () -> "minted");
    }

    private static String body(String text) {
        return new String(line(text).body(), UTF_8);
    }

    @Test
    void anEnvelopeWithoutIdGetsOneAndTheRestStaysByteForByte() {
        assertThat(body(" { \"type\" : \"ä.b\", \"data\": {\"n\": 1.50} }"))
                .isEqualTo(" {\"id\":\"minted\", \"type\" : \"ä.b\", \"data\": {\"n\": 1.50} }");
        assertThat(line("{\"type\":\"a\"}").contentType()).isEqualTo("application/json");
    }

    @Test
    void anEnvelopeWithItsOwnIdGoesAsItIs() {
        String own = "{\"data\":{\"id\":1},\"id\":\"mine\",\"type\":\"a\"}";
        assertThat(body(own)).isEqualTo(own);
    }

    @Test
    void anIdInsideTheDataIsNotTheEvents() {
        assertThat(body("{\"type\":\"a\",\"data\":{\"id\":\"x\",\"specversion\":\"1.0\"}}"))
                .startsWith("{\"id\":\"minted\",");
    }

    @Test
    void aCloudEventGoesAsItIs() {
        String event = "{\"id\":\"1\",\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\"}";
        assertThat(line(event).contentType()).isEqualTo("application/cloudevents+json");
        assertThat(body(event)).isEqualTo(event);
    }

    @Test
    void whatIsNoObjectGoesAsItIsForTheServerToRefuse() {
        for (String text : List.of("[]", "12", "{}", "{\"type\":", "hello", "{\"type\":\"a\"", "{\"a\":1}}")) {
            assertThat(body(text)).endsWith(text.substring(1));
        }
        assertThat(body("hello")).isEqualTo("hello");
        assertThat(body("{}")).isEqualTo("{}");
    }

    @Test
    void linesKeepTheirNumbersAndLoseAByteOrderMark() throws IOException {
        byte[] text = "\uFEFFone\r\n\nthree".getBytes(UTF_8);
        Lines lines = new Lines(new ByteArrayInputStream(text));
        List<String> seen = new ArrayList<>();
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            seen.add(lines.number() + ":" + new String(line, UTF_8) + (Lines.isBlank(line) ? " blank" : ""));
        }
        assertThat(seen).containsExactly("1:one\r", "2: blank", "3:three");
    }

    @Test
    void anEndlessLineTakesNoEndlessMemory() throws IOException {
        byte[] text = new byte[Lines.MAX_BYTES + 10];
        text[text.length - 2] = '\n';
        Lines lines = new Lines(new ByteArrayInputStream(text));

        assertThat(lines.next()).hasSize(Lines.MAX_BYTES);
        assertThat(lines.wasCut()).isTrue();
        assertThat(lines.next()).hasSize(1);
        assertThat(lines.wasCut()).isFalse();
    }
}
