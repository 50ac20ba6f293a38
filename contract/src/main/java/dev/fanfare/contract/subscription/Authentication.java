package dev.fanfare.contract.subscription;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How Fanfare proves to an endpoint who it is, besides the signature. One way for each subscription. The secret part
 * stands on the topic sealed ({@code SecretSeal.Purpose.CREDENTIAL}); the rest is readable.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Authentication.Bearer.class, name = Authentication.BEARER),
    @JsonSubTypes.Type(value = Authentication.Basic.class, name = Authentication.BASIC),
    @JsonSubTypes.Type(value = Authentication.OAuth2.class, name = Authentication.OAUTH2),
    @JsonSubTypes.Type(value = Authentication.MutualTls.class, name = Authentication.MTLS)
})
public sealed interface Authentication {
    String BEARER = "bearer";
    String BASIC = "basic";
    String OAUTH2 = "oauth2";
    String MTLS = "mtls";

    /** What nobody may see. */
    @JsonIgnore
    SealedSecret secret();

    /** The same with another secret part. */
    Authentication withSecret(SealedSecret secret);

    /** A fixed token in {@code authorization} (RFC 6750, section 2.1). */
    record Bearer(SealedSecret token) implements Authentication {
        public Bearer {
            Objects.requireNonNull(token, "token");
        }

        @Override
        public SealedSecret secret() {
            return token;
        }

        @Override
        public Bearer withSecret(SealedSecret secret) {
            return new Bearer(secret);
        }
    }

    /** User name and password in {@code authorization} (RFC 7617). */
    record Basic(String username, SealedSecret password) implements Authentication {
        public Basic {
            Objects.requireNonNull(username, "username");
            Objects.requireNonNull(password, "password");
        }

        @Override
        public SealedSecret secret() {
            return password;
        }

        @Override
        public Basic withSecret(SealedSecret secret) {
            return new Basic(username, secret);
        }
    }

    /** How a client names itself to the token endpoint (RFC 6749, section 2.3.1). */
    enum ClientAuthentication {
        @JsonProperty("basic")
        BASIC,
        /** In the form, for servers that don't take the header. */
        @JsonProperty("body")
        BODY
    }

    /**
     * A token fetched with client credentials (RFC 6749, section 4.4).
     *
     * @param scope as the token endpoint understands it; null: whatever it gives
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OAuth2(
            URI tokenUrl,
            String clientId,
            SealedSecret clientSecret,
            @Nullable String scope,
            ClientAuthentication clientAuthentication)
            implements Authentication {
        public OAuth2 {
            Objects.requireNonNull(tokenUrl, "tokenUrl");
            Objects.requireNonNull(clientId, "clientId");
            Objects.requireNonNull(clientSecret, "clientSecret");
            clientAuthentication = Objects.requireNonNullElse(clientAuthentication, ClientAuthentication.BASIC);
        }

        @Override
        public SealedSecret secret() {
            return clientSecret;
        }

        @Override
        public OAuth2 withSecret(SealedSecret secret) {
            return new OAuth2(tokenUrl, clientId, secret, scope, clientAuthentication);
        }
    }

    /**
     * A certificate of ours in the TLS handshake (RFC 8446, section 4.4.2).
     *
     * @param certificate the chain in PEM, the client's own first
     * @param privateKey  PKCS #8 in PEM
     */
    record MutualTls(String certificate, SealedSecret privateKey) implements Authentication {
        public MutualTls {
            Objects.requireNonNull(certificate, "certificate");
            Objects.requireNonNull(privateKey, "privateKey");
        }

        @Override
        public SealedSecret secret() {
            return privateKey;
        }

        @Override
        public MutualTls withSecret(SealedSecret secret) {
            return new MutualTls(certificate, secret);
        }
    }
}
