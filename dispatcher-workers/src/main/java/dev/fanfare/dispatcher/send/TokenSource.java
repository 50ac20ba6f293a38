package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.address.AddressBook;
import dev.fanfare.dispatcher.address.AddressPolicy;
import dev.fanfare.dispatcher.outcome.Answer;
import dev.fanfare.dispatcher.send.AccessTokens.Token;
import dev.fanfare.dispatcher.subscription.Credential;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.core5.concurrent.FutureCallback;
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
                    return Routes.to(
                            credential.scheme(),
                            credential.host(),
                            credential.port(),
                            null,
                            to,
                            proxy,
                            proxy == null ? null : proxies.get(0));
                })
                .thenCompose(route -> send(credential, new ExchangeContext(route)));
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

    private CompletableFuture<Token> send(Credential.OAuth2 credential, ExchangeContext context) {
        CompletableFuture<Token> token = new CompletableFuture<>();
        Future<?> request = client.execute(
                TokenRequest.of(credential),
                new AnswerReader(TokenRequest.MAX_ANSWER_BYTES, TokenRequest.MAX_ANSWER_BYTES),
                context,
                new FutureCallback<Answer.Response>() {
                    @Override
                    public void completed(Answer.Response response) {
                        if (proxy != null && !context.isConnected()) {
                            token.completeExceptionally(
                                    new TokenRequest.Failure(FailureText.refusedByProxy(response.status()), false));
                            return;
                        }
                        try {
                            token.complete(TokenRequest.read(response, credential.host()));
                        } catch (TokenRequest.Failure e) {
                            token.completeExceptionally(e);
                        }
                    }

                    @Override
                    public void failed(Exception cause) {
                        token.completeExceptionally(new TokenRequest.Failure(
                                "'" + credential.host() + "': " + FailureText.of(cause), false));
                    }

                    @Override
                    public void cancelled() {
                        token.completeExceptionally(new TokenRequest.Failure("the dispatcher is stopping", false));
                    }
                });
        // However it ends, nothing of it goes on: its time-out ends it from outside.
        CompletableFuture<?> unused = token.orTimeout(CUT_OFF_SECONDS, TimeUnit.SECONDS)
                .whenComplete((done, failure) -> {
                    if (failure instanceof TimeoutException) {
                        request.cancel(true);
                        context.abandon();
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
