package dev.fanfare.cli.shell;

/** What the command ends with. Public API: scripts rely on it. */
public final class ExitCode {
    /** It did what was asked. Also a running process that was told to stop and stopped in order. */
    public static final int OK = 0;
    /** It failed, or a part of it did; the sentences on stderr say what. */
    public static final int FAILED = 1;
    /** Arguments or settings can't be used; nothing was done. */
    public static final int USAGE = 2;

    /** It was told to stop (Ctrl-C) before its end; what it did stands, and the same command goes on. */
    public static final int STOPPED = 130;

    private ExitCode() {}
}
