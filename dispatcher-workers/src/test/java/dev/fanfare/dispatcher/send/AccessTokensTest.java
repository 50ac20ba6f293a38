package dev.fanfare.dispatcher.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.subscription.Authentication.ClientAuthentication;
import dev.fanfare.dispatcher.outcome.Answer;
import dev.fanfare.dispatcher.send.AccessTokens.Token;
import dev.fanfare.dispatcher.subscription.Credential;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTokensTest {
    private static final Credential.OAuth2 CLIENT = client("acme/a");
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private long now = Long.MAX_VALUE - 1_000; // nanoTime may overflow
    private final List<CompletableFuture<Token>> fetches = new ArrayList<>();
    private final AccessTokens tokens = new AccessTokens(
            (credential, timeout) -> {
                fetches.add(new CompletableFuture<>());
                return fetches.get(fetches.size() - 1);
            },
            () -> now);

    @Test
    void thoseWhoComeWhileItIsFetchedShareIt() {
        CompletableFuture<String> first = ask();
        CompletableFuture<String> second = ask();
        assertThat(fetches).hasSize(1);
        answer("t1", Duration.ofHours(1));

        assertThat(first).isCompletedWithValue("t1");
        assertThat(second).isCompletedWithValue("t1");
        assertThat(ask()).isCompletedWithValue("t1");
        assertThat(fetches).hasSize(1);
    }

    @Test
    void itIsReplacedShortlyBeforeItEnds() {
        ask();
        answer("t1", Duration.ofHours(1));
        pass(Duration.ofHours(1).minusSeconds(31));
        assertThat(ask()).isCompletedWithValue("t1");
        pass(Duration.ofSeconds(1));
        assertThat(ask()).isNotDone();
        answer("t2", Duration.ofSeconds(10));
        pass(Duration.ofMillis(8_999));
        assertThat(ask()).isCompletedWithValue("t2");
        pass(Duration.ofMillis(1));
        assertThat(ask()).isNotDone();
    }

    @Test
    void aFailureIsNotRepeatedForASecond() {
        CompletableFuture<String> waiting = ask();
        fetches.get(0).completeExceptionally(new TokenRequest.Failure("it is Sunday", false));
        assertThat(waiting).isCompletedExceptionally();
        pass(Duration.ofMillis(999));
        assertThat(ask()).isCompletedExceptionally();
        assertThat(fetches).hasSize(1);
        pass(Duration.ofMillis(1));
        assertThat(ask()).isNotDone();
        assertThat(fetches).hasSize(2);
    }

    @Test
    void aRefusedTokenIsReplacedOnceAMinuteAtMost() {
        ask();
        answer("t1", Duration.ofHours(1));
        assertThat(tokens.refused(CLIENT, "t1")).isTrue();
        assertThat(ask()).isNotDone();
        assertThat(tokens.refused(CLIENT, "t1"))
                .as("while the next one is fetched")
                .isTrue();
        assertThat(fetches).hasSize(2);
        answer("t2", Duration.ofHours(1));
        assertThat(tokens.refused(CLIENT, "t1")).as("another delivery, later").isTrue();
        assertThat(ask()).isCompletedWithValue("t2");
        assertThat(tokens.refused(CLIENT, "t2")).isFalse();
        assertThat(ask()).isCompletedWithValue("t2");
        pass(Duration.ofMinutes(1));
        assertThat(tokens.refused(CLIENT, "t2")).isTrue();
        assertThat(ask()).isNotDone();
    }

    @Test
    void subscriptionsShareNothing() {
        ask();
        tokens.token(client("acme/b"), PATIENCE);
        assertThat(fetches).hasSize(2);
    }

    @Test
    void whatNobodyAsksForIsForgotten() {
        ask();
        answer("t1", Duration.ofDays(1));
        pass(Duration.ofMinutes(29));
        tokens.sweep();
        assertThat(ask()).isCompletedWithValue("t1");
        pass(Duration.ofMinutes(31));
        tokens.sweep();
        assertThat(ask()).isNotDone();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "500 | `` | answered 500",
                "400 | {\"error\":\"invalid_scope\"} | answered 400 (invalid_scope)",
                "400 | {\"error\":\"<b>Sesame</b>\"} | answered 400",
                "302 | `` | answered 302",
                "200 | `` | not with a JSON object",
                "200 | hello | not with a JSON object",
                "200 | {\"token_type\":\"bearer\"} | without a usable access_token",
                "200 | {\"access_token\":\"a b\",\"token_type\":\"bearer\"} | without a usable access_token",
                "200 | {\"access_token\":\"a\\r\\nX: y\",\"token_type\":\"bearer\"} | without a usable access_token",
                "200 | {\"access_token\":\"Sesame\",\"token_type\":\"mac\"} | not bearer",
            })
    void anAnswerWithoutATokenIsAFailureInWords(int status, String body, String words) {
        assertThatThrownBy(() -> TokenRequest.read(new Answer.Response(status, null, body), "id.example"))
                .isInstanceOf(TokenRequest.Failure.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining("Sesame");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"3600 | PT1H", "\"60\" | PT1M", "0 | ", "-5 | ", "null | ", "\"soon\" | ", "99999999999 | PT24H"})
    void theLifeOfATokenMayBeUnknown(String expiresIn, Duration life) throws Exception {
        Token token = TokenRequest.read(
                new Answer.Response(
                        200,
                        null,
                        "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":" + expiresIn + "}"),
                "id.example");
        assertThat(token.life()).isEqualTo(life);
        assertThat(token.toString() + CLIENT).doesNotContain("\"t\"").doesNotContain("Sesame");
    }

    private CompletableFuture<String> ask() {
        return tokens.token(CLIENT, PATIENCE);
    }

    private void answer(String value, Duration life) {
        fetches.get(fetches.size() - 1).complete(new Token(value, life));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static Credential.OAuth2 client(String subscription) {
        return new Credential.OAuth2(
                subscription, "https", "id.example", 443, "/", "c", "Sesame", null, ClientAuthentication.BASIC);
    }
}
