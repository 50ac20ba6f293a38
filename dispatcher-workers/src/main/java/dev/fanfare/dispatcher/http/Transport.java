package dev.fanfare.dispatcher.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How connections are made.
 *
 * @param connectTimeout for TCP, and for the TLS handshake
 * @param http2          whether HTTP/2 is offered to endpoints with TLS
 * @param proxy          null for none
 */
public record Transport(
        Duration connectTimeout,
        TlsSetup tls,
        boolean http2,
        @Nullable OutgoingProxy proxy) {}
