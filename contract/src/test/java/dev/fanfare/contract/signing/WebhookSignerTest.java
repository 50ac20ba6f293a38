package dev.fanfare.contract.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.net.http.HttpHeaders;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What we sign is verified by two libraries that others wrote. */
class WebhookSignerTest {
    private static final String BODY = "{\"total\": 1.50, \"who\":\"é😀\"}\n";
    private final long now = Instant.now().getEpochSecond();
    private final WebhookSecret secret = WebhookSecret.mint(new SecureRandom());
    private final WebhookSecret older = WebhookSecret.mint(new SecureRandom());

    @ParameterizedTest
    @ValueSource(strings = {BODY, "", " ", "[1,2]", "not json", "a.b.c"})
    void bothLibrariesVerifyWhatIsSigned(String body) {
        String signature = new WebhookSigner(List.of(secret)).sign("dlv_1", now, body.getBytes(UTF_8));
        assertThatCode(() -> standardWebhooks(secret, signature, body)).doesNotThrowAnyException();
        assertThatCode(() -> svix(secret, signature, body)).doesNotThrowAnyException();
    }

    @Test
    void duringARotationEitherSecretVerifies() {
        String signature = new WebhookSigner(List.of(secret, older)).sign("dlv_1", now, BODY.getBytes(UTF_8));
        assertThat(signature.split(" ")).hasSize(2).allMatch(one -> one.startsWith("v1,"));
        for (WebhookSecret each : List.of(secret, older)) {
            assertThatCode(() -> standardWebhooks(each, signature, BODY)).doesNotThrowAnyException();
            assertThatCode(() -> svix(each, signature, BODY)).doesNotThrowAnyException();
        }
    }

    @Test
    void anotherBodyAnotherSecretOrAnotherTimeDoesNotVerify() {
        String signature = new WebhookSigner(List.of(secret)).sign("dlv_1", now, BODY.getBytes(UTF_8));
        String later = new WebhookSigner(List.of(secret)).sign("dlv_1", now + 1, BODY.getBytes(UTF_8));
        String other = new WebhookSigner(List.of(secret)).sign("dlv_2", now, BODY.getBytes(UTF_8));
        assertThatThrownBy(() -> standardWebhooks(secret, signature, BODY.strip()))
                .isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> svix(secret, signature, BODY.strip()))
                .isInstanceOf(com.svix.exceptions.WebhookVerificationException.class);
        assertThatThrownBy(() -> standardWebhooks(older, signature, BODY))
                .isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> standardWebhooks(secret, later, BODY))
                .isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> standardWebhooks(secret, other, BODY))
                .isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void theExampleOfTheSpecificationComesOut() {
        // Standard Webhooks, libraries' shared test vector
        WebhookSecret example = WebhookSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        String signature = new WebhookSigner(List.of(example))
                .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330L, "{\"test\": 2432232314}".getBytes(UTF_8));
        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void oneSignerServesManyThreads() {
        WebhookSigner signer = new WebhookSigner(List.of(secret, older));
        String expected = signer.sign("dlv_1", now, BODY.getBytes(UTF_8));
        List<CompletableFuture<String>> signatures = IntStream.range(0, 200)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> signer.sign("dlv_1", now, BODY.getBytes(UTF_8))))
                .toList();
        assertThat(signatures).allMatch(signature -> signature.join().equals(expected));
    }

    @Test
    void nothingIsSignedWithoutASecret() {
        assertThatThrownBy(() -> new WebhookSigner(List.of())).hasMessageContaining("at least one");
    }

    private void standardWebhooks(WebhookSecret secret, String signature, String body) throws Exception {
        new com.standardwebhooks.Webhook(secret.reveal()).verify(body, headers("webhook-", signature));
    }

    private void svix(WebhookSecret secret, String signature, String body) throws Exception {
        new com.svix.Webhook(secret.reveal())
                .verify(body, headers("svix-", signature).map());
    }

    private HttpHeaders headers(String prefix, String signature) {
        return HttpHeaders.of(
                Map.of(
                        prefix + "id", List.of("dlv_1"),
                        prefix + "timestamp", List.of(Long.toString(now)),
                        prefix + "signature", List.of(signature)),
                (name, value) -> true);
    }
}
