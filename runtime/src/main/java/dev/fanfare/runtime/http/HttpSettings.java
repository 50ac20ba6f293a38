package dev.fanfare.runtime.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where a process listens; one port serves everything that its roles offer, health and metrics included. */
@ConfigMapping(prefix = "http")
public interface HttpSettings {
    /** The address to listen on. */
    @WithDefault("0.0.0.0")
    String host();

    /** The port; 0 takes any free one. */
    @WithDefault("8080")
    int port();
}
