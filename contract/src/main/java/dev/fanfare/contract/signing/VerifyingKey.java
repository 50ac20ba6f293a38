package dev.fanfare.contract.signing;

/** What a receiver checks signatures with; see {@link WebhookVerifier}. */
public sealed interface VerifyingKey permits WebhookSecret, WebhookPublicKey {
    /**
     * Reads {@code whsec_…} or {@code whpk_…}.
     *
     * @throws IllegalArgumentException in words that don't repeat the secret
     */
    static VerifyingKey parse(String text) {
        return text.startsWith(WebhookPublicKey.PREFIX) ? WebhookPublicKey.parse(text) : WebhookSecret.parse(text);
    }
}
