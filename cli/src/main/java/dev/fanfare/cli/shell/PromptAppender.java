package dev.fanfare.cli.shell;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
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
        var unused = timer.scheduleWithFixedDelay(this::flush, LATEST_MILLIS, LATEST_MILLIS, TimeUnit.MILLISECONDS);
        // What was said just before the end is said all the same.
        Runtime.getRuntime().addShutdownHook(new Thread(this::flush, "log-flush-last"));
        super.start();
    }

    @Override
    protected void subAppend(ILoggingEvent event) {
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
