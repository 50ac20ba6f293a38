package dev.fanfare.control.console;

import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.portal.PortalLink;
import dev.fanfare.runtime.http.ShownKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who is logged in to the console of this process. Sessions are in memory: they end with the process, after twelve
 * hours, with the link that opened them, or when newer ones push them out. Safe for use by several threads.
 */
final class Sessions {
    static final Duration LIFETIME = Duration.ofHours(12);

    private static final int MOST = 1_000;
    /** By one key or link: more of them push out their own. */
    private static final int MOST_OF_ONE = 100;

    private static final int TOKEN_BYTES = 32;

    /** By what a session was opened; it is looked at again with each request. */
    sealed interface Entry {
        /** An API key. */
        record ByKey(ShownKey key) implements Entry {}

        /** A link for a subscriber. */
        record ByLink(PortalLink link) implements Entry {}
    }

    /**
     * One log-in.
     *
     * @param formToken what a form of this session must send along, so that no other site can post it
     */
    record Session(String id, Entry entry, String formToken, long expiresAtMillis) {
        @Override
        public String toString() {
            return "Session[expiresAtMillis=" + expiresAtMillis + "]";
        }
    }

    private final Clock clock;
    private final RandomGenerator random;
    private final Map<String, Session> byId = new LinkedHashMap<>();
    private final Map<String, Notice> notices = new HashMap<>();

    /** With a secure generator. */
    Sessions(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    synchronized Session open(Entry entry) {
        long now = clock.millis();
        byId.values().stream()
                .filter(session -> session.expiresAtMillis() <= now)
                .toList()
                .forEach(this::close);
        List<Session> ofEntry = byId.values().stream()
                .filter(session -> session.entry().equals(entry))
                .toList();
        if (ofEntry.size() >= MOST_OF_ONE) {
            remove(ofEntry.get(0).id());
        } else if (byId.size() >= MOST) {
            close(toPushOut());
        }
        long ends = now + LIFETIME.toMillis();
        if (entry instanceof Entry.ByLink by) {
            ends = Math.min(ends, by.link().expiresAtMillis());
        }
        Session session = new Session(token(), entry, token(), ends);
        byId.put(session.id(), session);
        return session;
    }

    /** The oldest, but guests first: one tenant can make any number of links, and must not log operators out by them. */
    private Session toPushOut() {
        return byId.values().stream()
                .filter(session -> session.entry() instanceof Entry.ByLink)
                .findFirst()
                .orElseGet(() -> byId.values().iterator().next());
    }

    synchronized @Nullable Session find(String id) {
        Session session = byId.get(id);
        if (session != null && session.expiresAtMillis() <= clock.millis()) {
            remove(id);
            return null;
        }
        return session;
    }

    synchronized void close(Session session) {
        remove(session.id());
    }

    /** Tells a session something on the next page that it is shown. */
    synchronized void tell(Session session, Notice notice) {
        if (byId.containsKey(session.id())) {
            notices.put(session.id(), notice);
        }
    }

    /** What is to be told, this once. */
    synchronized @Nullable Notice takeNotice(Session session) {
        return notices.remove(session.id());
    }

    private void remove(String id) {
        byId.remove(id);
        notices.remove(id);
    }

    private String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
