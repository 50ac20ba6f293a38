package dev.fanfare.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes to stderr: warnings and errors at once, what is usual within {@value #LATEST_MILLIS} ms, many lines with one call
 * of the kernel. A dispatcher logs each attempt; a call for each line was a twentieth of what an attempt cost it.
 */
final class PromptAppender extends OutputStreamAppender<ILoggingEvent> {
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final long LATEST_MILLIS = 100;

    private volatile RepeatLimit limit = new RepeatLimit(0);
    private @Nullable ScheduledExecutorService flushing;

    @Override
    public void start() {
        setImmediateFlush(false);
        setOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.err), BUFFER_BYTES));
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "log-flush");
            thread.setDaemon(true);
            return thread;
        });
        flushing = timer;
        var unused = timer.scheduleWithFixedDelay(this::tick, LATEST_MILLIS, LATEST_MILLIS, TimeUnit.MILLISECONDS);
        // What was said just before the end is said all the same.
        Runtime.getRuntime().addShutdownHook(new Thread(this::finish, "log-flush-last"));
        super.start();
    }

    /** From the next line on. What was left out until now is told first. */
    void use(Encoder<ILoggingEvent> next, RepeatLimit nextLimit) {
        finish();
        streamWriteLock.lock();
        try {
            setEncoder(next);
            limit = nextLimit;
        } finally {
            streamWriteLock.unlock();
        }
    }

    @Override
    protected void subAppend(ILoggingEvent event) {
        if (limit.lets(event)) {
            write(event);
        }
    }

    private void tick() {
        tell(limit.ended(System.currentTimeMillis()));
        flush();
    }

    /** Writes all that was said until now. */
    void finish() {
        tell(limit.endedAll());
        flush();
    }

    private void tell(List<RepeatLimit.LeftOut> leftOut) {
        LoggerContext loggers = (LoggerContext) getContext();
        for (RepeatLimit.LeftOut one : leftOut) {
            RepeatLimit.Kind kind = one.kind();
            write(new LoggingEvent(
                    PromptAppender.class.getName(),
                    loggers.getLogger(kind.logger()),
                    kind.level(),
                    "more of the same were left out within a minute lines={} of=\"{}\"",
                    null,
                    new Object[] {one.lines(), kind.template()}));
        }
    }

    private void write(ILoggingEvent event) {
        super.subAppend(event);
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            flush();
        }
    }

    private void flush() {
        streamWriteLock.lock();
        try {
            if (getOutputStream() != null) {
                getOutputStream().flush();
            }
        } catch (IOException e) {
            addError("stderr can't be written", e);
        } finally {
            streamWriteLock.unlock();
        }
    }

    /** The stream is the process's, and stays open. */
    @Override
    protected void closeOutputStream() {
        if (flushing != null) {
            flushing.shutdownNow();
        }
        flush();
    }
}
