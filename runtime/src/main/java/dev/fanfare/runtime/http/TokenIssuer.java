package dev.fanfare.runtime.http;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.Resource;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.fanfare.runtime.config.InvalidSettings;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the access tokens (JWT, RFC 9068) of one OpenID Connect issuer: checks signature, issuer, audience and time, and
 * reads whose caller it is and what they may do.
 *
 * <p>The issuer's keys are fetched when a token needs one that isn't known, at most twice in half a minute, and kept for
 * five minutes; while the issuer is away, for an hour. Safe for use by several threads.
 */
final class TokenIssuer {
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration OUTAGE = Duration.ofHours(1);
    private static final int MAX_KEYS_BYTES = 256 * 1024;
    /** The issuer's keys can't be had. */
    static final class Away extends Exception {
        Away(Throwable cause) {
            super("the token issuer's keys can't be fetched", cause);
        }
    }

    /** Fetches the issuer's keys, and remembers how that went the last time. */
    private static final class Retriever extends DefaultResourceRetriever {
        private volatile boolean hasAnswered;

        Retriever() {
            super(Math.toIntExact(FETCH_TIMEOUT.toMillis()), Math.toIntExact(FETCH_TIMEOUT.toMillis()), MAX_KEYS_BYTES);
        }

        @Override
        public Resource retrieveResource(URL url) throws IOException {
            hasAnswered = false;
            Resource keys = super.retrieveResource(url);
            hasAnswered = true;
            return keys;
        }
    }

    private final Retriever retriever = new Retriever();
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    private final TokenClaims claims;

    private TokenIssuer(AccessSettings settings, String issuer, URL keys, String audience, Clock clock) {
        this.claims = TokenClaims.of(settings);
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                TokenClaims.ALGORITHMS,
                JWKSourceBuilder.<SecurityContext>create(keys, retriever)
                        .refreshAheadCache(false)
                        .outageTolerant(OUTAGE.toMillis())
                        .build()));
        processor.setJWTClaimsSetVerifier(
                new DefaultJWTClaimsVerifier<>(
                        audience, new JWTClaimsSet.Builder().issuer(issuer).build(), Set.of("exp")) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                });
    }

    /**
     * The one of the settings; null where they name none.
     *
     * @throws InvalidSettings where they name one by halves
     */
    static @Nullable TokenIssuer of(AccessSettings settings, Clock clock) {
        Optional<String> issuer = settings.oidcIssuer();
        List<String> faults = new ArrayList<>();
        if (issuer.isEmpty()) {
            if (settings.oidcJwksUrl().isPresent() || settings.oidcAudience().isPresent()) {
                throw new InvalidSettings(
                        List.of("access.oidc-issuer: is required with the other access.oidc-* settings"));
            }
            return null;
        }
        String audience = settings.oidcAudience().orElse("");
        if (audience.isEmpty()) {
            faults.add(
                    "access.oidc-audience: is required with access.oidc-issuer, so that tokens for others are refused");
        }
        URL keys = null;
        try {
            keys = URI.create(settings.oidcJwksUrl().orElse("")).toURL();
        } catch (IllegalArgumentException | MalformedURLException e) {
            faults.add("access.oidc-jwks-url: must be the URL of the issuer's keys with access.oidc-issuer");
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
        return new TokenIssuer(settings, issuer.get(), Objects.requireNonNull(keys), audience, clock);
    }

    /** Whether a text has the shape of a token: three parts. */
    static boolean isToken(String bearer) {
        int first = bearer.indexOf('.');
        int last = bearer.lastIndexOf('.');
        return first > 0 && last > first && bearer.indexOf('.', first + 1) == last;
    }

    /** Who shows a token. Blocks where a key must be fetched. */
    Caller verify(String token) throws TokenClaims.Refused, Away {
        try {
            return claims.read(processor.process(token, null));
        } catch (RateLimitReachedException e) {
            // whoever makes tokens up would have us ask without end, and others told that the issuer is away
            if (retriever.hasAnswered) {
                throw new TokenClaims.Refused(
                        "this token is not accepted: it is signed with a key that its issuer did not have a moment ago");
            }
            throw new Away(e);
        } catch (KeySourceException e) {
            throw new Away(e);
        } catch (BadJOSEException | JOSEException | ParseException e) {
            throw new TokenClaims.Refused("this token is not accepted: " + e.getMessage());
        }
    }
}
