package dev.fanfare.testkit;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Verifies what was received as a subscriber would: with the Standard Webhooks library of the specification's authors,
 * not with our own signing code.
 *
 * <pre>{@code
 * SignatureCheck check = new SignatureCheck("whsec_…");
 * assertThat(check.complaintAbout(request)).isEmpty();
 * }</pre>
 *
 * The library wants text, so a body must be UTF-8; and a {@code webhook-timestamp} within five minutes of now.
 * Immutable.
 */
public final class SignatureCheck {

    private final Webhook webhook;

    /** @param secret as shown to the subscriber: {@code whsec_} and Base64 */
    public SignatureCheck(String secret) {
        webhook = new Webhook(secret);
    }

    /** Why a subscriber would refuse the request; empty if it is signed correctly. */
    public Optional<String> complaintAbout(ReceivedRequest request) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        request.headers().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
        try {
            webhook.verify(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(request.body()))
                            .toString(),
                    headers);
            return Optional.empty();
        } catch (WebhookVerificationException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (CharacterCodingException e) {
            return Optional.of("the body is not UTF-8, which the verifying library can't take");
        }
    }
}
