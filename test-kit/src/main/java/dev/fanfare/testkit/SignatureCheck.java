package dev.fanfare.testkit;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verifies what was received as a subscriber would: with the Standard Webhooks library of the specification's authors,
 * not with our own signing code.
 *
 * <pre>{@code
 * SignatureCheck check = new SignatureCheck("whsec_…");
 * assertThat(check.complaintAbout(request)).isEmpty();
 * }</pre>
 *
 * The library wants text, so a body must be UTF-8; and a {@code webhook-timestamp} within five minutes of now, where no
 * other tolerance is given. Immutable.
 */
public final class SignatureCheck {

    private final Webhook webhook;
    private final @Nullable Duration tolerance;

    /** @param secret as shown to the subscriber: {@code whsec_} and Base64 */
    public SignatureCheck(String secret) {
        this(secret, null);
    }

    /**
     * For those whose signer's clock may be wrong.
     *
     * @param tolerance of the timestamp, when the request arrived; null: what the library has
     */
    public SignatureCheck(String secret, @Nullable Duration tolerance) {
        this.webhook = new Webhook(secret);
        this.tolerance = tolerance;
    }

    /** Why a subscriber would refuse the request; empty if it is signed correctly. */
    public Optional<String> complaintAbout(ReceivedRequest request) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        request.headers().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
        try {
            String body = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(request.body()))
                    .toString();
            if (tolerance != null) {
                return complaintAbout(request, body, tolerance);
            }
            webhook.verify(body, headers);
            return Optional.empty();
        } catch (WebhookVerificationException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (CharacterCodingException e) {
            return Optional.of("the body is not UTF-8, which the verifying library can't take");
        }
    }

    /** As the library does it, which signs again and compares, but for the tolerance. */
    private Optional<String> complaintAbout(ReceivedRequest request, String body, Duration tolerated) {
        String id = request.header("webhook-id");
        String timestamp = request.header("webhook-timestamp");
        String signatures = request.header("webhook-signature");
        if (id == null || timestamp == null || signatures == null) {
            return Optional.of("a header of the signature is missing");
        }
        try {
            long seconds = Long.parseLong(timestamp);
            if (Math.abs(request.arrivedAtMillis() - seconds * 1_000) > tolerated.toMillis()) {
                return Optional.of("its timestamp is more than " + tolerated + " off");
            }
            return Arrays.asList(signatures.split(" ")).contains(webhook.sign(id, seconds, body))
                    ? Optional.empty()
                    : Optional.of("no signature fits");
        } catch (NumberFormatException e) {
            return Optional.of("its timestamp is no number: " + timestamp);
        } catch (WebhookSigningException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
