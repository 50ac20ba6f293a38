package dev.fanfare.cli;

import dev.fanfare.cli.shell.Shell;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A shell whose output can be read, in which nothing of the machine shines through. */
public final class TestShell {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>();
    private final Path home;
    private String in = "";

    public TestShell(Path home) {
        this.home = home;
    }

    public TestShell variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public TestShell input(String text) {
        in = text;
        return this;
    }

    public Shell shell() {
        return new Shell(
                environment,
                home,
                null,
                "./fanfare",
                new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                false,
                false,
                100);
    }

    /** Runs the command and returns its exit code. */
    public int run(String... args) {
        Shell shell = shell();
        return FanfareCommand.run(FanfareCommand.commandLine(shell), shell, args);
    }

    public String out() {
        return out.toString();
    }

    public String err() {
        return err.toString();
    }
}
