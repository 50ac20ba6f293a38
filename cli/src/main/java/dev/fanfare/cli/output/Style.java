package dev.fanfare.cli.output;

import dev.fanfare.cli.shell.Shell;

/** Colours where a person watches and didn't say no (no-color.org); plain text elsewhere. */
public record Style(boolean coloured) {

    /** For the standard output of a shell. */
    public static Style of(Shell shell) {
        return new Style(
                shell.outIsTerminal() && shell.variable("NO_COLOR") == null && !"dumb".equals(shell.variable("TERM")));
    }

    /** What matters most. */
    public String bold(String text) {
        return code("1", text);
    }

    /** What matters least. */
    public String faint(String text) {
        return code("2", text);
    }

    /** What went well. */
    public String good(String text) {
        return code("32", text);
    }

    /** What went wrong. */
    public String bad(String text) {
        return code("31", text);
    }

    private String code(String code, String text) {
        return coloured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
