package dev.fanfare.cli.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * One event of a file, ready to be sent. Its bytes are those of the line; only where an envelope names no id, one is put
 * in front, so that sending it a second time is harmless.
 *
 * @param number      of the line in the file, from 1
 * @param contentType that of a structured CloudEvent where the line has {@code specversion}, else that of our envelope
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record EventLine(long number, String contentType, byte[] body) {
    static final String ENVELOPE = "application/json";
    static final String CLOUD_EVENT = "application/cloudevents+json";

    private static final JsonFactory JSON = new JsonFactory();

    /** Looks at the names of the line's members, no further: whether the line is right is the server's to say. */
    static EventLine of(long number, byte[] line, Supplier<String> mintId) {
        boolean hasId = false;
        boolean isEmpty = true;
        int afterBrace = 0;
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                afterBrace = (int) parser.currentTokenLocation().getByteOffset() + 1;
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    if (name.equals("specversion")) {
                        return new EventLine(number, CLOUD_EVENT, line);
                    }
                    isEmpty = false;
                    hasId |= name.equals("id");
                    parser.nextToken();
                    parser.skipChildren();
                }
            }
            if (parser.currentToken() == JsonToken.END_OBJECT && !hasId && !isEmpty) {
                return new EventLine(number, ENVELOPE, withId(line, afterBrace, mintId.get()));
            }
        } catch (IOException e) {
            // malformed: the server says so in its own words
            return new EventLine(number, ENVELOPE, line);
        }
        return new EventLine(number, ENVELOPE, line);
    }

    private static byte[] withId(byte[] line, int afterBrace, String id) {
        ByteArrayOutputStream sent = new ByteArrayOutputStream(line.length + 64);
        sent.write(line, 0, afterBrace);
        sent.writeBytes(("\"id\":\"" + id + "\",").getBytes(StandardCharsets.UTF_8));
        sent.write(line, afterBrace, line.length - afterBrace);
        return sent.toByteArray();
    }
}
