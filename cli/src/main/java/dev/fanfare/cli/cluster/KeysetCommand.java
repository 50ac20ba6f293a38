package dev.fanfare.cli.cluster;

import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.runtime.secret.KeysetFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fanfare keyset …}. */
@Command(name = "keyset", description = "Make the keyset that seals signing secrets.")
public final class KeysetCommand {
    private final Shell shell;

    public KeysetCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(
            name = "create",
            description = "Write a new keyset (Tink, AES-256-GCM) that only its owner can read. Give the same file to"
                    + " control and dispatcher as secrets.keyset-file, and keep a copy: without it no secret can be"
                    + " opened.")
    void create(@Parameters(paramLabel = "FILE", description = "Must not exist yet.") Path file) {
        try {
            KeysetFile.create(file);
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    file + ": is there already, and a keyset in use must not be lost: choose another" + " name");
        } catch (IOException e) {
            throw new CommandFailure(
                    file + ": can't be written (" + e.getClass().getSimpleName() + "): choose a folder that you may"
                            + " write to",
                    e);
        }
        shell.out()
                .println("Wrote " + file + ". Name it in the settings: secrets.keyset-file: " + file.toAbsolutePath());
    }
}
