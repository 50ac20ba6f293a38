package dev.fanfare.cli.listen;

import dev.fanfare.contract.signing.WebhookVerifier.Outcome;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request that the receiver got.
 *
 * @param headers   names in lower case; of several values the last
 * @param signature what verifying came to
 * @param status    what it was answered with
 * @param repeated  whether a webhook of this id was answered with success before
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ReceivedWebhook(
        Instant at, Map<String, String> headers, byte[] body, Outcome signature, int status, boolean repeated) {
    static final String ID = "webhook-id";
    static final String TIMESTAMP = "webhook-timestamp";
    static final String SIGNATURE = "webhook-signature";
    static final String ATTEMPT = "fanfare-attempt";

    @Nullable String header(String name) {
        return headers.get(name);
    }

    /** Which attempt it is; 1 where the header is missing or odd. */
    static int attempt(Map<String, String> headers) {
        String text = headers.get(ATTEMPT);
        return text != null && text.matches("[1-9]\\d{0,6}") ? Integer.parseInt(text) : 1;
    }
}
