package dev.fanfare.dispatcher.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookSigner;
import dev.fanfare.contract.subscription.Subscription.Format;
import dev.fanfare.dispatcher.http.Request;
import dev.fanfare.dispatcher.lane.LaneRules;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import dev.fanfare.dispatcher.subscription.Credential;
import dev.fanfare.dispatcher.subscription.Endpoint;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookRequestTest {
    private static final WebhookSecret SECRET = WebhookSecret.mint(new java.security.SecureRandom());
    private static final long NOW = 1_700_000_000_999L;

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "plain-text_1.0~/:?, plain-text_1.0~/:?",
                "Euro € 😀, Euro%20%E2%82%AC%20%F0%9F%98%80",
                "100%, 100%25",
                "say \"hi\", say%20%22hi%22",
                "50%25, 50%2525",
                "\u007f, %7F",
                "ü, %C3%BC",
            })
    void attributeValuesArePercentEncoded(String value, String expected) {
        assertThat(WebhookRequest.percentEncoded(value.getBytes(StandardCharsets.UTF_8)))
                .hasToString(expected);
    }

    @Test
    void lineBreaksInAttributesCannotBecomeHeaders() {
        Request request = head(Map.of("ce_subject", "x\r\nInjected: yes", "ce_bad name\r\n", "y"));

        assertThat(request.get("ce-subject")).isEqualTo("x%0D%0AInjected:%20yes");
        assertThat(request.names()).noneMatch(name -> name.contains("bad"));
    }

    @Test
    void aContentTypeThatIsNoHeaderValueIsLeftOut() {
        Request request = head(Map.of("content-type", "text/plain\r\nX: y", "traceparent", "a\nb"));

        assertThat(request.get("content-type")).isNull();
        assertThat(request.get("traceparent")).isNull();
    }

    @Test
    void ourOwnRecordHeadersStayInside() {
        Request request = head(Map.of("fanfare-delivery-id", "x", "fanfare-delay-ms", "5", "ce_id", "e1"));

        assertThat(request.names())
                .containsExactlyInAnyOrder(
                        "webhook-id",
                        "webhook-timestamp",
                        "webhook-signature",
                        "ce-id",
                        "fanfare-attempt",
                        "user-agent");
    }

    @Test
    void theSignatureIsOverIdTimestampAndTheVeryBytes() {
        Request request = head(Map.of());

        assertThat(request.get("webhook-timestamp")).isEqualTo("1700000000");
        assertThat(request.get("webhook-signature"))
                .isEqualTo(new WebhookSigner(List.of(SECRET)).sign("dlv_1", 1_700_000_000L, bytes("body")));
        assertThat(request.get("fanfare-attempt")).isEqualTo("4");
    }

    @Test
    void theStandardPortIsNotPartOfTheHost() {
        assertThat(head(Map.of()).authority()).isEqualTo("hooks.example");
    }

    @Test
    void anIpv6AddressStandsInBracketsInTheHost() {
        assertThat(head(Map.of(), "2001:db8::1", 8443, false).authority()).isEqualTo("[2001:db8::1]:8443");
    }

    private static Request head(Map<String, String> recordHeaders) {
        return head(recordHeaders, "hooks.example", 443, true);
    }

    private static Request head(Map<String, String> recordHeaders, String host, int port, boolean standardPort) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("t", 0, 5, bytes("k"), bytes("body"));
        recordHeaders.forEach((name, value) -> record.headers().add(name, bytes(value)));
        Delivery delivery = new Delivery(
                "dlv_1",
                "acme",
                "s",
                new UUID(1, 2),
                new SubscriptionVersion("t", 1),
                "e1",
                "order.created",
                1,
                new Progress(1, 3, 0, 1, 1, 1));
        Endpoint endpoint = new Endpoint(
                1,
                "https",
                host,
                port,
                standardPort,
                "/hook",
                List.of(),
                new Credential.None(),
                Format.BINARY,
                Duration.ofSeconds(1),
                LaneRules.atMost(1),
                List.of(),
                new WebhookSigner(List.of(SECRET)));
        OpenDelivery open = new OpenDelivery(record, delivery, 1);
        return WebhookRequest.of(open, endpoint, WebhookRequest.body(open, endpoint), null, null, NOW);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
