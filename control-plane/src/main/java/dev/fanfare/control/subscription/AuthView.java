package dev.fanfare.control.subscription;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fanfare.contract.subscription.Authentication;
import dev.fanfare.contract.subscription.Authentication.ClientAuthentication;
import dev.fanfare.contract.subscription.ClientCertificate;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * {@code auth} as it is answered: without its secret part.
 *
 * @param certificate PEM, as it was given: a certificate is public
 * @param fingerprint of the client's own certificate, SHA-256 in hexadecimal
 * @param expiresAt   of the client's own certificate, RFC 3339, UTC
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record AuthView(
        String type,
        @Nullable String username,
        @Nullable String tokenUrl,
        @Nullable String clientId,
        @Nullable String scope,
        @Nullable ClientAuthentication clientAuthentication,
        @Nullable String certificate,
        @Nullable String fingerprint,
        @Nullable String expiresAt) {

    static @Nullable AuthView of(@Nullable Authentication auth) {
        if (auth == null) {
            return null;
        }
        if (auth instanceof Authentication.Basic basic) {
            return new AuthView(Authentication.BASIC, basic.username(), null, null, null, null, null, null, null);
        }
        if (auth instanceof Authentication.OAuth2 oauth2) {
            return new AuthView(
                    Authentication.OAUTH2,
                    null,
                    oauth2.tokenUrl().toString(),
                    oauth2.clientId(),
                    oauth2.scope(),
                    oauth2.clientAuthentication(),
                    null,
                    null,
                    null);
        }
        if (auth instanceof Authentication.MutualTls mutualTls) {
            X509Certificate own =
                    ClientCertificate.chain(mutualTls.certificate()).get(0);
            return new AuthView(
                    Authentication.MTLS,
                    null,
                    null,
                    null,
                    null,
                    null,
                    mutualTls.certificate(),
                    ClientCertificate.fingerprint(own),
                    own.getNotAfter().toInstant().toString());
        }
        return new AuthView(Authentication.BEARER, null, null, null, null, null, null, null, null);
    }
}
