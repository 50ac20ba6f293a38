package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.lane.Turn;
import dev.fanfare.dispatcher.outcome.Answer;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import dev.fanfare.dispatcher.subscription.Credential;
import dev.fanfare.dispatcher.subscription.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http2.H2Error;
import org.apache.hc.core5.http2.H2StreamResetException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt under way. It ends once: with an answer, at its deadline, or given up; whoever comes second changes
 * nothing.
 *
 * <pre>
 * addresses of the host ─▶ those the policy permits ─▶ a token, if ─▶ connect to the first ─▶ request ─▶ answer
 *                                                      need be          │ can't: the next     │ a kept-alive connection
 *                                                       ▲               ▼                     │ was stale: once more
 *                                                       └──────────────────── 401, once ──────┘
 * </pre>
 *
 * <p>Through a proxy it is the same: the tunnel leads to an address that was permitted here.
 *
 * <p>Each step runs after the one before, on a lookup or reactor thread; ending comes from any thread.
 */
final class Exchange implements FutureCallback<Answer.Response> {
    private final AttemptSender sender;
    private final Turn<OpenDelivery> turn;
    private final Endpoint endpoint;
    private final long startedAtMillis;
    private final long startedAtNanos;
    private final AtomicBoolean ended = new AtomicBoolean();

    private volatile @Nullable Future<?> request;
    private List<InetAddress> permitted = List.of();
    private int address;
    /** The proxy's, where there is one. */
    private List<InetAddress> proxies = List.of();

    private int proxyAddress;
    private boolean sentAgain;
    private @Nullable String authorization;
    private @Nullable String accessToken;
    private boolean askedAgain;
    private volatile @Nullable ExchangeContext context;

    Exchange(AttemptSender sender, Turn<OpenDelivery> turn, Endpoint endpoint, long startedAtMillis) {
        this.sender = sender;
        this.turn = turn;
        this.endpoint = endpoint;
        this.startedAtMillis = startedAtMillis;
        this.startedAtNanos = System.nanoTime();
    }

    Turn<OpenDelivery> turn() {
        return turn;
    }

    OpenDelivery delivery() {
        return turn.item();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    long startedAtMillis() {
        return startedAtMillis;
    }

    long elapsedNanos() {
        return System.nanoTime() - startedAtNanos;
    }

    boolean isOverdue() {
        return elapsedNanos() >= endpoint.timeout().toNanos();
    }

    /** Ends before anything was looked up. */
    void forbid(String refusal) {
        end(new Answer.Forbidden(refusal));
    }

    /** Goes on once the host's addresses are known. */
    void onAddresses(@Nullable List<InetAddress> addresses, @Nullable Throwable failure) {
        if (addresses == null) {
            end(new Answer.Failed("the host name '" + endpoint.host() + "' has no address"
                    + (failure instanceof IOException ? "" : ": " + failure)));
            return;
        }
        List<InetAddress> good = new ArrayList<>(addresses.size());
        String refusal = "the host has no address";
        for (InetAddress candidate : addresses) {
            String reason = sender.policy().refusal(endpoint.scheme(), endpoint.host(), candidate);
            if (reason == null) {
                good.add(candidate);
            } else {
                refusal = reason;
            }
        }
        if (good.isEmpty()) {
            end(new Answer.Forbidden(refusal));
        } else {
            permitted = good;
            OutgoingProxy proxy = sender.transport().proxy();
            if (proxy == null) {
                authorize();
            } else {
                sender.lookUp(proxy.host(), this, this::onProxyAddresses);
            }
        }
    }

    private void onProxyAddresses(@Nullable List<InetAddress> addresses, @Nullable Throwable failure) {
        if (addresses == null) {
            end(new Answer.Failed("the host name of the outgoing proxy has no address"
                    + (failure instanceof IOException ? "" : ": " + failure)));
        } else {
            proxies = addresses;
            authorize();
        }
    }

    /** With what the subscription has us show; a token may have to be fetched first. */
    private void authorize() {
        if (endpoint.credential() instanceof Credential.Fixed fixed) {
            authorization = fixed.authorization();
        } else if (endpoint.credential() instanceof Credential.OAuth2 oauth2) {
            // The words are better than those of a delivery whose time is up.
            Duration half = endpoint.timeout().dividedBy(2);
            CompletableFuture<?> unused = sender.tokens().token(oauth2, half).whenComplete(this::onToken);
            return;
        }
        send();
    }

    private void onToken(@Nullable String token, @Nullable Throwable failure) {
        if (token == null) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            end(
                    cause instanceof TokenRequest.Failure worded
                            ? worded.asAnswer()
                            : new Answer.Failed("no access token: the dispatcher failed"));
        } else {
            accessToken = token;
            authorization = "Bearer " + token;
            send();
        }
    }

