package dev.fanfare.runtime.http;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.runtime.config.InvalidSettings;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.EnumSet;
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
    /** In the tenant claim of administrators: no tenant has this name. */
    static final String ALL_TENANTS = "*";

    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration OUTAGE = Duration.ofHours(1);
    private static final int MAX_KEYS_BYTES = 256 * 1024;
    /** Asymmetric ones alone: a shared secret is nobody's proof. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    /** A token that is not accepted, in words without it. */
    static final class Refused extends Exception {
        Refused(String message) {
            super(message);
        }
    }

    /** The issuer's keys can't be had. */
    static final class Away extends Exception {
        Away(Throwable cause) {
            super("the token issuer's keys can't be fetched", cause);
        }
    }

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    private final String tenantClaim;
    private final String scopesClaim;

    private TokenIssuer(AccessSettings settings, String issuer, URL keys, String audience, Clock clock) {
        this.tenantClaim = settings.oidcTenantClaim();
        this.scopesClaim = settings.oidcScopesClaim();
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                ALGORITHMS,
                JWKSourceBuilder.<SecurityContext>create(
                                keys,
                                new DefaultResourceRetriever(
                                        Math.toIntExact(FETCH_TIMEOUT.toMillis()),
                                        Math.toIntExact(FETCH_TIMEOUT.toMillis()),
                                        MAX_KEYS_BYTES))
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
    Caller verify(String token) throws Refused, Away {
        JWTClaimsSet claims;
        try {
            claims = processor.process(token, null);
        } catch (KeySourceException e) {
            throw new Away(e);
        } catch (BadJOSEException | JOSEException | ParseException e) {
            throw new Refused("this token is not accepted: " + e.getMessage());
        }
        String tenant = text(claims, tenantClaim);
        if (tenant == null) {
            throw new Refused("this token names no tenant in its claim '" + tenantClaim + "'");
        }
        String subject = Objects.requireNonNullElse(claims.getSubject(), "?");
        return new Caller("token of " + subject, tenant.equals(ALL_TENANTS) ? null : tenant, scopes(claims), null);
    }

    /** Those that are ours; a list, or one text with spaces between (RFC 8693, section 4.2). */
    private Set<Scope> scopes(JWTClaimsSet claims) {
        Object claim = claims.getClaim(scopesClaim);
        List<?> texts = claim instanceof String text
                ? Arrays.asList(text.split(" ", -1))
                : claim instanceof List<?> list ? list : List.of();
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (Object text : texts) {
            Scope scope = Scope.of(String.valueOf(text));
            if (scope != null) {
                scopes.add(scope);
            }
        }
        return scopes;
    }

    private static @Nullable String text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text && !text.isEmpty() ? text : null;
    }
}
