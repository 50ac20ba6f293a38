package dev.fanfare.runtime.http;

import dev.fanfare.runtime.config.Secret;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Who may call the HTTP interfaces. */
@ConfigMapping(prefix = "access")
public interface AccessSettings {
    /** The key that callers send as {@code Authorization: Bearer <key>}. Without it every call is refused. */
    Optional<Secret> key();

    /** The tenants that exist. */
    @WithDefault("default")
    List<String> tenants();

    /** Whose an event is that was produced straight to Kafka without {@code ce_tenant}. */
    @WithDefault("default")
    String defaultTenant();
}
