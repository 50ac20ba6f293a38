package dev.fanfare.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.fanfare.contract.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * One JSON object a line (JSON Lines). The pairs of our own {@code key=value} messages become members, and what is left is
 * the message: it is the same for all lines of its kind, so that they can be counted by it.
 *
 * <pre>
 * {"time":"2026-11-22T12:00:00.000Z","level":"WARN","logger":"dev.fanfare…AttemptReport","thread":"dispatcher-http-0",
 *  "message":"breaker opened, the endpoint is left alone","subscription":"default/orders","error":"…"}
 * </pre>
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final int USUAL_BYTES = 512;
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter().withZone(ZoneOffset.UTC);

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator json = Json.TOPIC.getFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("time", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
            json.writeStringField("level", event.getLevel().toString());
            json.writeStringField("logger", event.getLoggerName());
            json.writeStringField("thread", event.getThreadName());
            if (event.getLoggerName().startsWith("dev.fanfare")) {
                LogPairs pairs = LogPairs.of(event.getMessage(), event.getArgumentArray());
                json.writeStringField("message", pairs.message());
                pairs.writeTo(json);
            } else {
                // what looks like a pair in another's words need not be one
                json.writeStringField("message", event.getFormattedMessage());
            }
            IThrowableProxy thrown = event.getThrowableProxy();
            if (thrown != null) {
                json.writeStringField("stack", ThrowableProxyUtil.asString(thrown));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory can't fail", e);
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }
}
