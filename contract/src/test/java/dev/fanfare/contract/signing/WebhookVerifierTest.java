package dev.fanfare.contract.signing;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import dev.fanfare.contract.signing.WebhookVerifier.Outcome;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebhookVerifierTest {
    private static final long NOW_SECONDS = 1_700_000_000L;
    private static final String NOW = Long.toString(NOW_SECONDS);
    private static final byte[] BODY = "{\"total\":1.50}".getBytes(StandardCharsets.UTF_8);

    private final WebhookSecret secret = WebhookSecret.mint(new SecureRandom());
    private final WebhookVerifier verifier = new WebhookVerifier(List.of(secret));

    @Test
    void whatAnIndependentLibrarySignedVerifies() throws Exception {
        String signature =
                new Webhook(secret.reveal()).sign("dlv_1", NOW_SECONDS, new String(BODY, StandardCharsets.UTF_8));

        assertThat(verifier.verify("dlv_1", NOW, signature, BODY, NOW_SECONDS)).isEqualTo(Outcome.VALID);
    }

    @Test
    void oneOfSeveralSignaturesIsEnoughDuringARotation() {
        WebhookSecret other = WebhookSecret.mint(new SecureRandom());
        String signatures = new WebhookSigner(List.of(other, secret)).sign("dlv_1", NOW_SECONDS, BODY);

        assertThat(verifier.verify("dlv_1", NOW, signatures, BODY, NOW_SECONDS)).isEqualTo(Outcome.VALID);
    }

    @Test
    void anotherBodyIdTimestampOrSecretDoesNotMatch() {
        String signature = new WebhookSigner(List.of(secret)).sign("dlv_1", NOW_SECONDS, BODY);
        WebhookVerifier stranger = new WebhookVerifier(List.of(WebhookSecret.mint(new SecureRandom())));

        assertThat(verifier.verify("dlv_1", NOW, signature, new byte[] {1}, NOW_SECONDS))
                .isEqualTo(Outcome.MISMATCH);
        assertThat(verifier.verify("dlv_2", NOW, signature, BODY, NOW_SECONDS)).isEqualTo(Outcome.MISMATCH);
        assertThat(verifier.verify("dlv_1", "1700000001", signature, BODY, NOW_SECONDS))
                .isEqualTo(Outcome.MISMATCH);
        assertThat(stranger.verify("dlv_1", NOW, signature, BODY, NOW_SECONDS)).isEqualTo(Outcome.MISMATCH);
        assertThat(verifier.verify("dlv_1", NOW, "", BODY, NOW_SECONDS)).isEqualTo(Outcome.MISMATCH);
    }

    @Test
    void aReplayFromLongAgoIsRefusedThoughItsSignatureIsRight() {
        String signature = new WebhookSigner(List.of(secret)).sign("dlv_1", NOW_SECONDS, BODY);

        assertThat(verifier.verify("dlv_1", NOW, signature, BODY, NOW_SECONDS + 300))
                .isEqualTo(Outcome.VALID);
        assertThat(verifier.verify("dlv_1", NOW, signature, BODY, NOW_SECONDS + 301))
                .isEqualTo(Outcome.TIMESTAMP_FAR);
        assertThat(verifier.verify("dlv_1", NOW, signature, BODY, NOW_SECONDS - 301))
                .isEqualTo(Outcome.TIMESTAMP_FAR);
    }

    @Test
    void missingAndUnreadableHeadersAreNamed() {
        assertThat(verifier.verify(null, NOW, "v1,x", BODY, NOW_SECONDS)).isEqualTo(Outcome.HEADER_MISSING);
        assertThat(verifier.verify("dlv_1", null, "v1,x", BODY, NOW_SECONDS)).isEqualTo(Outcome.HEADER_MISSING);
        assertThat(verifier.verify("dlv_1", NOW, null, BODY, NOW_SECONDS)).isEqualTo(Outcome.HEADER_MISSING);
        assertThat(verifier.verify("dlv_1", "soon", "v1,x", BODY, NOW_SECONDS)).isEqualTo(Outcome.TIMESTAMP_UNREADABLE);
    }
}
