package dev.fanfare.contract.signing;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs webhooks for one subscription: Standard Webhooks 1.0, scheme {@code v1}, HMAC-SHA256 over
 * {@code id.timestamp.body}. With several secrets (during a rotation) it gives several signatures, joined by spaces.
 * Safe for use by several threads.
 */
public final class WebhookSigner {
    private static final String ALGORITHM = "HmacSHA256";
    private static final ThreadLocal<Mac> MAC = ThreadLocal.withInitial(WebhookSigner::newMac);

    private final List<SecretKeySpec> keys;

    /** Signs with every one of the secrets; at least one is needed. */
    public WebhookSigner(List<WebhookSecret> secrets) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("at least one signing secret is needed: nothing is sent unsigned");
        }
        this.keys = secrets.stream()
                .map(secret -> new SecretKeySpec(secret.key(), ALGORITHM))
                .toList();
    }

    /**
     * The value of {@code webhook-signature}.
     *
     * @param id               the {@code webhook-id}
     * @param timestampSeconds the {@code webhook-timestamp}, Unix seconds
     * @param body             the exact bytes that are sent
     */
    public String sign(String id, long timestampSeconds, byte[] body) {
        byte[] prefix = (id + "." + timestampSeconds + ".").getBytes(StandardCharsets.UTF_8);
        StringBuilder signatures = new StringBuilder(keys.size() * 48);
        for (SecretKeySpec key : keys) {
            if (signatures.length() > 0) {
                signatures.append(' ');
            }
            signatures.append("v1,").append(Base64.getEncoder().encodeToString(hmac(key, prefix, body)));
        }
        return signatures.toString();
    }

    private static byte[] hmac(SecretKeySpec key, byte[] prefix, byte[] body) {
        Mac mac = MAC.get();
        try {
            mac.init(key);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("any bytes are an HMAC key", e);
        }
        mac.update(prefix);
        return mac.doFinal(body);
    }

    private static Mac newMac() {
        try {
            return Mac.getInstance(ALGORITHM);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
