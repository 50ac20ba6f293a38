package dev.fanfare.dispatcher.subscription;

import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.contract.subscription.Authentication;
import dev.fanfare.contract.subscription.Authentication.ClientAuthentication;
import dev.fanfare.contract.subscription.ClientCertificate;
import dev.fanfare.contract.subscription.Subscription;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A subscription's {@link Authentication}, opened. None prints what it holds. */
public sealed interface Credential {
    /** The signature is all there is. */
    record None() implements Credential {}

    /**
     * The same in every request.
     *
     * @param authorization the header's value
     */
    record Fixed(String authorization) implements Credential {
        @Override
        public String toString() {
            return "Fixed[…]";
        }
    }

    /**
     * What an access token is fetched with. Equal where the same token will do: never for two subscriptions.
     *
     * @param subscription its key
     * @param scheme       of the token endpoint, lower case
     * @param target       path and query of the token endpoint
     */
    record OAuth2(
            String subscription,
            String scheme,
            String host,
            int port,
            String target,
            String clientId,
            String clientSecret,
            @Nullable String scope,
            ClientAuthentication clientAuthentication)
            implements Credential {
        @Override
        public String toString() {
            return "OAuth2[" + subscription + " at " + host + "]";
        }
    }

    /**
     * A certificate in the handshake. Equal where the same connections will do: never for two subscriptions.
     *
     * @param subscription its key
     * @param sealedKey    tells one key from the next without holding it
     */
    record Certificate(String subscription, String certificatePem, String sealedKey, ClientCertificate identity)
            implements Credential {
        @Override
        public boolean equals(Object other) {
            return other instanceof Certificate that
                    && subscription.equals(that.subscription)
                    && certificatePem.equals(that.certificatePem)
                    && sealedKey.equals(that.sealedKey);
        }

        @Override
        public int hashCode() {
            return 31 * subscription.hashCode() + sealedKey.hashCode();
        }

        @Override
        public String toString() {
            return "Certificate[" + subscription + "]";
        }
    }

    /**
     * Opens a subscription's.
     *
     * @throws GeneralSecurityException where its secret doesn't open with this keyset, or isn't what it should be
     */
    static Credential open(Subscription subscription, SecretSeal seal) throws GeneralSecurityException {
        Authentication auth = subscription.auth();
        if (auth == null) {
            return new None();
        }
        String secret = seal.open(auth.secret(), Purpose.CREDENTIAL, subscription.key());
        if (auth instanceof Authentication.Basic basic) {
            return new Fixed(basic(basic.username(), secret));
        }
        if (auth instanceof Authentication.OAuth2 oauth2) {
            return oauth2(oauth2, secret, subscription.key());
        }
        if (auth instanceof Authentication.MutualTls mutualTls) {
            try {
                return new Certificate(
                        subscription.key(),
                        mutualTls.certificate(),
                        mutualTls.privateKey().sealed(),
                        ClientCertificate.parse(mutualTls.certificate(), secret));
            } catch (IllegalArgumentException e) {
                throw new GeneralSecurityException("the private key " + e.getMessage(), e);
            }
        }
        return new Fixed("Bearer " + secret);
    }

    /** The value of {@code authorization} (RFC 7617, section 2; UTF-8). */
    static String basic(String username, String password) {
        return "Basic "
                + Base64.getEncoder().encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static OAuth2 oauth2(Authentication.OAuth2 auth, String secret, String key) {
        URI url = auth.tokenUrl();
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        return new OAuth2(
                key,
                scheme,
                Endpoint.hostOf(url),
                Endpoint.portOf(url, scheme),
                Endpoint.targetOf(url),
                auth.clientId(),
                secret,
                auth.scope(),
                auth.clientAuthentication());
    }
}
