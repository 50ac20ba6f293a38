package dev.fanfare.contract;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** How Fanfare's own records stand in JSON: strict when reading what people send, tolerant when reading topics. */
public final class Json {
    /** For topics: unknown members are ignored, so that an older reader survives a newer writer. */
    public static final JsonMapper TOPIC = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    /** For what people send: unknown members, doubled members and trailing text are errors. */
    public static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Json() {}

    /**
     * Reads a record's value.
     *
     * @param what what it should be, for the error: "an attempt record"
     * @throws UndecodableRecord where it is something else, {@code null} included
     */
    public static <T> T fromTopic(byte[] value, Class<T> type, String what) throws UndecodableRecord {
        try {
            T read = TOPIC.readValue(value, type);
            if (read == null) {
                throw new UndecodableRecord("not " + what + ": null");
            }
            return read;
        } catch (IOException e) {
            throw new UndecodableRecord("not " + what + ": " + e.getMessage());
        }
    }
}
