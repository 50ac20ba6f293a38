package dev.fanfare.control.console;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.control.console.Sessions.Entry.ByIssuer;
import dev.fanfare.control.http.SealedData;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.http.TokenClaims;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs in whom the OpenID Connect issuer knows: authorization code with PKCE (OpenID Connect Core 1.0, section 3.1; RFC
 * 7636). What they may do is in the claims of their ID token, by the same rules as in a caller's access token.
 *
 * <pre>
 * begin ─▶ cookie: state, nonce, verifier ─▶ issuer ─▶ back: state as in the cookie? ─▶ code ─▶ ID token ─▶ whose?
 * </pre>
 *
 * <p>The issuer's description is fetched when it is first needed. Safe for use by several threads.
 */
public final class IssuerLogin {
    static final String BEGIN = Login.PATH + "/oidc";
    static final String BACK = BEGIN + "/back";

    private static final Logger LOG = LoggerFactory.getLogger(IssuerLogin.class);
    private static final String COOKIE = "fanfare_login";
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int MAX_KEYS_BYTES = 256 * 1024;

    /** Somebody who is not let in, in words for them. */
    static final class Refused extends Exception {
        Refused(String message) {
            super(message);
        }
    }

    private record Begun(String state, String nonce, String verifier, String redirect, long endsAtMillis) {}

    private record Described(OIDCProviderMetadata metadata, JWKSource<SecurityContext> keys) {}

    private final Issuer issuer;
    private final ClientID client;
    private final @Nullable Secret secret;
    private final Scope scopes;
    private final Duration lifetime;
    private final TokenClaims claims;
    private final SealedData<Begun> sealed;
    private final Clock clock;
    private volatile @Nullable Described described;

    /**
     * Who we are at the issuer.
     *
     * @param secret   null: PKCE alone shows that we are it
     * @param scopes   that are asked for, with spaces between
     * @param lifetime of a session
     */
    public record Client(
            String id, dev.fanfare.runtime.config.@Nullable Secret secret, String scopes, Duration lifetime) {}

    private IssuerLogin(String issuer, AccessSettings access, Client client, SecretSeal seal, Clock clock) {
        this.issuer = new Issuer(issuer);
        this.client = new ClientID(client.id());
        this.secret =
                client.secret() == null ? null : new Secret(client.secret().reveal());
        this.scopes = Scope.parse(client.scopes());
        this.lifetime = client.lifetime();
        this.claims = TokenClaims.of(access);
        this.sealed = new SealedData<>(seal, Purpose.CONSOLE_COOKIE, "login", Begun.class);
        this.clock = clock;
    }

