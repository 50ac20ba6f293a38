package dev.fanfare.cli.output;

import dev.fanfare.cli.shell.Shell;
import java.io.PrintWriter;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How far a long command is, on stderr: one line that is rewritten where a person watches, else a line every ten
 * seconds. Safe for use by several threads.
 */
public final class ProgressLine {
    private static final long TERMINAL_NANOS = 100_000_000L;
    private static final long LOG_NANOS = 10_000_000_000L;

    private final PrintWriter err;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private long shownAt;
    private boolean onScreen;

    /** Nothing is shown before the first interval has passed. */
    public ProgressLine(Shell shell, LongSupplier nanoTime) {
        this.err = shell.err();
        this.terminal = shell.errIsTerminal();
        this.nanoTime = nanoTime;
        this.shownAt = nanoTime.getAsLong();
    }

    /** Shows where things stand, if it is time to. */
    public synchronized void update(Supplier<String> text) {
        long now = nanoTime.getAsLong();
        if (now - shownAt < (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
            return;
        }
        shownAt = now;
        if (terminal) {
            err.print("\r\u001b[K" + text.get());
            onScreen = true;
        } else {
            err.println(text.get());
        }
        err.flush();
    }

    /** Prints a line of its own above the progress. */
    public synchronized void say(String line) {
        clear();
        err.println(line);
        err.flush();
    }

    /** Takes the progress off the screen: call it at the end. */
    public synchronized void clear() {
        if (onScreen) {
            err.print("\r\u001b[K");
            err.flush();
            onScreen = false;
        }
    }
}
