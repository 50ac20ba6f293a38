package dev.fanfare.runtime.secret;

import dev.fanfare.runtime.config.Secret;
import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Where the keyset is that seals signing secrets on the subscriptions topic. */
@ConfigMapping(prefix = "secrets")
public interface SecretSettings {
    /** A Tink keyset in JSON, readable by its owner alone; control plane and dispatchers need the same one. */
    Optional<Path> keysetFile();

    /** The keyset itself instead of a file, for the environment. */
    Optional<Secret> keyset();

    /** The key that the keyset is encrypted with, at a KMS; without it the keyset is in clear. */
    Optional<String> kmsKeyUri();

    /** What we show the KMS of {@code hcvault://}. */
    Optional<Secret> kmsToken();

    /** A file with what we show the KMS: a token of {@code hcvault://}; for others what their client takes. */
    Optional<Path> kmsCredentialsFile();

    /** The authorities that the certificate of {@code hcvault://} may be from, a PEM file; without it those of Java. */
    Optional<Path> kmsCa();
}
