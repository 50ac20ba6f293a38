package dev.fanfare.contract.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.signing.WebhookVerifier.Outcome;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code v1a}: signed by Tink, checked by the JDK's own Ed25519. */
class WebhookKeyPairTest {
    private static final long NOW = 1_700_000_000L;
    private static final byte[] BODY = "{\"a\":1}".getBytes(UTF_8);
    private final WebhookKeyPair pair = WebhookKeyPair.mint(new SecureRandom());

    @Test
    void theJdkAcceptsTheSignatureOverIdTimestampAndBody() throws Exception {
        String header = new WebhookSigner(List.of(pair)).sign("msg_1", NOW, BODY);

        assertThat(header).startsWith("v1a,").doesNotContain(" ");
        assertThat(jdkAccepts(header, "msg_1.1700000000.{\"a\":1}")).isTrue();
        assertThat(jdkAccepts(header, "msg_1.1700000000.{\"a\":2}")).isFalse();
    }

    /** RFC 8032, section 7.1, test 1. */
    @Test
    void thePublicKeyIsThatOfTheSeed() {
        byte[] seed = HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        byte[] expected = HexFormat.of().parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

        WebhookKeyPair read = WebhookKeyPair.parse("whsk_" + Base64.getEncoder().encodeToString(seed));

        assertThat(read.publicKey().text())
                .isEqualTo("whpk_" + Base64.getEncoder().encodeToString(expected));
        assertThat(WebhookKeyPair.parse(read.reveal())).isEqualTo(read);
        assertThat(SigningKey.parse(read.reveal())).isEqualTo(read);
    }

    @Test
    void theVerifierTakesWhatWasSignedAndNothingElse() {
        String header = new WebhookSigner(List.of(pair)).sign("msg_1", NOW, BODY);
        WebhookVerifier verifier =
                new WebhookVerifier(List.of(VerifyingKey.parse(pair.publicKey().text())));

        assertThat(verifier.verify("msg_1", "" + NOW, header, BODY, NOW)).isEqualTo(Outcome.VALID);
        assertThat(verifier.verify("msg_1", "" + NOW, "v1,AAAA v1a,AAAA v1a,* " + header, BODY, NOW))
                .isEqualTo(Outcome.VALID);
        assertThat(verifier.verify("msg_2", "" + NOW, header, BODY, NOW)).isEqualTo(Outcome.MISMATCH);
        assertThat(verifier.verify("msg_1", "" + NOW, header.replace("v1a,", "v1,"), BODY, NOW))
                .isEqualTo(Outcome.MISMATCH);
        assertThat(verifier.verify("msg_1", "" + NOW, header, "{}".getBytes(UTF_8), NOW))
                .isEqualTo(Outcome.MISMATCH);
        WebhookVerifier other = new WebhookVerifier(
                List.of(WebhookKeyPair.mint(new SecureRandom()).publicKey()));
        assertThat(other.verify("msg_1", "" + NOW, header, BODY, NOW)).isEqualTo(Outcome.MISMATCH);
    }

    @Test
    void bothSchemesMaySignTheSameWebhook() {
        WebhookSecret secret = WebhookSecret.mint(new SecureRandom());
        String header = new WebhookSigner(List.of(secret, pair)).sign("msg_1", NOW, BODY);

        assertThat(header.split(" ")).hasSize(2);
        assertThat(new WebhookVerifier(List.of(secret)).verify("msg_1", "" + NOW, header, BODY, NOW))
                .isEqualTo(Outcome.VALID);
        assertThat(new WebhookVerifier(List.of(pair.publicKey())).verify("msg_1", "" + NOW, header, BODY, NOW))
                .isEqualTo(Outcome.VALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"whsk_", "whsk_AAAA", "whsk_*", "whsec_AAAA", "AAAA"})
    void whatIsNoPrivateKeyIsRefusedWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> WebhookKeyPair.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("AAAA");
        assertThat(pair.toString()).contains(pair.publicKey().text()).doesNotContain("whsk_");
    }

    @Test
    void halvesThatDontBelongTogetherAreRefused() {
        byte[] bytes = Base64.getDecoder().decode(pair.reveal().substring("whsk_".length()));
        bytes[63] ^= 1;
        assertThatThrownBy(
                        () -> WebhookKeyPair.parse("whsk_" + Base64.getEncoder().encodeToString(bytes)))
                .hasMessageContaining("belong together");
    }

    private boolean jdkAccepts(String header, String content) throws Exception {
        byte[] raw = Base64.getDecoder().decode(pair.publicKey().text().substring("whpk_".length()));
        byte[] prefix = HexFormat.of().parseHex("302a300506032b6570032100"); // RFC 8410, section 4
        byte[] der = Arrays.copyOf(prefix, prefix.length + raw.length);
        System.arraycopy(raw, 0, der, prefix.length, raw.length);
        PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(content.getBytes(UTF_8));
        return verifier.verify(Base64.getDecoder().decode(header.substring("v1a,".length())));
    }
}
