package dev.fanfare.control.subscription;

import dev.fanfare.contract.subscription.Authentication;
import dev.fanfare.contract.subscription.Authentication.ClientAuthentication;
import dev.fanfare.contract.subscription.ClientCertificate;
import dev.fanfare.control.http.Members;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code auth}. No fault repeats a secret. Immutable.
 *
 * <p>Limits: {@value #MAX_TOKEN} characters for a token, {@value #MAX_PEM} for a certificate chain or a key,
 * {@value #MAX_NAME} for all else.
 */
final class AuthReader {
    private static final int MAX_TOKEN = 4_096;
    private static final int MAX_PEM = 16_384;
    private static final int MAX_NAME = 1_024;
    private static final List<String> TYPES =
            List.of(Authentication.BEARER, Authentication.BASIC, Authentication.OAUTH2, Authentication.MTLS);

    private AuthReader() {}

    /** Null where there is none, or a fault. */
    static @Nullable AuthDraft read(Members members) {
        Members auth = members.object("auth");
        if (auth == null) {
            return null;
        }
        String type = auth.text("type", MAX_NAME);
        return switch (type == null ? "" : type) {
            case Authentication.BEARER -> bearer(auth);
            case Authentication.BASIC -> basic(auth);
            case Authentication.OAUTH2 -> oauth2(auth);
            case Authentication.MTLS -> mutualTls(auth);
            default -> {
                auth.fault("type", "must be one of " + String.join(", ", TYPES));
                yield null;
            }
        };
    }

    private static AuthDraft bearer(Members auth) {
        only(auth, "token");
        String token = text(auth, "token", MAX_TOKEN, AuthReader::isVisible, "visible ASCII without spaces");
        return new AuthDraft(Authentication.Bearer::new, token, "token");
    }

    private static AuthDraft basic(Members auth) {
        only(auth, "username", "password");
        String username = required(
                auth,
                "username",
                c -> !Character.isISOControl(c) && c != ':',
                "text without colons and control characters");
        String password =
                text(auth, "password", MAX_NAME, c -> !Character.isISOControl(c), "text without control characters");
        return new AuthDraft(closed -> new Authentication.Basic(username, closed), password, "password");
    }

    private static AuthDraft oauth2(Members auth) {
        only(auth, "tokenUrl", "clientId", "clientSecret", "scope", "clientAuthentication");
        URI tokenUrl = tokenUrl(auth);
        String clientId = required(auth, "clientId", AuthReader::isPrintable, "printable ASCII");
        String secret = text(auth, "clientSecret", MAX_TOKEN, AuthReader::isPrintable, "printable ASCII");
        String scope = text(
                auth,
                "scope",
                MAX_NAME,
                c -> isPrintable(c) && c != '"' && c != '\\',
                "names separated by spaces (RFC 6749, section 3.3)");
        ClientAuthentication way = Objects.requireNonNullElse(
                auth.choice("clientAuthentication", ClientAuthentication.class, MAX_NAME), ClientAuthentication.BASIC);
        return new AuthDraft(
                closed -> new Authentication.OAuth2(tokenUrl, clientId, closed, scope, way), secret, "clientSecret");
    }

    private static AuthDraft mutualTls(Members auth) {
        // The last two are ours, and read over.
        only(auth, "certificate", "privateKey", "fingerprint", "expiresAt");
        String certificate = auth.text("certificate", MAX_PEM);
        String key = auth.text("privateKey", MAX_PEM);
        String faulty = "certificate";
        if (certificate == null) {
            if (!auth.has("certificate")) {
                auth.fault("certificate", "is required: the client's certificate and those above it, in PEM");
            }
        } else {
            try {
                ClientCertificate.chain(certificate);
                if (key != null) {
                    faulty = "privateKey";
                    ClientCertificate.parse(certificate, key);
                }
            } catch (IllegalArgumentException e) {
                auth.fault(faulty, Objects.requireNonNull(e.getMessage()));
            }
        }
        String chain = Objects.requireNonNullElse(certificate, "");
        return new AuthDraft(closed -> new Authentication.MutualTls(chain, closed), key, "privateKey");
    }

    private static URI tokenUrl(Members auth) {
        String text = required(auth, "tokenUrl", c -> true, "a URL");
        if (!text.isEmpty()) {
            try {
                return EndpointUrl.parse(text);
            } catch (IllegalArgumentException e) {
                auth.fault("tokenUrl", Objects.requireNonNull(e.getMessage()));
            }
        }
        return URI.create("");
    }

    private static void only(Members auth, String... names) {
        Set<String> known = new HashSet<>(Set.of(names));
        known.add("type");
        auth.refuseOthers(known, name -> null);
    }

    private static String required(Members auth, String name, IntPredicate allowed, String what) {
        String text = text(auth, name, MAX_NAME, allowed, what);
        if (!auth.has(name)) {
            auth.fault(name, "is required");
        }
        return Objects.requireNonNullElse(text, "");
    }

    private static @Nullable String text(Members auth, String name, int maxLength, IntPredicate allowed, String what) {
        String text = auth.text(name, maxLength);
        if (text != null && (text.isEmpty() || !text.chars().allMatch(allowed))) {
            auth.fault(name, "must be " + what + ", and not empty");
            return null;
        }
        return text;
    }

    private static boolean isPrintable(int c) {
        return c >= ' ' && c <= '~';
    }

    private static boolean isVisible(int c) {
        return c > ' ' && c <= '~';
    }
}
