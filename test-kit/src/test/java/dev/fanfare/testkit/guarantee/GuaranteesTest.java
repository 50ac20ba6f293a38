package dev.fanfare.testkit.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.signing.WebhookSigner;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.Exchange;
import dev.fanfare.testkit.ReceivedRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Each guarantee accepts a history that keeps the promise and catches a planted one that doesn't. */
class GuaranteesTest {

    private static final WebhookSecret SECRET = WebhookSecret.mint(new Random(1));
    private static final WebhookSecret OTHER = WebhookSecret.mint(new Random(2));

    private final List<ExpectedDelivery> expected = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();

    @Test
    void lateRepeatedAndShuffledDeliveriesHaveAllArrived() {
        expect("e1", "s").expect("e2", "s");
        arrive("e1", "s", 500).arrive("e2", "s", 204).arrive("e1", "s", 204).arrive("e1", "s", 204);
        assertThat(violations(new EveryMatchArrived())).isEmpty();
        assertThat(violations(new NothingElseArrived())).isEmpty();
    }

    @Test
    void aLostDeliveryIsCaught() {
        expect("e1", "s").expect("e2", "s").expect("e2", "t");
        arrive("e1", "s", 500).arrive("e2", "s", 204);
        assertThat(violations(new EveryMatchArrived()))
                .containsExactly("event e1 for s was never accepted", "event e2 for t was never accepted");
    }

    @Test
    void aDeliveryToWhoDidNotSubscribeIsCaught() {
        expect("e1", "s");
        arrive("e1", "s", 204).arrive("e1", "t", 204);
        assertThat(violations(new NothingElseArrived()))
                .containsExactly("event e1 for t arrived although nothing matched");
    }

    @Test
    void aChangedBodyIsCaughtEvenWhereItIsTheSameJson() {
        expect("e1", "s").expect("e2", "s");
        arrive("e1", "s", 204);
        assertThat(violations(new BodiesByteForByte())).isEmpty();
        received("e2", "s", "{\"id\":\"e2\"}".getBytes(UTF_8), "id", 1, 0, SECRET, 204);
        assertThat(violations(new BodiesByteForByte()))
                .containsExactly("event e2 for s has another body from byte 6 on (11 bytes, expected 12)");
    }

    @Test
    void stableAndUniqueIdsAreAccepted() {
        arrive("e1", "s", 500).arrive("e1", "s", 204).arrive("e1", "t", 204);
        assertThat(violations(new IdsStableAndUnique())).isEmpty();
    }

    @Test
    void anIdThatChangesBetweenAttemptsIsCaught() {
        received("e1", "s", body("e1"), "a", 1, 0, SECRET, 500);
        received("e1", "s", body("e1"), "b", 2, 1000, SECRET, 204);
        assertThat(violations(new IdsStableAndUnique()))
                .containsExactly("event e1 for s came under several ids: [a, b]");
    }

    @Test
    void anIdThatTwoDeliveriesShareIsCaught() {
        received("e1", "s", body("e1"), "a", 1, 0, SECRET, 204);
        received("e2", "s", body("e2"), "a", 1, 0, SECRET, 204);
        received("e3", "s", body("e3"), "", 1, 0, SECRET, 204);
        assertThat(violations(new IdsStableAndUnique()))
                .containsExactly(
                        "event e2 for s shares the id a with event e1 for s",
                        "event e3 for s came without a webhook-id");
    }

    @Test
    void retriesThatComeWhenDueOrAreRepeatedAfterACrashAreAccepted() {
        attempt(1, 0).attempt(1, 400).attempt(2, 1000).attempt(3, 6300).attempt(4, 11_300);
        assertThat(violations(new NeverEarly(List.of(Duration.ofSeconds(1), Duration.ofSeconds(5)))))
                .isEmpty();
    }

    @Test
    void aRetryThatComesEarlyIsCaughtByTheMillisecond() {
        attempt(1, 0).attempt(2, 999).attempt(3, 5998);
        assertThat(violations(new NeverEarly(List.of(Duration.ofSeconds(1), Duration.ofSeconds(5)))))
                .containsExactly(
                        "event e1 for s: attempt 2 came 999 ms after attempt 1, 1 ms early",
                        "event e1 for s: attempt 3 came 4999 ms after attempt 2, 1 ms early");
    }

    @Test
    void aMissingOrUnsignedSignatureIsCaught() {
        arrive("e1", "s", 204);
        AllSigned signed = new AllSigned(Map.of("s", SECRET.reveal(), "t", OTHER.reveal()));
        assertThat(violations(signed)).isEmpty();
        arrive("e1", "t", 204).arrive("e1", "u", 204);
        assertThat(violations(signed)).hasSize(2).first().asString().startsWith("event e1 for t: ");
    }

    @Test
    void allThatIsWrongIsReportedAtOnceAndAnEncodedEventIdIsDecoded() {
        expect("a b+c", "s");
        received("a%20b+c", "t", body("a b+c"), "", 1, 0, SECRET, 204);
        History history = History.byPath(expected, exchanges);
        assertThatThrownBy(() -> Guarantee.assertAll(
                        history, new EveryMatchArrived(), new NothingElseArrived(), new IdsStableAndUnique()))
                .isInstanceOf(AssertionError.class)
                .hasMessage("EveryMatchArrived: event a b+c for s was never accepted\n"
                        + "NothingElseArrived: event a b+c for t arrived although nothing matched\n"
                        + "IdsStableAndUnique: event a b+c for t came without a webhook-id");
    }

    private List<String> violations(Guarantee guarantee) {
        return guarantee.violations(History.byPath(expected, exchanges));
    }

    private GuaranteesTest expect(String event, String subscription) {
        expected.add(new ExpectedDelivery(event, subscription, body(event)));
        return this;
    }

    private GuaranteesTest arrive(String event, String subscription, int status) {
        return received(event, subscription, body(event), event + subscription, 1, exchanges.size(), SECRET, status);
    }

    private GuaranteesTest attempt(int number, long atMillis) {
        return received("e1", "s", body("e1"), "id", number, atMillis, SECRET, 500);
    }

    private static byte[] body(String event) {
        return ("{\"id\": \"" + event + "\"}").getBytes(UTF_8);
    }

    private GuaranteesTest received(
            String event,
            String subscription,
            byte[] body,
            String id,
            int attempt,
            long atMillis,
            WebhookSecret signedWith,
            int status) {
        long now = System.currentTimeMillis() / 1000;
        SortedMap<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("ce-id", List.of(event));
        headers.put("fanfare-attempt", List.of(Integer.toString(attempt)));
        headers.put("webhook-id", List.of(id));
        headers.put("webhook-timestamp", List.of(Long.toString(now)));
        headers.put("webhook-signature", List.of(new WebhookSigner(List.of(signedWith)).sign(id, now, body)));
        exchanges.add(new Exchange(
                new ReceivedRequest(
                        "POST", "/" + subscription, headers, body, TimeUnit.MILLISECONDS.toNanos(atMillis), atMillis),
                Answer.status(status)));
        return this;
    }
}
