package dev.fanfare.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookSigner;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SignatureCheckTest {

    private static final byte[] BODY = "{\"grüße\": 1}".getBytes(UTF_8);

    private final WebhookSecret secret = WebhookSecret.mint(new Random(1));
    private final WebhookSecret former = WebhookSecret.mint(new Random(2));
    private final SignatureCheck check = new SignatureCheck(secret.reveal());

    @Test
    void whatFanfareSignsSatisfiesTheIndependentLibrary() {
        assertThat(check.complaintAbout(signed(BODY, BODY, Instant.now(), secret)))
                .isEmpty();
    }

    @Test
    void duringARotationBothSecretsVerify() {
        ReceivedRequest request = signed(BODY, BODY, Instant.now(), former, secret);
        assertThat(check.complaintAbout(request)).isEmpty();
        assertThat(new SignatureCheck(former.reveal()).complaintAbout(request)).isEmpty();
    }

    @Test
    void anotherSecretAChangedBodyAnOldTimestampAndNoSignatureAreRefused() {
        byte[] changed = "{\"grüße\": 2}".getBytes(UTF_8);
        assertThat(check.complaintAbout(signed(BODY, BODY, Instant.now(), former)))
                .isPresent();
        assertThat(check.complaintAbout(signed(BODY, changed, Instant.now(), secret)))
                .isPresent();
        assertThat(check.complaintAbout(signed(BODY, BODY, Instant.now().minus(Duration.ofMinutes(6)), secret)))
                .isPresent();
        assertThat(check.complaintAbout(new ReceivedRequest("POST", "/", new TreeMap<>(), BODY, 0, 0)))
                .isPresent();
    }

    @Test
    void whoseClockMayBeWrongIsHeldToHisSignatureAllTheSame() {
        Duration hour = Duration.ofHours(1);
        SignatureCheck lenient = new SignatureCheck(secret.reveal(), Duration.ofMinutes(65));
        // requests of these tests arrived in 1970
        Instant now = Instant.EPOCH;
        assertThat(lenient.complaintAbout(signed(BODY, BODY, now.plus(hour), former, secret)))
                .isEmpty();
        assertThat(lenient.complaintAbout(signed(BODY, BODY, now.plus(hour), former)))
                .isPresent();
        assertThat(lenient.complaintAbout(signed(BODY, new byte[] {'x'}, now.plus(hour), secret)))
                .isPresent();
        assertThat(lenient.complaintAbout(signed(BODY, BODY, now.plus(hour).plus(hour), secret)))
                .isPresent();
        assertThat(lenient.complaintAbout(new ReceivedRequest("POST", "/", new TreeMap<>(), BODY, 0, 0)))
                .isPresent();
    }

    @Test
    void aBodyThatIsNotTextIsRefusedWithAReason() {
        byte[] binary = {(byte) 0xC3, 0x28};
        assertThat(check.complaintAbout(signed(binary, binary, Instant.now(), secret)))
                .hasValueSatisfying(why -> assertThat(why).contains("not UTF-8"));
    }

    private static ReceivedRequest signed(byte[] signedBody, byte[] sentBody, Instant at, WebhookSecret... secrets) {
        SortedMap<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("Webhook-Id", List.of("dlv_1"));
        headers.put("Webhook-Timestamp", List.of(Long.toString(at.getEpochSecond())));
        headers.put(
                "Webhook-Signature",
                List.of(new WebhookSigner(List.of(secrets)).sign("dlv_1", at.getEpochSecond(), signedBody)));
        return new ReceivedRequest("POST", "/", headers, sentBody, 0, 0);
    }
}
