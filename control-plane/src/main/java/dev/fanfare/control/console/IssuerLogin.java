package dev.fanfare.control.console;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.KeySourceException;
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
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
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
import dev.fanfare.control.http.SealedData;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.http.TokenClaims;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
 * <p>The issuer's description is fetched when it is first needed, by one for all who wait for it. Where the issuer does
 * not answer, it is left alone for {@link #LEFT_ALONE}: who comes meanwhile is told so at once. Safe for use by several
 * threads.
 */
public final class IssuerLogin {
    static final String BEGIN = Login.PATH + "/oidc";
    static final String BACK = BEGIN + "/back";

    private static final Logger LOG = LoggerFactory.getLogger(IssuerLogin.class);
    private static final String COOKIE = "fanfare_login";
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int TIMEOUT_MILLIS = 5_000;
    /** An issuer that is away costs a thread its patience, so it is asked this seldom. */
    static final Duration LEFT_ALONE = Duration.ofSeconds(10);

    private static final int MAX_KEYS_BYTES = 256 * 1024;

    /** Somebody who is not let in, in words for them. */
    static final class Refused extends Exception {
        Refused(String message) {
            super(message);
        }
    }

    /** The issuer does not answer now, or not as one; in words for whoever wants in. */
    static final class Away extends Exception {
        Away(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * What is answered for a while without asking again.
     *
     * @param untilMillis by our clock
     */
    private record Silence(String message, long untilMillis) {}

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
    private volatile @Nullable Silence silence;
    /** Whoever comes while it is asked gets the same answer, and holds no thread. */
    private @Nullable CompletableFuture<Described> asking;

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

    /** Sends the browser to the issuer. Fails with {@link Away} or {@link Refused}: in words. */
    Future<Void> begin(RoutingContext context) {
        URI redirect;
        try {
            redirect = URI.create(Site.address(context, BACK));
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(new Refused("Nobody can be sent back to the host that this was asked of."));
        }
        return described(context)
                .map(found -> {
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
                    return found;
                })
                .mapEmpty();
    }

    /** Who came back. Fails with {@link Away} or {@link Refused}: in words. */
    Future<Caller> comeBack(RoutingContext context) {
        String cookie = Site.kept(context, COOKIE);
        Site.keepForReturn(context, COOKIE, "", BEGIN, 0);
        Begun begun = cookie == null ? null : sealed.read(cookie);
        if (begun == null || begun.endsAtMillis() <= clock.millis()) {
            return Future.failedFuture(
                    new Refused("This log-in was begun in another browser, or took too long: begin again."));
        }
        Map<String, List<String>> told =
                URLUtils.parseParameters(context.request().query());
        return described(context)
                .compose(found -> context.vertx().executeBlocking(() -> identify(found, begun, told), false));
    }

    /** Waits for the issuer. */
    private Caller identify(Described found, Begun begun, Map<String, List<String>> told) throws Refused, Away {
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
            AuthorizationCodeGrant grant =
                    new AuthorizationCodeGrant(code, URI.create(begun.redirect()), new CodeVerifier(begun.verifier()));
            URI endpoint = found.metadata().getTokenEndpointURI();
            HTTPRequest request = (secret == null
                            ? new TokenRequest.Builder(endpoint, client, grant).build()
                            : new TokenRequest.Builder(endpoint, new ClientSecretBasic(client, secret), grant).build())
                    .toHTTPRequest();
            request.setConnectTimeout(TIMEOUT_MILLIS);
            request.setReadTimeout(TIMEOUT_MILLIS);
            TokenResponse answer = OIDCTokenResponseParser.parse(send(request));
            if (!(answer instanceof OIDCTokenResponse tokens)) {
                LOG.warn(
                        "the token issuer refused a log-in's code cause={}",
                        answer.toErrorResponse().getErrorObject().getCode());
                throw new Refused(name() + " did not confirm this log-in: begin again.");
            }
            IDTokenValidator validator = new IDTokenValidator(
                    issuer, client, new JWSVerificationKeySelector<>(TokenClaims.ALGORITHMS, found.keys()), null);
            var token = validator.validate(tokens.getOIDCTokens().getIDToken(), new Nonce(begun.nonce()));
            return claims.read(token.toJWTClaimsSet());
        } catch (KeySourceException e) {
            LOG.warn("the token issuer's keys can't be fetched issuer={} cause={}", issuer, e.toString());
            throw away("The keys of " + name() + " can't be had now, by which it is seen who you are", e);
        } catch (TokenClaims.Refused | ParseException | BadJOSEException | JOSEException e) {
            throw new Refused("What " + name() + " says of you is not accepted: " + e.getMessage());
        }
    }

    private HTTPResponse send(HTTPRequest request) throws Away {
        try {
            return request.send();
        } catch (IOException e) {
            LOG.warn("the token issuer can't be asked about a log-in issuer={} cause={}", issuer, e.toString());
            throw away(name() + " can't be asked now", e);
        }
    }

    private Away away(String what, Exception cause) {
        String message = what + ": log in with an API key, or try again in some seconds.";
        silence = new Silence(message, clock.millis() + LEFT_ALONE.toMillis());
        return new Away(message, cause);
    }

    private Future<Described> described(RoutingContext context) {
        Silence known = silence;
        if (known != null && clock.millis() < known.untilMillis()) {
            return Future.failedFuture(new Away(known.message(), null));
        }
        Described found = described;
        return found != null
                ? Future.succeededFuture(found)
                : Future.fromCompletionStage(
                        ask(context.vertx()), context.vertx().getOrCreateContext());
    }

    private synchronized CompletionStage<Described> ask(Vertx vertx) {
        CompletableFuture<Described> answer = asking;
        if (answer == null) {
            answer = vertx.executeBlocking(this::fetch, false)
                    .toCompletionStage()
                    .toCompletableFuture();
            asking = answer;
            answer.whenComplete((found, failure) -> asked());
        }
        return answer;
    }

    private synchronized void asked() {
        asking = null;
    }

    /** Waits for the issuer. */
    private Described fetch() throws Away {
        try {
            OIDCProviderMetadata metadata = OIDCProviderMetadata.resolve(issuer, TIMEOUT_MILLIS, TIMEOUT_MILLIS);
            Described found = new Described(
                    metadata,
                    JWKSourceBuilder.<SecurityContext>create(
                                    metadata.getJWKSetURI().toURL(),
                                    new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_KEYS_BYTES))
                            // tokens come from the issuer alone: nobody has us ask for keys that it doesn't have
                            .rateLimited(false)
                            .build());
            described = found;
            return found;
        } catch (GeneralException | MalformedURLException e) {
            LOG.warn("the token issuer's description can't be used issuer={} cause={}", issuer, e.toString());
            throw away(name() + " can't be asked now", e);
        } catch (IOException e) {
            LOG.warn("the token issuer's description can't be fetched issuer={} cause={}", issuer, e.toString());
            throw away(name() + " can't be asked now", e);
        }
    }
}
