package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.http.Call;
import dev.fanfare.dispatcher.http.Failure;
import dev.fanfare.dispatcher.http.FailureText;
import dev.fanfare.dispatcher.http.OutgoingProxy;
import dev.fanfare.dispatcher.http.Reply;
import dev.fanfare.dispatcher.http.Transport;
import dev.fanfare.dispatcher.http.Way;
import dev.fanfare.dispatcher.lane.Turn;
import dev.fanfare.dispatcher.outcome.Answer;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import dev.fanfare.dispatcher.send.Routes.Route;
import dev.fanfare.dispatcher.subscription.Credential;
import dev.fanfare.dispatcher.subscription.Endpoint;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
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
final class Exchange implements Reply {
    private final AttemptSender sender;
    private final Turn<OpenDelivery> turn;
    private final Endpoint endpoint;
    private final long startedAtMillis;
    private final long startedAtNanos;
    private final @Nullable Span span;
    private final AtomicBoolean ended = new AtomicBoolean();

    private volatile @Nullable Call call;
    private List<InetAddress> permitted = List.of();
    private int address;
    /** To the first of them, where that is known. */
    private @Nullable Way firstWay;

    /** The proxy's, where there is one. */
    private List<InetAddress> proxies = List.of();

    private int proxyAddress;
    private boolean sentAgain;
    private @Nullable String authorization;
    private @Nullable String accessToken;
    private boolean askedAgain;

    Exchange(
            AttemptSender sender,
            Turn<OpenDelivery> turn,
            Endpoint endpoint,
            long startedAtMillis,
            @Nullable Span span) {
        this.sender = sender;
        this.turn = turn;
        this.endpoint = endpoint;
        this.startedAtMillis = startedAtMillis;
        this.span = span;
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

    /** Null where none is kept. */
    @Nullable Span span() {
        return span;
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

    /** Goes where the attempt before it went. */
    void follow(Route route) {
        permitted = route.permitted();
        firstWay = route.first();
        authorize();
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
                firstWay = way();
                sender.routes().keep(endpoint, good, firstWay);
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

    /** The client connects to the address that was checked, and to nothing else. */
    private void send() {
        if (ended.get()) {
            return;
        }
        try {
            Call started = sender.execute(this, way(), authorization);
            call = started;
            if (started != null && ended.get()) {
                cancelRequest();
            }
        } catch (RuntimeException e) {
            sender.broken(this, e);
        }
    }

    private Way way() {
        Way first = firstWay;
        if (first != null && address == 0) {
            return first;
        }
        Transport transport = sender.transport();
        OutgoingProxy proxy = transport.proxy();
        return new Way(
                endpoint.scheme(),
                endpoint.host(),
                permitted.get(address),
                endpoint.port(),
                transport.http2() && endpoint.scheme().equals("https")
                        ? delivery().key()
                        : null,
                proxy == null ? null : new InetSocketAddress(proxies.get(proxyAddress), proxy.port()));
    }

    @Override
    public void answered(Answer.Response response) {
        if (isWorthAnotherToken(response.status())) {
            askedAgain = true;
            authorize();
        } else {
            end(response);
        }
    }

    @Override
    public void failed(Failure failure) {
        if (failure.stage() == Failure.Stage.CONNECTING && turnToNextAddress()) {
            send();
        } else if (!sentAgain && failure.untouched()) {
            sentAgain = true;
            send();
        } else {
            refuse(FailureText.of(failure, sender.transport().proxy() != null));
        }
    }

    /** Ends for a reason in words. */
    void refuse(String words) {
        end(new Answer.Failed(words));
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
    @Override
    public void refusedByProxy(int status) {
        if (status > 500 && turnToNextPermitted()) {
            send();
        } else {
            refuse(FailureText.refusedByProxy(status));
        }
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
        Call running = call;
        if (running != null) {
            running.abandon();
        }
    }
}
