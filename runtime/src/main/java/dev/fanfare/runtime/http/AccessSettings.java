package dev.fanfare.runtime.http;

import dev.fanfare.runtime.config.Secret;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Who may call the HTTP interfaces. */
@ConfigMapping(prefix = "access")
public interface AccessSettings {
    /**
     * An administrator's key for the beginning: with it others are made. Callers send it as {@code Authorization: Bearer
     * <key>}.
     */
    Optional<Secret> key();

    /** Tenants that exist without being created. */
    @WithDefault("default")
    List<String> tenants();

    /** Who issues the access tokens (JWT) that are taken beside keys, as their claim {@code iss} has it; without it none are. */
    Optional<String> oidcIssuer();

    /** Where the issuer's public keys are, as a JWK set. */
    Optional<String> oidcJwksUrl();

    /** What a token's claim {@code aud} must hold: our name at the issuer. */
    Optional<String> oidcAudience();

    /** The claim that names the caller's tenant; {@code *} in it makes an administrator. */
    @WithDefault("tenant")
    String oidcTenantClaim();

    /** The claim that holds the caller's scopes: a list, or a text with spaces between. */
    @WithDefault("scope")
    String oidcScopesClaim();

    /** Whose an event is that was produced straight to Kafka without {@code ce_tenant}. */
    @WithDefault("default")
    String defaultTenant();
}
