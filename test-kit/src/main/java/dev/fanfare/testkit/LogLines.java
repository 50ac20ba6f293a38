package dev.fanfare.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/** What a class logs at INFO and above, from any thread, until this is closed. */
public final class LogLines implements AutoCloseable {
    private final Logger logger;
    private final Level before;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    private LogLines(Logger logger) {
        this.logger = logger;
        this.before = logger.getLevel();
    }

    /** Listens from now on. */
    public static LogLines of(Class<?> speaker) {
        LogLines lines = new LogLines((Logger) LoggerFactory.getLogger(speaker));
        lines.appender.list = new CopyOnWriteArrayList<>();
        lines.appender.start();
        lines.logger.setLevel(Level.INFO);
        lines.logger.addAppender(lines.appender);
        return lines;
    }

    /** The messages, in their order. */
    public List<String> all() {
        return messages(event -> true);
    }

    /** Those of them at ERROR. */
    public List<String> errors() {
        return messages(event -> event.getLevel() == Level.ERROR);
    }

    private List<String> messages(Predicate<ILoggingEvent> which) {
        return appender.list.stream()
                .filter(which)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
    }
}