    /**
     * At the issuer of {@code access.oidc-issuer}.
     *
     * @throws InvalidSettings where that, or the client, is named by halves
     */
    public static IssuerLogin of(AccessSettings access, Client client, SecretSeal seal, Clock clock) {
        List<String> faults = new ArrayList<>();
        if (access.oidcIssuer().isEmpty()) {
            faults.add("access.oidc-issuer: is required with control.oidc-client-id");
        }
        if (client.lifetime().compareTo(Sessions.LIFETIME) > 0) {
            faults.add("control.oidc-session: must be at most 12h");
        }
        if (!List.of(client.scopes().split(" ", -1)).contains("openid")) {
            faults.add("control.oidc-scopes: must hold 'openid'");
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
        return new IssuerLogin(access.oidcIssuer().orElseThrow(), access, client, seal, clock);
    }

    /** For the page. */
    String name() {
        String host = URI.create(issuer.getValue()).getHost();
        return host == null ? issuer.getValue() : host;
    }

    /** How long a session lasts that was opened here: who is no longer known there is out after that. */
    Duration lifetime() {
        return lifetime;
    }

    /** Sends the browser to the issuer. Fails in words where that, or our way back, can't be found. */
    Future<Void> begin(RoutingContext context) {
        URI redirect;
        try {
            redirect = URI.create(Site.origin(context.request()) + BACK);
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(new Refused("Nobody can be sent back to the host that this was asked of."));
        }
        return context.vertx()
                .executeBlocking(this::described, false)
                .onSuccess(found -> {
                    State state = new State();
                    Nonce nonce = new Nonce();
                    CodeVerifier verifier = new CodeVerifier();
                    Begun begun = new Begun(
                            state.getValue(),
                            nonce.getValue(),
                            verifier.getValue(),
                            redirect.toString(),
                            clock.millis() + PATIENCE.toMillis());
                    Site.keepForReturn(context, COOKIE, sealed.write(begun), BEGIN, PATIENCE.toSeconds());
                    Pages.redirect(
                            context,
                            new AuthenticationRequest.Builder(ResponseType.CODE, scopes, client, redirect)
                                    .endpointURI(found.metadata().getAuthorizationEndpointURI())
                                    .state(state)
                                    .nonce(nonce)
                                    .codeChallenge(verifier, CodeChallengeMethod.S256)
                                    .build()
                                    .toURI()
                                    .toString());
                })
                .mapEmpty();
    }

    /** Who came back. Fails with {@link Refused}, or in words where the issuer is away. */
    Future<ByIssuer> comeBack(RoutingContext context) {
        String cookie = Site.kept(context, COOKIE);
        Site.keepForReturn(context, COOKIE, "", BEGIN, 0);
        Begun begun = cookie == null ? null : sealed.read(cookie);
        if (begun == null || begun.endsAtMillis() <= clock.millis()) {
            return Future.failedFuture(
                    new Refused("This log-in was begun in another browser, or took too long: begin again."));
        }
        Map<String, List<String>> told =
                URLUtils.parseParameters(context.request().query());
        return context.vertx().executeBlocking(() -> identify(begun, told), false);
    }

    /** Waits for the issuer. */
    private ByIssuer identify(Begun begun, Map<String, List<String>> told) throws Refused, IOException {
        try {
            AuthenticationResponse response = AuthenticationResponseParser.parse(URI.create(begun.redirect()), told);
            if (!new State(begun.state()).equals(response.getState())) {
                throw new Refused("This log-in was begun in another browser: begin again.");
            }
            if (!response.indicatesSuccess()) {
                throw new Refused(name() + " did not log you in: "
                        + response.toErrorResponse().getErrorObject().getCode());
            }
            AuthorizationCode code = response.toSuccessResponse().getAuthorizationCode();
            if (code == null) {
                throw new Refused(name() + " sent no code for this log-in: begin again.");
            }
            Described found = described();
            AuthorizationCodeGrant grant =
                    new AuthorizationCodeGrant(code, URI.create(begun.redirect()), new CodeVerifier(begun.verifier()));
            URI endpoint = found.metadata().getTokenEndpointURI();
            HTTPRequest request = (secret == null
                            ? new TokenRequest.Builder(endpoint, client, grant).build()
                            : new TokenRequest.Builder(endpoint, new ClientSecretBasic(client, secret), grant).build())
                    .toHTTPRequest();
            request.setConnectTimeout(TIMEOUT_MILLIS);
            request.setReadTimeout(TIMEOUT_MILLIS);
            TokenResponse answer = OIDCTokenResponseParser.parse(request.send());
            if (!(answer instanceof OIDCTokenResponse tokens)) {
                LOG.warn(
                        "the token issuer refused a log-in's code cause={}",
                        answer.toErrorResponse().getErrorObject().getCode());
                throw new Refused(name() + " did not confirm this log-in: begin again.");
            }
            IDTokenValidator validator = new IDTokenValidator(
                    issuer, client, new JWSVerificationKeySelector<>(TokenClaims.ALGORITHMS, found.keys()), null);
            var token = validator.validate(tokens.getOIDCTokens().getIDToken(), new Nonce(begun.nonce()));
            Caller caller = claims.read(token.toJWTClaimsSet());
            return new ByIssuer(caller.name(), caller.tenant(), caller.scopes());
        } catch (TokenClaims.Refused | ParseException | BadJOSEException | JOSEException e) {
            throw new Refused("What " + name() + " says of you is not accepted: " + e.getMessage());
        }
    }

    /** Waits for the issuer where it isn't known yet. */
    private Described described() throws IOException {
        Described known = described;
        if (known != null) {
            return known;
        }
        try {
            OIDCProviderMetadata metadata = OIDCProviderMetadata.resolve(issuer, TIMEOUT_MILLIS, TIMEOUT_MILLIS);
            Described found = new Described(
                    metadata,
                    JWKSourceBuilder.<SecurityContext>create(
                                    metadata.getJWKSetURI().toURL(),
                                    new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_KEYS_BYTES))
                            .build());
            described = found;
            return found;
        } catch (GeneralException | MalformedURLException e) {
            LOG.warn("the token issuer's description can't be used issuer={} cause={}", issuer, e.toString());
            throw new IOException(name() + " can't be asked now: log in with an API key, or try again later.", e);
        } catch (IOException e) {
            LOG.warn("the token issuer's description can't be fetched issuer={} cause={}", issuer, e.toString());
            throw new IOException(name() + " can't be asked now: log in with an API key, or try again later.", e);
        }
    }
}
