package dev.fanfare.runtime.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Where a process listens; one port serves everything that its roles offer, health and metrics included. */
@ConfigMapping(prefix = "http")
public interface HttpSettings {
    /** The address to listen on. */
    @WithDefault("0.0.0.0")
    String host();

    /** The port; 0 takes any free one. */
    @WithDefault("8080")
    int port();

    /**
     * The server's certificate and those that lead to its authority, a PEM file: with it the port speaks TLS 1.2 and
     * 1.3 only. Read again within ten seconds of a change.
     */
    Optional<Path> tlsCertificate();

    /** The certificate's private key, a PEM file. */
    Optional<Path> tlsKey();

    /**
     * The authorities of client certificates, a PEM file: whoever has none of theirs is not let in, health and metrics
     * included. The API key is asked for all the same.
     */
    Optional<Path> tlsClientCa();

    /**
     * What a gateway puts before all paths and passes on, such as {@code /fanfare}. Paths are answered with and without
     * it, so that health can be asked directly.
     */
    Optional<String> pathPrefix();

    /**
     * Whether {@code X-Forwarded-Prefix} is believed, where a gateway takes its prefix off: it then stands before the
     * {@code Location} of answers and the console's paths. Only where every request comes through a gateway that sets
     * it.
     */
    @WithDefault("false")
    boolean trustForwardedPrefix();

    /**
     * Whether the last address of {@code X-Forwarded-For} is believed to be the client's, in the audit and in log lines.
     * Only where every request comes through a gateway that puts it there.
     */
    @WithDefault("false")
    boolean trustForwardedFor();
}
