package dev.fanfare.cli.cluster;

import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.runtime.secret.KeysetKeys;
import dev.fanfare.runtime.secret.KmsAway;
import dev.fanfare.runtime.secret.SecretSettings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare keyset …}. */
@Command(
        name = "keyset",
        description = "Make the keyset that seals signing secrets, encrypt it by a KMS, and rotate its keys.")
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

    /** What a keyset is read from, and where it goes when it has changed. */
    static final class InPlace {
        @Parameters(index = "0", paramLabel = "FILE", description = "A keyset.")
        private Path file = Path.of("");

        @Parameters(
                index = "1",
                paramLabel = "NEW-FILE",
                arity = "0..1",
                description = "Must not exist yet; without it FILE itself is replaced.")
        private @Nullable Path to;

        private Path into() {
            return to == null ? file : to;
        }
    }

    private interface Writing {
        void write(SecretSettings secrets) throws IOException, KmsAway;
    }

    private interface Changing<T> {
        T change(SecretSettings secrets) throws IOException, KmsAway;
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

    @Command(
            name = "list",
            description =
                    "Show the keys of a keyset by their ids, in the order in which they were added: all of them open"
                            + " secrets, the primary one seals. Nothing of it is secret.")
    void list(@Parameters(paramLabel = "FILE", description = "A keyset.") Path file, @Mixin KmsOptions options) {
        SecretSettings secrets = options.load(shell);
        Table table = new Table("KEY", "KIND", "DOES");
        try {
            for (KeysetKeys.Key key : KeysetKeys.list(file, secrets)) {
                table.add(
                        key.id(),
                        key.kind(),
                        key.primary() ? "seals and opens (primary)" : key.enabled() ? "opens" : "nothing (disabled)");
            }
        } catch (KmsAway e) {
            throw away(secrets, e, "");
        }
        table.print(shell);
    }

    @Command(
            name = "add-key",
            description =
                    "Rotation, first step: add a fresh key, which opens and does not seal yet. Give the file to every"
                            + " control plane and dispatcher and restart them before you promote the key: else dispatchers meet"
                            + " secrets that they can't open, and what they would sign waits.")
    void addKey(@Mixin InPlace keyset, @Mixin KmsOptions options) {
        Path into = keyset.into();
        String id = changed(into, options, secrets -> KeysetKeys.add(keyset.file, into, secrets));
        shell.out()
                .println("Added key " + id + " in " + into + ". It opens and does not seal yet. Give this file to every"
                        + " control plane and dispatcher, restart them, and then run: fanfare keyset promote " + into);
    }

    @Command(
            name = "promote",
            description = "Rotation, second step: have the key that was added last seal from now on. Do so when every"
                    + " control plane and dispatcher has it. Control planes that start with this file seal anew what older"
                    + " keys sealed.")
    void promote(
            @Mixin InPlace keyset,
            @Option(names = "--key", paramLabel = "ID", description = "Another key than the one that was added last.")
                    @Nullable String key,
            @Mixin KmsOptions options) {
        Path into = keyset.into();
        String id = changed(into, options, secrets -> KeysetKeys.promote(keyset.file, into, key, secrets));
        shell.out()
                .println("Key " + id + " is the primary one in " + into + ". Give this file to every control plane and"
                        + " dispatcher and restart them. Once each control plane says in its log that every secret is sealed with"
                        + " key " + id + ", older keys may be removed: fanfare keyset remove-key");
    }

    @Command(
            name = "remove-key",
            description =
                    "Rotation, last step: write a keyset without one of its keys. What that key sealed can't be opened"
                            + " with the new file: wait until every control plane says in its log that every secret is sealed with"
                            + " the primary key (fanfare_control_secrets_left is 0), and a day longer for the console's sessions and portal links.")
    void removeKey(
            @Parameters(paramLabel = "FILE", description = "A keyset. It stays as it is: a copy until you are sure.")
                    Path file,
            @Parameters(paramLabel = "NEW-FILE", description = "Must not exist yet.") Path to,
            @Option(
                            names = "--key",
                            paramLabel = "ID",
                            required = true,
                            description = "As 'fanfare keyset list' shows it.")
                    String key,
            @Mixin KmsOptions options) {
        changed(to, options, secrets -> {
            if (Files.exists(to)) {
                throw new FileAlreadyExistsException(to.toString());
            }
            KeysetKeys.remove(file, to, key, secrets);
            return key;
        });
        shell.out()
                .println("Wrote " + to + " without key " + key
                        + ". Give it to every control plane and dispatcher, restart" + " them, and delete " + file
                        + " when all of them deliver.");
    }

    private void write(Path file, KmsOptions options, Writing writing) {
        SecretSettings secrets = changed(file, options, settings -> {
            writing.write(settings);
            return settings;
        });
        shell.out()
                .println("Wrote " + file + (secrets.kmsKeyUri().isPresent() ? ", encrypted" : "")
                        + ". Name it in the settings: secrets.keyset-file: " + file.toAbsolutePath()
                        + secrets.kmsKeyUri()
                                .map(uri -> ", secrets.kms-key-uri: " + uri)
                                .orElse(""));
    }

    private <T> T changed(Path file, KmsOptions options, Changing<T> changing) {
        SecretSettings secrets = options.load(shell);
        try {
            return changing.change(secrets);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    file + ": is there already, and a keyset in use must not be lost: choose another" + " name");
        } catch (IOException e) {
            throw new CommandFailure(
                    file + ": can't be written (" + e.getClass().getSimpleName() + "): choose a folder that you may"
                            + " write to",
                    e);
        } catch (KmsAway e) {
            throw away(secrets, e, ", and nothing was written");
        }
    }

    private static CommandFailure away(SecretSettings secrets, KmsAway e, String consequence) {
        return new CommandFailure("secrets.kms-key-uri: " + secrets.kmsKeyUri().orElse("") + " can't be asked now"
                + consequence + ": " + e.getMessage());
    }
}
