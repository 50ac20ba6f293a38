package dev.fanfare.runtime.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in our log when spans can't be delivered, and when they can again; OpenTelemetry itself says it to Java's own log,
 * batch by batch, past the one that operators look at.
 */
final class ToldExporter implements SpanExporter {
    private static final Logger LOG = LoggerFactory.getLogger(ToldExporter.class);
    /** Held, or the level would be forgotten with the logger. */
    private static final java.util.logging.Logger THEIRS = java.util.logging.Logger.getLogger("io.opentelemetry");

    private final SpanExporter exporter;
    private final URI endpoint;
    private final AtomicLong lost = new AtomicLong();

    ToldExporter(SpanExporter exporter, URI endpoint) {
        this.exporter = exporter;
        this.endpoint = endpoint;
        THEIRS.setLevel(Level.OFF);
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans);
        return result.whenComplete(() -> {
            if (!result.isSuccess()) {
                if (lost.getAndAdd(spans.size()) == 0) {
                    LOG.warn(
                            "traces can't be delivered, their spans are left out endpoint={} cause={}",
                            endpoint,
                            String.valueOf(result.getFailureThrowable()));
                }
            } else if (lost.get() > 0) {
                LOG.info("traces are delivered again endpoint={} lost={}", endpoint, lost.getAndSet(0));
            }
        });
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
