package dev.fanfare.control.subscription;

import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.contract.subscription.Authentication;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The {@code auth} that a subscriber asks for, checked.
 *
 * <p>Nobody is shown the secret part, so whoever gets a subscription, edits it and sends it back leaves it out: then what
 * is there is kept. But only where it goes to the same place as before: who may change a subscription could otherwise
 * send its secret to a host of their own, and read there what no answer shows.
 *
 * @param withSecret the whole, given its sealed secret
 * @param secret the secret part; null where it was left out
 * @param member the secret part's name
 */
record AuthDraft(
        Function<SealedSecret, Authentication> withSecret,
        @Nullable String secret,
        String member) {

    /**
     * What is to be written.
     *
     * @param before null: the subscription is new
     * @param url    where webhooks are to go
     * @throws dev.fanfare.contract.problem.ProblemException 400 where the secret is needed and was left out
     */
    Authentication resolve(
            @Nullable Subscription before, URI url, String subscriptionKey, SecretSeal seal, long nowMillis) {
        Authentication current = before == null ? null : before.auth();
        if (before != null
                && current != null
                && withSecret.apply(current.secret()).equals(current)) {
            if (secret == null && (current instanceof Authentication.MutualTls || sameOrigin(before.url(), url))) {
                return current;
            }
            if (secret != null && secret.equals(opened(current, subscriptionKey, seal))) {
                return current;
            }
        }
        if (secret == null) {
            throw SubscriptionReader.invalid(List.of(new FieldError(
                    "auth." + member,
                    current == null
                            ? "is required"
                            : "must be given again: what is there is kept only while the rest of 'auth' and the scheme,"
                                    + " host and port of 'url' stay the same")));
        }
        return withSecret.apply(seal.seal(secret, Purpose.CREDENTIAL, subscriptionKey, nowMillis));
    }

    /** Null where it doesn't open: then it can't be used either, and is best replaced. */
    private static @Nullable String opened(Authentication current, String subscriptionKey, SecretSeal seal) {
        try {
            return seal.open(current.secret(), Purpose.CREDENTIAL, subscriptionKey);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private static boolean sameOrigin(URI before, URI now) {
        return Objects.equals(before.getScheme(), now.getScheme())
                && Objects.equals(before.getHost(), now.getHost())
                && before.getPort() == now.getPort();
    }

    @Override
    public String toString() {
        return "AuthDraft[" + member + "=…]";
    }
}
