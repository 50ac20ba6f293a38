package dev.fanfare.contract.signing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SecretSealTest {
    private final WebhookSecret secret = WebhookSecret.mint(new SecureRandom());
    private SecretSeal seal;

    @BeforeEach
    void makeAKeyset() throws GeneralSecurityException {
        seal = newSeal();
    }

    @Test
    void whatIsSealedOpensForTheSameSubscription() throws GeneralSecurityException {
        SealedSecret sealed = seal.seal(secret, "acme/orders", 42);
        assertThat(seal.open(sealed, "acme/orders")).isEqualTo(secret);
        assertThat(sealed.createdAtMillis()).isEqualTo(42);
    }

    @Test
    void theSecretCannotBeReadInTheSeal() {
        SealedSecret sealed = seal.seal(secret, "acme/orders", 42);
        byte[] bytes = Base64.getDecoder().decode(sealed.sealed());
        assertThat(new String(bytes, ISO_8859_1))
                .doesNotContain("whsec_")
                .doesNotContain(secret.reveal().substring(6));
        assertThat(seal.seal(secret, "acme/orders", 42)).isNotEqualTo(sealed);
    }

    @Test
    void itDoesNotOpenForAnotherSubscriptionTenantOrKeyset() throws GeneralSecurityException {
        SealedSecret sealed = seal.seal(secret, "acme/orders", 42);
        assertStaysClosed(seal, sealed, "acme/other");
        assertStaysClosed(seal, sealed, "other/orders");
        assertStaysClosed(seal, sealed, "");
        assertStaysClosed(newSeal(), sealed, "acme/orders");
    }

    @Test
    void damageIsNoticed() {
        String sealed = seal.seal(secret, "acme/orders", 42).sealed();
        byte[] flipped = Base64.getDecoder().decode(sealed);
        flipped[flipped.length - 1] ^= 1;
        assertStaysClosed(seal, new SealedSecret(Base64.getEncoder().encodeToString(flipped), 42), "acme/orders");
        assertStaysClosed(seal, new SealedSecret(sealed.substring(8), 42), "acme/orders");
        assertStaysClosed(seal, new SealedSecret("not Base64", 42), "acme/orders");
        assertStaysClosed(seal, new SealedSecret("", 42), "acme/orders");
    }

    private static void assertStaysClosed(SecretSeal seal, SealedSecret sealed, String subscriptionKey) {
        assertThatThrownBy(() -> seal.open(sealed, subscriptionKey)).isInstanceOf(GeneralSecurityException.class);
    }

    private static SecretSeal newSeal() throws GeneralSecurityException {
        AeadConfig.register();
        return new SecretSeal(KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM)
                .getPrimitive(RegistryConfiguration.get(), Aead.class));
    }
}
