package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.address.AddressBook;
import dev.fanfare.dispatcher.address.AddressPolicy;
import dev.fanfare.dispatcher.http.AnswerLimits;
import dev.fanfare.dispatcher.http.Call;
import dev.fanfare.dispatcher.http.Failure;
import dev.fanfare.dispatcher.http.FailureText;
import dev.fanfare.dispatcher.http.OutgoingProxy;
import dev.fanfare.dispatcher.http.Reply;
import dev.fanfare.dispatcher.http.Way;
import dev.fanfare.dispatcher.http.WebhookClient;
import dev.fanfare.dispatcher.outcome.Answer;
import dev.fanfare.dispatcher.send.AccessTokens.Token;
import dev.fanfare.dispatcher.subscription.Credential;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches access tokens over the same ways, under the same address rules and with the same care for addresses as
 * webhooks.
 *
 * <pre>
 * token endpoint's addresses ─▶ those the policy permits ─▶ proxy's addresses, if there is one ─▶ request ─▶ Token
 * </pre>
 *
 * <p>One try, to one address: the delivery that needed the token has a schedule of its own. Any thread.
 */
final class TokenSource implements AccessTokens.Source {
    /** Longer than any time-out of a subscription. */
    private static final long CUT_OFF_SECONDS = 60;

    private static final AnswerLimits LIMITS =
            new AnswerLimits(TokenRequest.MAX_ANSWER_BYTES, TokenRequest.MAX_ANSWER_BYTES);

    private final WebhookClient client;
    private final AddressBook addressBook;
    private final AddressPolicy policy;
    private final @Nullable OutgoingProxy proxy;

    TokenSource(WebhookClient client, AddressBook addressBook, AddressPolicy policy, @Nullable OutgoingProxy proxy) {
        this.client = client;
        this.addressBook = addressBook;
        this.policy = policy;
        this.proxy = proxy;
    }

    @Override
    public CompletableFuture<Token> fetch(Credential.OAuth2 credential, Duration timeout) {
        String refusal = policy.refusal(credential.scheme(), credential.host(), credential.port());
        if (refusal != null) {
            return CompletableFuture.failedFuture(new TokenRequest.Failure(refusal, true));
        }
        CompletableFuture<List<InetAddress>> ours =
                proxy == null ? CompletableFuture.completedFuture(List.of()) : addressBook.addresses(proxy.host());
        CompletableFuture<Token> fetched = addressBook
                .addresses(credential.host())
                .thenCombine(ours, (addresses, proxies) -> {
                    InetAddress to = permitted(credential, addresses);
                    return new Way(
                            credential.scheme(),
                            credential.host(),
                            to,
                            credential.port(),
                            null,
                            proxy == null ? null : new InetSocketAddress(proxies.get(0), proxy.port()));
                })
                .thenCompose(way -> send(credential, way));
        return fetched.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).handle((token, failure) -> {
            if (token != null) {
                return token;
            }
            throw new CompletionException(worded(failure, credential.host()));
        });
    }

    private InetAddress permitted(Credential.OAuth2 credential, List<InetAddress> addresses) {
        String refusal = "the host has no address";
        for (InetAddress candidate : addresses) {
            String reason = policy.refusal(credential.scheme(), credential.host(), candidate);
            if (reason == null) {
                return candidate;
            }
            refusal = reason;
        }
        throw new CompletionException(new TokenRequest.Failure(refusal, true));
    }

    private CompletableFuture<Token> send(Credential.OAuth2 credential, Way way) {
        CompletableFuture<Token> token = new CompletableFuture<>();
        Call call = client.send(way, TokenRequest.of(credential), LIMITS, new Reply() {
            @Override
            public void answered(Answer.Response response) {
                try {
                    token.complete(TokenRequest.read(response, credential.host()));
                } catch (TokenRequest.Failure e) {
                    token.completeExceptionally(e);
                }
            }

            @Override
            public void refusedByProxy(int status) {
                fail(FailureText.refusedByProxy(status));
            }

            @Override
            public void failed(Failure failure) {
                fail("'" + credential.host() + "': " + FailureText.of(failure, proxy != null));
            }

            private void fail(String words) {
                token.completeExceptionally(new TokenRequest.Failure(words, false));
            }
        });
        // However it ends, nothing of it goes on: its time-out ends it from outside.
        CompletableFuture<?> unused = token.orTimeout(CUT_OFF_SECONDS, TimeUnit.SECONDS)
                .whenComplete((done, failure) -> {
                    if (failure instanceof TimeoutException) {
                        call.abandon();
                    }
                });
        return token;
    }

    private static Throwable worded(Throwable failure, String host) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        if (cause instanceof TokenRequest.Failure) {
            return cause;
        }
        return new TokenRequest.Failure(
                cause instanceof TimeoutException
                        ? "'" + host + "' did not answer in time"
                        : "the host name '" + host + "', or that of the outgoing proxy, has no address",
                false);
    }
}
