package dev.fanfare.control.console;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.http.SealedData;
import dev.fanfare.control.portal.PortalLink;
import dev.fanfare.runtime.http.ShownKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who is logged in to the console. A session is what its cookie holds, sealed: every instance of an installation reads
 * it, none keeps it, and no number of log-ins pushes another out. It ends at its time, or with what opened it. A
 * session that was logged out is remembered by the instance that did it. Safe for use by several threads.
 */
final class Sessions {
    static final Duration LIFETIME = Duration.ofHours(12);

    private static final int MOST_ENDED = 10_000;
    private static final int TOKEN_BYTES = 24;
    /** Browsers take 4,096 with the cookie's name and attributes. */
    private static final int MOST_NOTICE_CHARACTERS = 3_800;

    /** By what a session was opened; it is looked at again with each request. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "by")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Entry.ByKey.class, name = "key"),
        @JsonSubTypes.Type(value = Entry.ByLink.class, name = "link"),
        @JsonSubTypes.Type(value = Entry.ByIssuer.class, name = "issuer")
    })
    sealed interface Entry {
        /** An API key. */
        record ByKey(ShownKey key) implements Entry {}

        /** A link for a subscriber. */
        record ByLink(PortalLink link) implements Entry {}

        /**
         * The OpenID Connect issuer.
         *
         * @param name              for the audit
         * @param tenant            null: an administrator
         * @param tenantSinceMillis which of that name: it doesn't open a later one's pages
         */
        record ByIssuer(String name, @Nullable String tenant, long tenantSinceMillis, Set<Scope> scopes)
                implements Entry {}
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

    private record Told(String session, Notice notice) {}

    private final SealedData<Session> sealed;
    private final SealedData<Told> sealedNotices;
    private final Clock clock;
    private final RandomGenerator random;
    /** When they would have ended by themselves. */
    private final Map<String, Long> ended = new LinkedHashMap<>();

    /** With the installation's keyset, and a secure generator. */
    Sessions(SecretSeal seal, Clock clock, RandomGenerator random) {
        this.sealed = new SealedData<>(seal, Purpose.CONSOLE_COOKIE, "session", Session.class);
        this.sealedNotices = new SealedData<>(seal, Purpose.CONSOLE_COOKIE, "notice", Told.class);
        this.clock = clock;
        this.random = random;
    }

    /** A new one, which lasts so long at most. */
    Session open(Entry entry, Duration lifetime) {
        long ends = clock.millis() + lifetime.toMillis();
        if (entry instanceof Entry.ByLink by) {
            ends = Math.min(ends, by.link().expiresAtMillis());
        }
        return new Session(token(), entry, token(), ends);
    }

    /** As its cookie holds it. */
    String write(Session session) {
        return sealed.write(session);
    }

    /** Of a cookie; null where it is none of ours, or over. */
    @Nullable Session read(String cookie) {
        Session session = sealed.read(cookie);
        return session == null || session.expiresAtMillis() <= clock.millis() || isEnded(session) ? null : session;
    }

    private synchronized boolean isEnded(Session session) {
        return ended.containsKey(session.id());
    }

    /** It is over before its time. */
    synchronized void end(Session session) {
        long now = clock.millis();
        ended.values().removeIf(ends -> ends <= now);
        if (ended.size() >= MOST_ENDED) {
            Iterator<String> oldest = ended.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        ended.put(session.id(), session.expiresAtMillis());
    }

    /** What the session is to be told on the next page that it is shown, as a cookie holds it. */
    String write(Session session, Notice notice) {
        String text = sealedNotices.write(new Told(session.id(), notice));
        String words = notice.text();
        while (text.length() > MOST_NOTICE_CHARACTERS && words.length() > 1) {
            words = words.substring(0, words.length() / 2);
            text = sealedNotices.write(new Told(session.id(), new Notice(notice.tone(), words + "…", notice.secret())));
        }
        return text;
    }

    /** What a cookie tells this session; null where it is another's. */
    @Nullable Notice readNotice(Session session, String cookie) {
        Told told = sealedNotices.read(cookie);
        return told != null && told.session().equals(session.id()) ? told.notice() : null;
    }

    private String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
