package dev.fanfare.dispatcher.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookSigner;
import dev.fanfare.contract.subscription.Subscription;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    @ParameterizedTest
    @CsvSource({
        "https://h.example,            https, h.example,     443,  true,  /",
        "HTTPS://h.example/a?b=c,      https, h.example,     443,  true,  /a?b=c",
        "https://h.example:443/,       https, h.example,     443,  true,  /",
        "https://h.example:80/,        https, h.example,     80,   false, /",
        "http://h.example/%20x?q=%C3#f,http,  h.example,     80,   true,  /%20x?q=%C3",
        "http://[2001:db8::1]:8080/x,  http,  2001:db8::1,   8080, false, /x",
        "https://u:p@h.example/,       https, h.example,     443,  true,  /",
        "https://under_score.example/, https, '',            443,  true,  /",
    })
    void urlsAreTakenApart(String url, String scheme, String host, int port, boolean standardPort, String target) {
        Endpoint endpoint = endpoint(url, Map.of());

        assertThat(endpoint.scheme()).isEqualTo(scheme);
        assertThat(endpoint.host()).isEqualTo(host);
        assertThat(endpoint.port()).isEqualTo(port);
        assertThat(endpoint.standardPort()).isEqualTo(standardPort);
        assertThat(endpoint.target()).isEqualTo(target);
        assertThat(endpoint.timeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(endpoint.schedule()).containsExactly(Duration.ofMinutes(1), Duration.ofMinutes(90));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "content-length",
                "Content-Type",
                "Transfer-Encoding",
                "Connection",
                "Keep-Alive",
                "TE",
                "Trailer",
                "Upgrade",
                "Expect",
                "User-Agent",
                "webhook-id",
                "Webhook-Signature",
                "ce-id",
                "fanfare-attempt",
                "Traceparent",
                "Authorization",
                "tracestate",
                "proxy-authorization",
                "",
                "two words",
                "colon:",
                "lf\n",
                "ü",
            })
    void customHeadersMayNotReplaceOursOrTheConnections(String name) {
        assertThat(endpoint("https://h.example", Map.of(name, "v")).headers()).isEmpty();
    }

    @Test
    void otherCustomHeadersAreKept() {
        assertThat(endpoint("https://h.example", Map.of("X-Key", "x", "X-Team", "a b", "X-Bad", "a\r\nInjected: yes"))
                        .headers())
                .containsExactlyInAnyOrder(Map.entry("X-Key", "x"), Map.entry("X-Team", "a b"));
    }

    private static Endpoint endpoint(String url, Map<String, String> headers) {
        Subscription subscription = Subscription.builder("acme", "s", new UUID(1, 2), URI.create(url))
                .headers(headers)
                .maxInFlight(4)
                .retry(new Subscription.Retry(List.of("1m", "90m")))
                .build();
        return Endpoint.of(
                subscription,
                7,
                new WebhookSigner(List.of(WebhookSecret.mint(new SecureRandom()))),
                new Credential.None());
    }
}
