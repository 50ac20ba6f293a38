package dev.fanfare.control;

import dev.fanfare.runtime.config.ByteSize;
import dev.fanfare.runtime.config.Secret;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The control plane's own settings. */
@ConfigMapping(prefix = "control")
public interface ControlSettings {
    /** The delays of a subscription that names none, such as {@code 1m,10m,1h}; without it each retry tier once. */
    Optional<String> retrySchedule();

    /** How long a write may wait for Kafka before it is answered with 503. */
    @WithDefault("4s")
    Duration writeTimeout();

    /** The most subscriptions of one tenant. */
    @WithDefault("10000")
    int maxSubscriptions();

    /**
     * Where the index of attempts lies, in a folder of this process's name and the topic's id; by default in
     * {@code $XDG_STATE_HOME/fanfare/control} ({@code ~/.local/state/fanfare/control}), or where that can't be written
     * below the system's temporary folder. What is lost is read again from the topic.
     */
    Optional<Path> stateDir();

    /** Native memory for the index of attempts: its caches, filters and write buffers together. */
    @WithDefault("64MiB")
    ByteSize attemptsMemory();

    /**
     * A subscription whose endpoint did nothing but fail for so long is disabled; {@code 0s}: none ever is. Five days
     * span a long weekend. No longer than attempts are kept (7 days by default).
     */
    @WithDefault("5d")
    Duration disableFailingAfter();

    /** How long an endpoint may take to answer a challenge: its retries are within it. */
    @WithDefault("10m")
    Duration verificationTimeout();

    /**
     * Our name at the OpenID Connect issuer ({@code access.oidc-issuer}): with it people log in to the console there.
     * Without it they log in with API keys alone.
     */
    Optional<String> oidcClientId();

    /** Our secret at the issuer; without it PKCE alone shows that we are the client. */
    Optional<Secret> oidcClientSecret();

    /** What the issuer is asked for, so that an ID token has the claims for tenant and scopes. */
    @WithDefault("openid")
    String oidcScopes();

    /** How long a log-in by the issuer lasts; at most {@code 12h}. Who is no longer known there is out after that. */
    @WithDefault("4h")
    Duration oidcSession();

    /** One write buffer, and a few blocks. */
    ByteSize LEAST_MEMORY = new ByteSize(8L * 1024 * 1024);
}
