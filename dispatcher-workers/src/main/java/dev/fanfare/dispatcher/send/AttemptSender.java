package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.address.AddressBook;
import dev.fanfare.dispatcher.address.AddressPolicy;
import dev.fanfare.dispatcher.http.AnswerLimits;
import dev.fanfare.dispatcher.http.Call;
import dev.fanfare.dispatcher.http.Request;
import dev.fanfare.dispatcher.http.Transport;
import dev.fanfare.dispatcher.http.Way;
import dev.fanfare.dispatcher.http.WebhookClient;
import dev.fanfare.dispatcher.lane.Ending;
import dev.fanfare.dispatcher.lane.Result;
import dev.fanfare.dispatcher.lane.Turn;
import dev.fanfare.dispatcher.outcome.Answer;
import dev.fanfare.dispatcher.outcome.AttemptReport;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import dev.fanfare.dispatcher.outcome.Outcome;
import dev.fanfare.dispatcher.outcome.Outcomes;
import dev.fanfare.dispatcher.outcome.Outcomes.Concluded;
import dev.fanfare.dispatcher.outcome.ResponseClassifier;
import dev.fanfare.dispatcher.outcome.Ruling;
import dev.fanfare.dispatcher.outcome.Unsent;
import dev.fanfare.dispatcher.send.Routes.Route;
import dev.fanfare.dispatcher.subscription.Credential;
import dev.fanfare.dispatcher.subscription.Endpoint;
import dev.fanfare.dispatcher.subscription.Standing;
import dev.fanfare.dispatcher.subscription.SubscriptionView;
import dev.fanfare.runtime.trace.Tracing;
import io.opentelemetry.api.trace.Span;
import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the attempts: from a lane's turn to an outcome.
 *
 * <pre>
 * Turn ─▶ subscription still wants it? ─▶ Exchange (address, policy, signature, request) ─▶ Answer
 *            │ no                                                                            │
 *            ▼                                                                               ▼
 *         Outcome ◀───────────────────────────────────── ResponseClassifier ─▶ Ruling ─▶ Outcomes
 * </pre>
 *
 * Any thread. Every turn that is started ends, and gives exactly one outcome unless it is given up.
 */
