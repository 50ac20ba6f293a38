package dev.fanfare.contract.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSecretTest {
    @Test
    void aMintedSecretReadsBackAndIsLikeNoOther() {
        WebhookSecret secret = WebhookSecret.mint(new SecureRandom());
        assertThat(secret.reveal()).startsWith("whsec_");
        assertThat(Base64.getDecoder().decode(secret.reveal().substring(6))).hasSize(32);
        assertThat(WebhookSecret.parse(secret.reveal())).isEqualTo(secret).hasSameHashCodeAs(secret);
        assertThat(WebhookSecret.mint(new SecureRandom())).isNotEqualTo(secret);
    }

    @Test
    void itNeverPrintsItself() {
        WebhookSecret secret = WebhookSecret.mint(new SecureRandom());
        assertThat(secret.toString()).doesNotContain(secret.reveal().substring(6, 12));
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 32, 64})
    void secretsOfTheseSizesAreTaken(int bytes) {
        assertThat(WebhookSecret.parse(ofSize(bytes)).reveal()).isEqualTo(ofSize(bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 23, 65, 1_000})
    void secretsOfTheseSizesAreNot(int bytes) {
        assertThatThrownBy(() -> WebhookSecret.parse(ofSize(bytes))).hasMessageContaining("24 to 64 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsec", "WHSEC_AAAA", "sk_123456", "whsec_***not-base64***"})
    void whatIsNoSecretIsRefusedWithoutBeingRepeated(String text) {
        assertThatThrownBy(() -> WebhookSecret.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("whsec_")
                .hasMessageNotContaining("not-base64")
                .hasMessageNotContaining("sk_123456")
                .hasNoCause();
    }

    private static String ofSize(int bytes) {
        return "whsec_" + Base64.getEncoder().encodeToString(new byte[bytes]);
    }
}
