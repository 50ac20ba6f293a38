package dev.fanfare.dispatcher.send;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.dispatcher.http.Request;
import dev.fanfare.dispatcher.outcome.Answer;
import dev.fanfare.dispatcher.send.AccessTokens.Token;
import dev.fanfare.dispatcher.subscription.Credential;
import dev.fanfare.dispatcher.subscription.Endpoint;
import dev.fanfare.dispatcher.subscription.HeaderRules;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asking for an access token, and what came of it: client credentials (RFC 6749, section 4.4), answered as section 5
 * says. No text here repeats a secret, nor what the endpoint wrote beyond its error code. Pure.
 */
final class TokenRequest {
    /** Tokens are a few KiB at most. */
    static final int MAX_ANSWER_BYTES = 64 * 1024;

    private static final Duration MOST_LIFE = Duration.ofDays(1);

    private TokenRequest() {}

    /** Why there is no token, in words for whoever looks at an attempt. */
    static final class Failure extends Exception {
        private final boolean forbidden;

        Failure(String words, boolean forbidden) {
            super(words);
            this.forbidden = forbidden;
        }

        Answer asAnswer() {
            String words = "no access token: " + getMessage();
            return forbidden ? new Answer.Forbidden(words) : new Answer.Failed(words);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    static Request of(Credential.OAuth2 credential) {
        boolean bodied =
                switch (credential.clientAuthentication()) {
                    case BASIC -> false;
                    case BODY -> true;
                };
        StringBuilder form = new StringBuilder("grant_type=client_credentials");
        if (credential.scope() != null) {
            form.append("&scope=").append(encoded(credential.scope()));
        }
        if (bodied) {
            form.append("&client_id=")
                    .append(encoded(credential.clientId()))
                    .append("&client_secret=")
                    .append(encoded(credential.clientSecret()));
        }
        boolean standardPort = credential.port() == Endpoint.standardPort(credential.scheme());
        Request request = new Request(
                credential.target(),
                credential.host(),
                standardPort ? -1 : credential.port(),
                form.toString().getBytes(StandardCharsets.US_ASCII));
        request.add("content-type", "application/x-www-form-urlencoded");
        request.add("accept", "application/json");
        request.add("user-agent", WebhookRequest.USER_AGENT);
        if (!bodied) {
            request.add("authorization", basic(credential));
        }
        return request;
    }

    /** Each part form-encoded before they are joined (RFC 6749, section 2.3.1). */
    private static String basic(Credential.OAuth2 credential) {
        return Credential.basic(encoded(credential.clientId()), encoded(credential.clientSecret()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Reads the answer of the token endpoint. */
    static Token read(Answer.Response response, String host) throws Failure {
        JsonNode body = parse(response.excerpt());
        if (response.status() != 200) {
            String code = body == null ? "" : body.path("error").asText("");
            throw new Failure(
                    "'" + host + "' answered " + response.status() + (isErrorCode(code) ? " (" + code + ")" : ""),
                    false);
        }
        if (body == null || !body.isObject()) {
            throw new Failure("'" + host + "' answered 200, but not with a JSON object", false);
        }
        String token = body.path("access_token").asText("");
        if (token.isEmpty() || !HeaderRules.isFieldValue(token) || token.indexOf(' ') >= 0) {
            throw new Failure("'" + host + "' answered 200 without a usable access_token", false);
        }
        if (!body.path("token_type").asText("").equalsIgnoreCase("bearer")) {
            throw new Failure("'" + host + "' gave a token whose token_type is not bearer", false);
        }
        return new Token(token, life(body.path("expires_in")));
    }

    /** Some write the number as a string. */
    private static @Nullable Duration life(JsonNode expiresIn) {
        long seconds = expiresIn.asLong(0);
        return seconds <= 0 ? null : Duration.ofSeconds(Math.min(seconds, MOST_LIFE.toSeconds()));
    }

    private static @Nullable JsonNode parse(@Nullable String text) {
        try {
            return Json.STRICT.readTree(Objects.requireNonNullElse(text, ""));
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** As section 5.2 has them: a word, so that nothing else gets into an attempt's record. */
    private static boolean isErrorCode(String text) {
        return !text.isEmpty() && text.length() <= 40 && text.chars().allMatch(c -> (c >= 'a' && c <= 'z') || c == '_');
    }
}
