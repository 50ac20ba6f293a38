package dev.fanfare.contract.signing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the signature of a webhook as a receiver does (Standard Webhooks 1.0, "Verifying webhook authenticity"): the
 * three headers are there, the timestamp is near, and one of the {@code v1} signatures is that of one of the secrets.
 * Comparisons take the same time whatever they find. Safe for use by several threads.
 */
public final class WebhookVerifier {
    /** How far the timestamp may be from the receiver's clock, either way. */
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    /** What the check came to. */
    public enum Outcome {
        VALID("signature valid"),
        HEADER_MISSING("not signed: webhook-id, webhook-timestamp or webhook-signature is missing"),
        TIMESTAMP_UNREADABLE("webhook-timestamp is not a number of Unix seconds"),
        TIMESTAMP_FAR("webhook-timestamp is more than 5 minutes from this clock"),
        MISMATCH("signature doesn't match the secret and the body");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }

        /** In words, for people. */
        public String words() {
            return words;
        }
    }

    private final WebhookSigner signer;

    /** Accepts what any one of the secrets signed. */
    public WebhookVerifier(List<WebhookSecret> secrets) {
        this.signer = new WebhookSigner(secrets);
    }

    /**
     * Checks one webhook.
     *
     * @param id         header {@code webhook-id}
     * @param timestamp  header {@code webhook-timestamp}
     * @param signatures header {@code webhook-signature}: signatures joined by spaces
     * @param body       the exact bytes that came
     * @param nowSeconds the receiver's clock, Unix seconds
     */
    public Outcome verify(
            @Nullable String id,
            @Nullable String timestamp,
            @Nullable String signatures,
            byte[] body,
            long nowSeconds) {
        if (id == null || timestamp == null || signatures == null) {
            return Outcome.HEADER_MISSING;
        }
        long timestampSeconds;
        try {
            timestampSeconds = Long.parseLong(timestamp);
        } catch (NumberFormatException e) {
            return Outcome.TIMESTAMP_UNREADABLE;
        }
        if (timestampSeconds < nowSeconds - TOLERANCE.toSeconds()
                || timestampSeconds > nowSeconds + TOLERANCE.toSeconds()) {
            return Outcome.TIMESTAMP_FAR;
        }
        boolean matches = false;
        for (String expected : signer.sign(id, timestampSeconds, body).split(" ", -1)) {
            for (String given : signatures.split(" ", -1)) {
                matches |= MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.UTF_8));
            }
        }
        return matches ? Outcome.VALID : Outcome.MISMATCH;
    }
}
