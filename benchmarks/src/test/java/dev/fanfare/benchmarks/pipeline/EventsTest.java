package dev.fanfare.benchmarks.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventsTest {
    private static final URI API = URI.create("http://127.0.0.1:8080");
    private static final Target TARGET = new Target(API, API, "key", "acme");

    @Test
    void eventNIsOfGroupNModuloGroupsHoweverTheyAreBatched() throws IOException {
        for (int batch : List.of(1, 10, 7)) {
            for (int groups : List.of(1, 50, 3)) {
                Events events = new Events(TARGET, 5, batch, 200, groups, group -> "type." + group);
                int number = 0;
                for (int request = 0; request < 300; request++) {
                    for (JsonNode event : sent(events, request)) {
                        assertThat(event.path("type").asText()).isEqualTo("type." + number % groups);
                        byte[] subject = event.path("subject").asText().getBytes(US_ASCII);
                        assertThat(Stamp.read(subject, 0)).isEqualTo(new Stamp(5, number, 77));
                        number++;
                    }
                }
            }
        }
    }

    @Test
    void anEventHasAsManyBytesAsWereAskedFor() throws IOException {
        Events events = new Events(TARGET, 1, 1, 20_480, 1, group -> "type");
        assertThat(sent(events, 0).get(0).path("data").toString()).hasSize(20_480);
    }

    /** The request's events; its head says how long its body is. */
    private static List<JsonNode> sent(Events events, long number) throws IOException {
        String request = new String(events.request(number, 77).array(), US_ASCII);
        int end = request.indexOf("\r\n\r\n");
        String body = request.substring(end + 4);
        assertThat(request.substring(0, end))
                .startsWith("POST /v1/tenants/acme/events HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n")
                .contains("authorization: Bearer key")
                .endsWith("content-length: " + body.length());
        JsonNode json = Json.TOPIC.readTree(body);
        List<JsonNode> all = new ArrayList<>();
        if (json.isArray()) {
            json.forEach(all::add);
        } else {
            all.add(json);
        }
        return all;
    }
}
