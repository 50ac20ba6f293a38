package dev.fanfare.runtime.http;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.Scope;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token of the OpenID Connect issuer says of its holder: whose caller they are, and what they may do. Immutable.
 *
 * @param tenantClaim names the tenant; {@code *} in it makes an administrator
 * @param scopesClaim holds the scopes
 */
public record TokenClaims(String tenantClaim, String scopesClaim) {
    /** Asymmetric ones alone: a shared secret is nobody's proof. */
    public static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
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
    public static final class Refused extends Exception {
        /** With the reason. */
        public Refused(String message) {
            super(message);
        }
    }

    /** Of the settings. */
    public static TokenClaims of(AccessSettings settings) {
        return new TokenClaims(settings.oidcTenantClaim(), settings.oidcScopesClaim());
    }

    /** Reads a token whose signature, issuer, audience and time are in order. */
    public Caller read(JWTClaimsSet claims) throws Refused {
        String tenant = text(claims, tenantClaim);
        if (tenant == null) {
            throw new Refused("this token names no tenant in its claim '" + tenantClaim + "'");
        }
        String subject = Objects.requireNonNullElse(claims.getSubject(), "?");
        return new Caller(
                "token of " + subject, tenant.equals(AccessKey.NO_TENANT) ? null : tenant, scopes(claims), null);
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