final class AttemptSender {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptSender.class);
    private static final String BROKEN = "the dispatcher failed";

    private final WebhookClient client;
    private final IdentityClients identities;
    private final Routes routes;
    private final AccessTokens tokens;
    private final AnswerLimits answerLimits;
    private final SubscriptionView subscriptions;
    private final AddressBook addressBook;
    private final Transport transport;
    private final AddressPolicy policy;
    private final Outcomes outcomes;
    private final Unsent unsent;
    private final AttemptReport report;
    private final @Nullable AttemptSpans spans;
    private final Clock clock;
    private final Consumer<Outcome> outbox;
    private final Runnable afterEnd;
    private final Set<Exchange> running = ConcurrentHashMap.newKeySet();

    AttemptSender(
            WebhookClient client,
            IdentityClients identities,
            Routes routes,
            SendingSetup setup,
            Consumer<Outcome> outbox,
            Runnable afterEnd) {
        this.client = client;
        this.identities = identities;
        this.routes = routes;
        this.tokens = new AccessTokens(
                new TokenSource(
                        client,
                        setup.addressBook(),
                        setup.policy(),
                        setup.transport().proxy()),
                System::nanoTime);
        this.answerLimits = new AnswerLimits(AnswerLimits.EXCERPT_BYTES, setup.maxAnswerBytes());
        this.subscriptions = setup.subscriptions();
        this.addressBook = setup.addressBook();
        this.transport = setup.transport();
        this.policy = setup.policy();
        this.outcomes = setup.outcomes();
        this.unsent = setup.unsent();
        this.report = setup.report();
        this.spans = AttemptSpans.of(setup.tracing());
        this.clock = setup.clock();
        this.outbox = outbox;
        this.afterEnd = afterEnd;
    }

    /** Begins an attempt, or ends the turn at once where there is none to make. */
    void start(Turn<OpenDelivery> turn) {
        OpenDelivery open = turn.item();
        try {
            // Looked at again: it may have queued for a while.
            Standing standing = subscriptions.standing(open.key(), open.delivery());
            if (standing instanceof Standing.Active active) {
                begin(turn, active.endpoint());
            } else {
                outbox.accept(unsent.becauseOf(standing, open));
                end(turn, Result.CANCELLED);
            }
        } catch (RuntimeException e) {
            deferBroken(turn, e);
        }
    }

    private void begin(Turn<OpenDelivery> turn, Endpoint endpoint) {
        Span span = spans == null ? null : spans.begin(turn.item(), endpoint);
        Exchange exchange = new Exchange(this, turn, endpoint, clock.millis(), span);
        running.add(exchange);
        try {
            lead(exchange, endpoint);
        } catch (RuntimeException e) {
            broken(exchange, e);
        }
    }

    private void lead(Exchange exchange, Endpoint endpoint) {
        Route route = routes.find(endpoint);
        if (route != null) {
            exchange.follow(route);
            return;
        }
        String refusal = policy.refusal(endpoint.scheme(), endpoint.host(), endpoint.port());
        if (refusal != null) {
            exchange.forbid(refusal);
            return;
        }
        lookUp(endpoint.host(), exchange, exchange::onAddresses);
    }

    /** Looks a host up for an exchange, and goes on with what was found. */
    void lookUp(String host, Exchange exchange, BiConsumer<@Nullable List<InetAddress>, @Nullable Throwable> next) {
        CompletableFuture<List<InetAddress>> found = addressBook.addresses(host);
        List<InetAddress> known = found.isDone() && !found.isCompletedExceptionally() ? found.getNow(null) : null;
        if (known != null) {
            goOn(exchange, next, known, null);
        } else {
            Future<?> unused = found.whenComplete((addresses, failure) -> goOn(exchange, next, addresses, failure));
        }
    }

    private void goOn(
            Exchange exchange,
            BiConsumer<@Nullable List<InetAddress>, @Nullable Throwable> next,
            @Nullable List<InetAddress> addresses,
            @Nullable Throwable failure) {
        try {
            next.accept(addresses, failure);
        } catch (RuntimeException e) {
            broken(exchange, e);
        }
    }

    /**
     * Sends.
     *
     * @param authorization the header's value; null for none
     * @return null where it ended at once
     */
    @Nullable Call execute(Exchange exchange, Way way, @Nullable String authorization) {
        WebhookClient through = clientFor(exchange.endpoint());
        if (through == null) {
            exchange.refuse("too many client certificates are in use at once: it is tried again later");
            return null;
        }
        OpenDelivery open = exchange.delivery();
        byte[] body = WebhookRequest.body(open, exchange.endpoint());
        Span span = exchange.span();
        String traceparent = span == null ? null : Tracing.traceparent(span);
        Request request =
                WebhookRequest.of(open, exchange.endpoint(), body, authorization, traceparent, clock.millis());
        return through.send(way, request, answerLimits, exchange);
    }

    private @Nullable WebhookClient clientFor(Endpoint endpoint) {
        return endpoint.credential() instanceof Credential.Certificate certificate
                ? identities.client(certificate)
                : client;
    }

    Routes routes() {
        return routes;
    }

    AccessTokens tokens() {
        return tokens;
    }

    /** Closes and forgets what is not used any more. For a timer. */
    void sweep() {
        identities.closeIdle();
        tokens.sweep();
        routes.sweep();
    }

    void answered(Exchange exchange, Answer answer) {
        running.remove(exchange);
        try {
            long durationMillis = TimeUnit.NANOSECONDS.toMillis(exchange.elapsedNanos());
            Ruling ruling = ResponseClassifier.classify(answer, clock.millis());
            // The lane hears of it first: what becomes of its breaker goes along with the outcome.
            Ending ending = exchange.turn().end(resultOf(answer, ruling));
            report.laneChanged(ending, exchange.turn().laneKey(), ruling.error());
            Concluded concluded = outcomes.afterAttempt(
                    exchange.delivery(),
                    exchange.endpoint().schedule(),
                    ruling,
                    ending,
                    exchange.startedAtMillis(),
                    durationMillis);
            hand(concluded, exchange.span());
        } catch (RuntimeException e) {
            AttemptSpans.abandon(exchange.span(), BROKEN);
            deferBroken(exchange.turn(), e);
            return;
        }
        afterEnd.run();
    }

    void gaveUp(Exchange exchange) {
        running.remove(exchange);
        AttemptSpans.abandon(exchange.span(), "given up: the delivery is sent again");
        end(exchange.turn(), Result.CANCELLED);
    }

    void broken(Exchange exchange, RuntimeException fault) {
        if (exchange.markEnded()) {
            running.remove(exchange);
            AttemptSpans.abandon(exchange.span(), BROKEN);
            deferBroken(exchange.turn(), fault);
        }
    }

    /** A fault of ours must not cost the delivery, nor leave its turn open for ever. */
    private void deferBroken(Turn<OpenDelivery> turn, RuntimeException fault) {
        OpenDelivery open = turn.item();
        LOG.error(
                "attempt broke, the delivery waits; please report this delivery={} subscription={}",
                open.delivery().id(),
                open.key(),
                fault);
        outbox.accept(unsent.deferred(open, BROKEN + ": " + fault));
        end(turn, Result.CANCELLED);
    }

    private void hand(Concluded concluded, @Nullable Span span) {
        if (span == null) {
            report.tell(concluded, null);
        } else {
            AttemptSpans.end(span, concluded);
            report.tell(concluded, span.getSpanContext().getTraceId());
        }
        outbox.accept(concluded.outcome());
    }

    private void end(Turn<OpenDelivery> turn, Result result) {
        turn.end(result);
        afterEnd.run();
    }

    private static Result resultOf(Answer answer, Ruling ruling) {
        if (answer instanceof Answer.TimedOut) {
            return Result.TIMED_OUT;
        }
        return switch (ruling.verdict()) {
            case DELIVERED -> Result.SUCCEEDED;
            case REJECTED, GONE -> Result.ANSWERED;
            case FORBIDDEN -> Result.CANCELLED;
            case RETRY, DEFERRED, PARKED, EXHAUSTED, EXPIRED, UNDECODABLE, INVALID, TOO_LARGE, CANCELLED ->
                Result.FAILED;
        };
    }

    AddressPolicy policy() {
        return policy;
    }

    Transport transport() {
        return transport;
    }

    /** Ends the exchanges whose time is up. For a timer. */
    void endOverdue() {
        for (Exchange exchange : running) {
            if (exchange.isOverdue()) {
                exchange.timeOut();
            }
        }
    }

    /** Ends exchanges as if they had timed out, if they have had a while. */
    void timeOut(Predicate<OpenDelivery> which, long whileNanos) {
        for (Exchange exchange : running) {
            if (exchange.elapsedNanos() >= whileNanos && which.test(exchange.delivery())) {
                exchange.timeOut();
            }
        }
    }

    /** Ends exchanges without an outcome. */
    void giveUp(Predicate<OpenDelivery> which) {
        for (Exchange exchange : running) {
            if (which.test(exchange.delivery())) {
                exchange.giveUp();
            }
        }
    }

    void close() {
        giveUp(open -> true);
        identities.close();
        client.close();
    }
}
