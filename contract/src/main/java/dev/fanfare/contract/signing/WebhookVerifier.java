package dev.fanfare.contract.signing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the signature of a webhook as a receiver does (Standard Webhooks 1.0, "Verifying webhook authenticity"): the
 * three headers are there, the timestamp is near, and one of the signatures is that of one of the secrets ({@code v1}) or
 * belongs to one of the public keys ({@code v1a}). Comparisons take the same time whatever they find. Safe for use by several threads.
 */
public final class WebhookVerifier {
    /** How far the timestamp may be from the receiver's clock, either way. */
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String ASYMMETRIC = "v1a,";

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

    private final @Nullable WebhookSigner signer;
    private final List<WebhookPublicKey> publicKeys;

    /** Accepts what any one of the keys signed; at least one is needed. */
    public WebhookVerifier(List<? extends VerifyingKey> keys) {
        List<WebhookSecret> secrets = only(WebhookSecret.class, keys);
        this.publicKeys = only(WebhookPublicKey.class, keys);
        this.signer = secrets.isEmpty() && !publicKeys.isEmpty() ? null : new WebhookSigner(secrets);
    }

    private static <K> List<K> only(Class<K> kind, List<? extends VerifyingKey> keys) {
        return keys.stream().filter(kind::isInstance).map(kind::cast).toList();
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
        String[] given = signatures.split(" ", -1);
        return matchesSecret(id, timestampSeconds, given, body) || matchesPublicKey(id, timestampSeconds, given, body)
                ? Outcome.VALID
                : Outcome.MISMATCH;
    }

    private boolean matchesSecret(String id, long timestampSeconds, String[] given, byte[] body) {
        if (signer == null) {
            return false;
        }
        boolean matches = false;
        for (String expected : signer.sign(id, timestampSeconds, body).split(" ", -1)) {
            for (String one : given) {
                matches |= MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.US_ASCII), one.getBytes(StandardCharsets.UTF_8));
            }
        }
        return matches;
    }

    private boolean matchesPublicKey(String id, long timestampSeconds, String[] given, byte[] body) {
        if (publicKeys.isEmpty()) {
            return false;
        }
        byte[] content = WebhookSigner.content(WebhookSigner.prefix(id, timestampSeconds), body);
        for (String one : given) {
            byte[] signature = asymmetric(one);
            if (signature != null && publicKeys.stream().anyMatch(key -> key.verifies(signature, content))) {
                return true;
            }
        }
        return false;
    }

    private static byte @Nullable [] asymmetric(String text) {
        if (!text.startsWith(ASYMMETRIC)) {
            return null;
        }
        try {
            return Base64.getDecoder().decode(text.substring(ASYMMETRIC.length()));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
