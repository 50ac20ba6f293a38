package dev.fanfare.testkit.conservation;

import dev.fanfare.testkit.Exchange;
import dev.fanfare.testkit.ReceivedRequest;
import dev.fanfare.testkit.SignatureCheck;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver keeps of one request.
 *
 * @param webhookId   the header; empty where there is none
 * @param subscription key of the subscription whose URL was called
 * @param attempt     {@code fanfare-attempt}; 0 where there is none
 * @param atMillis    when it came, by the receiver's clock
 * @param accepted    whether it was answered 2xx, whoever still listened
 * @param body        CRC-32C of the body
 * @param complaint   why its signature doesn't verify; empty where it does
 */
public record WebhookArrival(
        String webhookId,
        String subscription,
        String eventSource,
        String eventId,
        int attempt,
        long atMillis,
        boolean accepted,
        int body,
        String complaint) {

    /** Verifies and sums up a request; binary format. */
    public static WebhookArrival of(Exchange exchange, String subscription, SignatureCheck check) {
        ReceivedRequest request = exchange.request();
        return new WebhookArrival(
                text(request.header("webhook-id")),
                subscription,
                decoded(request.header("ce-source")),
                decoded(request.header("ce-id")),
                number(request.header("fanfare-attempt")),
                request.arrivedAtMillis(),
                exchange.accepted(),
                checksum(request.body()),
                check.complaintAbout(request).orElse(""));
    }

    /** What bodies are compared by. */
    static int checksum(byte @Nullable [] body) {
        CRC32C sum = new CRC32C();
        if (body != null) {
            sum.update(body);
        }
        return (int) sum.getValue();
    }

    /** CloudEvents' HTTP binding percent-encodes header values (section 3.1.3.2); a plus is a plus. */
    private static String decoded(@Nullable String value) {
        return URLDecoder.decode(text(value).replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static int number(@Nullable String value) {
        return value != null && value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : 0;
    }
}