    /** A token may end before its time: then another one gets the delivery a second chance, once. */
    private boolean isWorthAnotherToken(int status) {
        return status == 401
                && accessToken != null
                && !askedAgain
                && endpoint.credential() instanceof Credential.OAuth2 oauth2
                && sender.tokens().refused(oauth2, accessToken);
    }

    /** The address that was checked goes into the target, and the client connects to that and to nothing else. */
    private void send() {
        if (ended.get()) {
            return;
        }
        ExchangeContext fresh = new ExchangeContext(route());
        context = fresh;
        try {
            Future<?> started = sender.execute(this, fresh, authorization);
            request = started;
            if (ended.get()) {
                cancelRequest();
            }
        } catch (RuntimeException e) {
            sender.broken(this, e);
        }
    }

    private HttpRoute route() {
        OutgoingProxy proxy = sender.transport().proxy();
        return Routes.to(
                endpoint.scheme(),
                endpoint.host(),
                endpoint.port(),
                sender.transport().http2() ? delivery().key() : null,
                permitted.get(address),
                proxy,
                proxy == null ? null : proxies.get(proxyAddress));
    }

    @Override
    public void completed(Answer.Response response) {
        if (isOnItsWay()) {
            refusedByProxy(response.status());
        } else if (isWorthAnotherToken(response.status())) {
            askedAgain = true;
            authorize();
        } else {
            end(response);
        }
    }

    @Override
    public void failed(Exception cause) {
        if (isConnectFailure(cause) && turnToNextAddress()) {
            send();
        } else if (!sentAgain && isStaleConnection(cause)) {
            sentAgain = true;
            send();
        } else {
            end(new Answer.Failed(isOnItsWay() ? FailureText.onTheWay(cause) : FailureText.of(cause)));
        }
    }

    /** Whether a proxy is used and the endpoint was not reached yet. */
    private boolean isOnItsWay() {
        ExchangeContext now = context;
        return sender.transport().proxy() != null && (now == null || !now.isConnected());
    }

    /** Turns to the next address of whom we connect to, if there is one. */
    private boolean turnToNextAddress() {
        if (sender.transport().proxy() == null) {
            return turnToNextPermitted();
        }
        if (proxyAddress + 1 == proxies.size()) {
            return false;
        }
        proxyAddress++;
        return true;
    }

    private boolean turnToNextPermitted() {
        if (address + 1 == permitted.size()) {
            return false;
        }
        address++;
        return true;
    }

    /** Its answer is none of the endpoint's: whatever it says, the delivery is tried again later. */
    private void refusedByProxy(int status) {
        if (status > 500 && turnToNextPermitted()) {
            send();
        } else {
            end(new Answer.Failed(FailureText.refusedByProxy(status)));
        }
    }

    @Override
    public void cancelled() {
        giveUp();
    }

    void timeOut() {
        if (end(new Answer.TimedOut(Duration.ofNanos(elapsedNanos())))) {
            cancelRequest();
        }
    }

    /** Ends it without an outcome: it counts as if it had never begun. */
    void giveUp() {
        if (ended.compareAndSet(false, true)) {
            cancelRequest();
            sender.gaveUp(this);
        }
    }

    /** Whether this was the first end. */
    boolean markEnded() {
        return ended.compareAndSet(false, true);
    }

    private boolean end(Answer answer) {
        if (!markEnded()) {
            return false;
        }
        sender.answered(this, answer);
        return true;
    }

    private void cancelRequest() {
        Future<?> running = request;
        if (running != null) {
            running.cancel(true);
        }
        ExchangeContext now = context;
        if (now != null) {
            now.abandon();
        }
    }

    private static boolean isConnectFailure(Exception cause) {
        return cause instanceof HttpHostConnectException || cause instanceof ConnectTimeoutException;
    }

    /**
     * The endpoint may close a connection while we begin to use it again. No answer has begun on it then, so asking once
     * more on another connection is no more than what at-least-once allows.
     */
    private boolean isStaleConnection(Exception cause) {
        if (cause instanceof RequestNotExecutedException || isRefusedStream(cause)) {
            return true;
        }
        ExchangeContext now = context;
        if (now == null) {
            return false;
        }
        boolean broke = cause instanceof ConnectionClosedException
                || cause instanceof ClosedChannelException
                || cause instanceof SocketException;
        EndpointDetails connection = now.getEndpointDetails();
        return broke
                && connection != null
                // This request is the first. (Core 5.4.4 counts answers here too, and none as answers.)
                && connection.getRequestCount() > 1
                && now.getResponse() == null;
    }

    /** The endpoint has not looked at it (RFC 9113, section 8.7). */
    private static boolean isRefusedStream(Exception cause) {
        return cause instanceof H2StreamResetException reset && reset.getCode() == H2Error.REFUSED_STREAM.getCode();
    }
}
