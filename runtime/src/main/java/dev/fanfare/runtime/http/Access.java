package dev.fanfare.runtime.http;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.config.Secret;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may: checks the bearer key and the tenant of a request. Put {@link #check} before the handlers of each route
 * under {@code /v1/tenants/:tenant}. Immutable.
 */
public final class Access {
    private static final String SCHEME = "Bearer ";

    private final byte @Nullable [] keyHash;
    private final Set<String> tenants;

    public Access(AccessSettings settings) {
        this.keyHash = settings.key()
                .map(Secret::reveal)
                .filter(key -> !key.isEmpty())
                .map(Access::hash)
                .orElse(null);
        this.tenants = Set.copyOf(settings.tenants());
    }

    /** Lets a request through that carries the key and names a tenant that exists; ends any other. */
    public void check(RoutingContext context) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unauthorized("send the API key as 'Authorization: Bearer <key>'");
        }
        if (!isKey(header.substring(SCHEME.length()).strip())) {
            throw unauthorized("this API key is not known");
        }
        String tenant = context.pathParam("tenant");
        if (tenant != null && !tenants.contains(tenant)) {
            throw new ProblemException(
                    Problem.of(404, "unknown-tenant", "Unknown tenant", "there is no tenant '" + tenant + "'"));
        }
        context.next();
    }

    /** Whether a text is the key; compared in constant time. */
    public boolean isKey(String text) {
        return keyHash != null && MessageDigest.isEqual(keyHash, hash(text));
    }

    private static ProblemException unauthorized(String detail) {
        return new ProblemException(Problem.of(401, "unauthorized", "Unauthorized", detail));
    }

    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
