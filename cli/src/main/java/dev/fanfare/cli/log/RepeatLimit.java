package dev.fanfare.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongPredicate;

/**
 * Lets each warning and error through so many times a minute, counted by logger and template, and counts the rest: a fault
 * that every delivery meets says so ten times and not ten million. What is usual passes untouched. Thread-safe.
 */
final class RepeatLimit {
    private static final long WINDOW_MILLIS = 60_000;
    /** Templates are few; other people's may be put together anew each time, and are then let through. */
    private static final int MOST_KINDS = 1_000;

    /** A kind of line. */
    record Kind(String logger, Level level, String template) {}

    /** What was left out of a kind within a minute. */
    record LeftOut(Kind kind, long lines) {}

    private static final class Window {
        private final long beganAtMillis;
        private int let;
        private long leftOut;
        private boolean over;

        Window(long beganAtMillis) {
            this.beganAtMillis = beganAtMillis;
        }

        synchronized boolean lets(int most) {
            if (let < most || over) {
                let++;
                return true;
            }
            leftOut++;
            return false;
        }

        /** Nothing is counted in it any more. */
        synchronized long end() {
            over = true;
            return leftOut;
        }
    }

    private final ConcurrentMap<Kind, Window> windows = new ConcurrentHashMap<>();
    private final int mostPerMinute;

    /**
     * With a limit.
     *
     * @param mostPerMinute 0 for none
     */
    RepeatLimit(int mostPerMinute) {
        this.mostPerMinute = mostPerMinute;
    }

    /** Whether a line is to be logged; one that isn't is counted. */
    boolean lets(ILoggingEvent event) {
        if (mostPerMinute == 0 || !event.getLevel().isGreaterOrEqual(Level.WARN)) {
            return true;
        }
        Kind kind = new Kind(event.getLoggerName(), event.getLevel(), event.getMessage());
        Window window = windows.get(kind);
        if (window == null) {
            if (windows.size() >= MOST_KINDS) {
                return true;
            }
            window = windows.computeIfAbsent(kind, absent -> new Window(event.getTimeStamp()));
        }
        return window.lets(mostPerMinute);
    }

    /** Ends the minutes that are over, and tells what was left out in them. For a timer. */
    List<LeftOut> ended(long nowMillis) {
        // also those of the future: the clock was set back, and nobody knows for how long they would go on
        return end(began -> Math.abs(nowMillis - began) >= WINDOW_MILLIS);
    }

    /** Ends all, before their time. */
    List<LeftOut> endedAll() {
        return end(began -> true);
    }

    private List<LeftOut> end(LongPredicate isOver) {
        List<LeftOut> all = new ArrayList<>();
        windows.forEach((kind, window) -> {
            if (isOver.test(window.beganAtMillis) && windows.remove(kind, window)) {
                long lines = window.end();
                if (lines > 0) {
                    all.add(new LeftOut(kind, lines));
                }
            }
        });
        return all;
    }
}
