package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.subscription.Credential;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens (RFC 6749), fetched once for all deliveries that wait for one, and kept until shortly before they end.
 *
 * <pre>
 * token() ─▶ current? ─▶ it
 *               │ none, ended or failed a second ago
 *               ▼
 *            fetch, shared ─▶ all that wait
 * refused() ─▶ forget it, at most once a minute
 * </pre>
 *
 * <p>Any thread. Nothing is fetched while a lock is held.
 */
final class AccessTokens {
    /** A token is not used in its last half minute, nor in its last tenth: the request takes a while to get there. */
    private static final Duration MOST_SPARED = Duration.ofSeconds(30);
    /** Where the endpoint doesn't say how long its token is good for. A refused token is replaced before that. */
    private static final Duration UNKNOWN_LIFE = Duration.ofMinutes(5);
    /** What fails is asked again no sooner: deliveries that come meanwhile fail with the same words. */
    private static final Duration REST_AFTER_FAILURE = Duration.ofSeconds(1);
    /** An endpoint that answers 401 to every token must not cost a token for each delivery. */
    private static final Duration LEAST_BETWEEN_REFUSALS = Duration.ofMinutes(1);
    /** Then it is fetched anew for whoever comes back. */
    private static final Duration FORGET_UNUSED_AFTER = Duration.ofMinutes(30);

    /**
     * What a token endpoint gave.
     *
     * @param life from now on; null where it doesn't say
     */
    record Token(String value, @Nullable Duration life) {
        @Override
        public String toString() {
            return "Token[…]";
        }
    }

    /** Fetches a token; the future fails with a {@link TokenRequest.Failure}. */
    interface Source {
        CompletableFuture<Token> fetch(Credential.OAuth2 credential, Duration timeout);
    }

    private final Source source;
    private final LongSupplier nanoTime;
    private final Map<Credential.OAuth2, Held> held = new ConcurrentHashMap<>();

    AccessTokens(Source source, LongSupplier nanoTime) {
        this.source = source;
        this.nanoTime = nanoTime;
    }

    /**
     * A token that is good for a while.
     *
     * @param timeout for fetching it, if that is needed
     */
    CompletableFuture<String> token(Credential.OAuth2 credential, Duration timeout) {
        CompletableFuture<String> fresh = new CompletableFuture<>();
        Held of = held.computeIfAbsent(credential, unknown -> new Held());
        CompletableFuture<String> current = of.currentOr(fresh);
        if (current == fresh) {
            CompletableFuture<?> unused = source.fetch(credential, timeout).whenComplete((token, failure) -> {
                if (token == null) {
                    of.failed();
                    fresh.completeExceptionally(
                            failure == null ? new TokenRequest.Failure("nothing came", false) : failure);
                } else {
                    of.fetched(token.life());
                    fresh.complete(token.value());
                }
            });
        }
        return current;
    }

    /** Takes note that the endpoint refused a token. Whether to try again: {@link #token} then gives another one. */
    boolean refused(Credential.OAuth2 credential, String token) {
        Held of = held.get(credential);
        return of == null || of.refused(token);
    }

    /** Forgets what nobody has asked for in a while. For a timer. */
    void sweep() {
        held.values().removeIf(Held::isUnused);
    }

    private final class Held {
        private @Nullable CompletableFuture<String> current;
        /** When the current one, once it is done, must not be used any more. */
        private long goodUntil;

        private long usedAt;
        private long refusedAt;
        private boolean everRefused;

        synchronized CompletableFuture<String> currentOr(CompletableFuture<String> fresh) {
            usedAt = nanoTime.getAsLong();
            if (current == null || (current.isDone() && usedAt - goodUntil >= 0)) {
                current = fresh;
                goodUntil = usedAt;
            }
            return current;
        }

        synchronized void fetched(@Nullable Duration life) {
            Duration known = life == null ? UNKNOWN_LIFE : life;
            Duration tenth = known.dividedBy(10);
            goodUntil = nanoTime.getAsLong()
                    + known.minus(tenth.compareTo(MOST_SPARED) < 0 ? tenth : MOST_SPARED)
                            .toNanos();
        }

        synchronized void failed() {
            goodUntil = nanoTime.getAsLong() + REST_AFTER_FAILURE.toNanos();
        }

        synchronized boolean refused(String token) {
            if (current == null || !current.isDone() || current.isCompletedExceptionally()) {
                return true;
            }
            if (!current.join().equals(token)) {
                return true;
            }
            long now = nanoTime.getAsLong();
            if (everRefused && now - refusedAt < LEAST_BETWEEN_REFUSALS.toNanos()) {
                return false;
            }
            everRefused = true;
            refusedAt = now;
            current = null;
            return true;
        }

        synchronized boolean isUnused() {
            return (current == null || current.isDone())
                    && nanoTime.getAsLong() - usedAt > FORGET_UNUSED_AFTER.toNanos();
        }
    }
}
