package dev.fanfare.cli.shell;

import dev.fanfare.runtime.config.UserFolder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command was started in. Text goes out as UTF-8, whatever the locale.
 *
 * @param home          the user's home folder
 * @param installation  the folder with the launcher and {@code docs/}; null where it isn't known
 * @param command       how the user called us, such as {@code ./fanfare}: for commands that we suggest
 * @param outIsTerminal whether a person watches {@code out}: colours, and lines cut to {@code columns}
 * @param errIsTerminal whether a person watches {@code err}: progress on one line
 */
public record Shell(
        Map<String, String> environment,
        Path home,
        @Nullable Path installation,
        String command,
        InputStream in,
        PrintWriter out,
        PrintWriter err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        int columns) {

    private static final int DEFAULT_COLUMNS = 100;

    /** That of this process. The launcher tells by system properties what Java can't find out. */
    public static Shell ofProcess() {
        String installation = System.getProperty("fanfare.home");
        return new Shell(
                System.getenv(),
                Path.of(System.getProperty("user.home", ".")),
                installation == null ? null : Path.of(installation),
                System.getProperty("fanfare.command", "fanfare"),
                System.in,
                writer(FileDescriptor.out),
                writer(FileDescriptor.err),
                Boolean.getBoolean("fanfare.terminal.out"),
                Boolean.getBoolean("fanfare.terminal.err"),
                Math.max(40, Integer.getInteger("fanfare.terminal.columns", DEFAULT_COLUMNS)));
    }

    private static PrintWriter writer(FileDescriptor stream) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8), true);
    }

    /** The same with another output. */
    public Shell to(PrintWriter other) {
        return new Shell(
                environment, home, installation, command, in, other, err, outIsTerminal, errIsTerminal, columns);
    }

    /** An environment variable, or null where it is absent or empty. */
    public @Nullable String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /**
     * A folder by the XDG base directory specification, such as {@code XDG_DATA_HOME}, with its default under home; where
     * that can't be written, as for the user of a container who has no home, one below the system's temporary folder.
     */
    public Path folder(String variable, String underHome) {
        return UserFolder.find(environment, variable, home.toString(), underHome)
                .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "fanfare", underHome));
    }
}
