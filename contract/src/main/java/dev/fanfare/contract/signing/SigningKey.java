package dev.fanfare.contract.signing;

/** What webhooks are signed with; see {@link WebhookSigner}. None prints itself. */
public sealed interface SigningKey permits WebhookSecret, WebhookKeyPair {
    /** The text that {@link #parse} reads. Secret. */
    String reveal();

    /**
     * Reads {@code whsec_…} or {@code whsk_…}.
     *
     * @throws IllegalArgumentException in words that don't repeat the secret
     */
    static SigningKey parse(String text) {
        return text.startsWith(WebhookKeyPair.PREFIX) ? WebhookKeyPair.parse(text) : WebhookSecret.parse(text);
    }
}
