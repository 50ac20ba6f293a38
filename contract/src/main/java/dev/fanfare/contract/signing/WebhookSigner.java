package dev.fanfare.contract.signing;

import com.google.crypto.tink.subtle.Ed25519Sign;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs webhooks for one subscription: Standard Webhooks 1.0, over {@code id.timestamp.body}. A {@link WebhookSecret}
 * gives scheme {@code v1} (HMAC-SHA256), a {@link WebhookKeyPair} {@code v1a} (Ed25519, which takes some hundred times as
 * long). With several keys (during a rotation) it gives several signatures, joined by spaces. Safe for use by several
 * threads.
 */
public final class WebhookSigner {
    private static final String ALGORITHM = "HmacSHA256";
    private static final ThreadLocal<Mac> MAC = ThreadLocal.withInitial(WebhookSigner::newMac);

    private interface Scheme {
        String sign(byte[] prefix, byte[] body);
    }

    private final List<Scheme> schemes = new ArrayList<>();

    /** Signs with every one of the keys; at least one is needed. */
    public WebhookSigner(List<? extends SigningKey> keys) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("at least one signing secret is needed: nothing is sent unsigned");
        }
        for (SigningKey key : keys) {
            schemes.add(
                    key instanceof WebhookSecret secret
                            ? new Symmetric(new SecretKeySpec(secret.key(), ALGORITHM))
                            : new Asymmetric((WebhookKeyPair) key));
        }
    }

    /**
     * The value of {@code webhook-signature}.
     *
     * @param id               the {@code webhook-id}
     * @param timestampSeconds the {@code webhook-timestamp}, Unix seconds
     * @param body             the exact bytes that are sent
     */
    public String sign(String id, long timestampSeconds, byte[] body) {
        byte[] prefix = prefix(id, timestampSeconds);
        if (schemes.size() == 1) {
            return schemes.get(0).sign(prefix, body);
        }
        StringBuilder signatures = new StringBuilder(schemes.size() * 48);
        for (Scheme scheme : schemes) {
            if (signatures.length() > 0) {
                signatures.append(' ');
            }
            signatures.append(scheme.sign(prefix, body));
        }
        return signatures.toString();
    }

    /** What is signed before the body. */
    static byte[] prefix(String id, long timestampSeconds) {
        return (id + "." + timestampSeconds + ".").getBytes(StandardCharsets.UTF_8);
    }

    /** Both parts in one piece: Ed25519 goes over them twice. */
    static byte[] content(byte[] prefix, byte[] body) {
        byte[] content = Arrays.copyOf(prefix, prefix.length + body.length);
        System.arraycopy(body, 0, content, prefix.length, body.length);
        return content;
    }

    private record Symmetric(SecretKeySpec key) implements Scheme {
        @Override
        public String sign(byte[] prefix, byte[] body) {
            Mac mac = MAC.get();
            try {
                mac.init(key);
            } catch (InvalidKeyException e) {
                throw new IllegalStateException("any bytes are an HMAC key", e);
            }
            mac.update(prefix);
            return "v1,".concat(Base64.getEncoder().encodeToString(mac.doFinal(body)));
        }
    }

    private static final class Asymmetric implements Scheme {
        private final Ed25519Sign key;

        Asymmetric(WebhookKeyPair pair) {
            try {
                key = pair.signer();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the seed has the right length", e);
            }
        }

        @Override
        public String sign(byte[] prefix, byte[] body) {
            try {
                return "v1a,".concat(Base64.getEncoder().encodeToString(key.sign(content(prefix, body))));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Ed25519 signs anything", e);
            }
        }
    }

    private static Mac newMac() {
        try {
            return Mac.getInstance(ALGORITHM);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
