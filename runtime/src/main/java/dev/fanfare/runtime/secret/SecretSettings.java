package dev.fanfare.runtime.secret;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Where the keyset is that seals signing secrets on the subscriptions topic. */
@ConfigMapping(prefix = "secrets")
public interface SecretSettings {
    /** A Tink keyset in JSON, readable by its owner alone; control plane and dispatchers need the same one. */
    Optional<Path> keysetFile();
}
