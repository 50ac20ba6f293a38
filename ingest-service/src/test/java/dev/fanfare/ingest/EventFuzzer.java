package dev.fanfare.ingest;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.event.InvalidEvent;
import dev.fanfare.contract.event.TooManyEvents;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What Jazzer throws bytes at ({@code mvn -Pfuzz}, see DEVELOPMENT.md): whatever a request brings is read, or refused by
 * name. Anything else that is thrown is a finding. The first byte says which reader is meant.
 */
public final class EventFuzzer {
    private static final int MOST_EVENTS = 3;
    private static final int MOST_BYTES = 1 << 20;

    private EventFuzzer() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] body = Arrays.copyOfRange(input, 1, input.length);
        try {
            read((char) input[0], body);
        } catch (InvalidEvent e) {
            if (e.errors().isEmpty()) {
                throw new AssertionError("refused, and nobody knows why", e);
            }
        } catch (TooManyEvents | ContentCoding.TooLarge e) {
            // as it should be
        }
    }

    private static void read(char reader, byte[] body) throws InvalidEvent, TooManyEvents, ContentCoding.TooLarge {
        switch (reader) {
            case 'e' -> check(EventJson.readEnvelope(body));
            case 'a' -> EventJson.readEnvelopes(body, MOST_EVENTS, EventFuzzer::check);
            case 's' -> check(EventJson.readStructured(body));
            case 'b' -> EventJson.readStructuredBatch(body, MOST_EVENTS, EventFuzzer::check);
            case 'h' -> check(binary(new String(body, StandardCharsets.ISO_8859_1)));
            case 'g' -> ContentCoding.GZIP.unpack(body, MOST_BYTES);
            case 'z' -> ContentCoding.ZSTD.unpack(body, MOST_BYTES);
            default -> EventJson.isArray(body);
        }
    }

    /** Headers, one a line. */
    private static Event binary(String lines) throws InvalidEvent {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (String line : lines.split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.add(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return BinaryMode.read(headers, headers.get("content-type"), new byte[0]);
    }

    private static Event check(Event event) throws InvalidEvent {
        EventRules.check(event);
        return event;
    }
}
