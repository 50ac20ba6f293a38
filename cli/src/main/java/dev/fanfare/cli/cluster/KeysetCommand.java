package dev.fanfare.cli.cluster;

import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.runtime.secret.KmsAway;
import dev.fanfare.runtime.secret.SecretSettings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare keyset …}. */
@Command(name = "keyset", description = "Make the keyset that seals signing secrets, and encrypt it by a KMS.")
public final class KeysetCommand {
    private final Shell shell;

    public KeysetCommand(Shell shell) {
        this.shell = shell;
    }

    /** Which settings hold. */
    static final class KmsOptions {
        @Mixin
        private SettingsOptions settings = new SettingsOptions();

        @Option(
                names = "--kms-key-uri",
                paramLabel = "URI",
                description = "The key to encrypt the keyset with (secrets.kms-key-uri), such as"
                        + " hcvault://vault.example.com:8200/transit/keys/fanfare. Credentials come from the settings:"
                        + " FANFARE_SECRETS_KMS_TOKEN or secrets.kms-credentials-file.")
        private @Nullable String uri;

        private SecretSettings load(Shell shell) {
            Map<String, String> overrides = new HashMap<>();
            if (uri != null) {
                overrides.put("secrets.kms-key-uri", uri);
            }
            return settings.load(shell, Map.of(), overrides).section(SecretSettings.class);
        }
    }

    private interface Writing {
        void write(SecretSettings secrets) throws IOException, KmsAway;
    }

    @Command(
            name = "create",
            description = "Write a new keyset (Tink, AES-256-GCM) that only its owner can read. Give the same file to"
                    + " control and dispatcher as secrets.keyset-file, and keep a copy: without it no secret can be"
                    + " opened. With a key at a KMS it is encrypted, and of no use to whoever may not use that key.")
    void create(
            @Parameters(paramLabel = "FILE", description = "Must not exist yet.") Path file,
            @Mixin KmsOptions options) {
        write(file, options, secrets -> KeysetFile.create(file, secrets));
    }

    @Command(
            name = "encrypt",
            description =
                    "Write a keyset to another file, encrypted with a key at a KMS. One that is encrypted with that"
                            + " key already is encrypted anew, with the key's newest version. The secrets that it seals stay as"
                            + " they are.")
    void encrypt(
            @Parameters(paramLabel = "FILE", description = "A keyset.") Path file,
            @Parameters(paramLabel = "NEW-FILE", description = "Must not exist yet.") Path to,
            @Mixin KmsOptions options) {
        write(to, options, secrets -> KeysetFile.encrypt(file, to, secrets));
    }

    private void write(Path file, KmsOptions options, Writing writing) {
        SecretSettings secrets = options.load(shell);
        try {
            writing.write(secrets);
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    file + ": is there already, and a keyset in use must not be lost: choose another" + " name");
        } catch (IOException e) {
            throw new CommandFailure(
                    file + ": can't be written (" + e.getClass().getSimpleName() + "): choose a folder that you may"
                            + " write to",
                    e);
        } catch (KmsAway e) {
            throw new CommandFailure(
                    "secrets.kms-key-uri: " + secrets.kmsKeyUri().orElse("") + " can't be asked now, and"
                            + " nothing was written: " + e.getMessage());
        }
        shell.out()
                .println("Wrote " + file + (secrets.kmsKeyUri().isPresent() ? ", encrypted" : "")
                        + ". Name it in the settings: secrets.keyset-file: " + file.toAbsolutePath()
                        + secrets.kmsKeyUri()
                                .map(uri -> ", secrets.kms-key-uri: " + uri)
                                .orElse(""));
    }
}
