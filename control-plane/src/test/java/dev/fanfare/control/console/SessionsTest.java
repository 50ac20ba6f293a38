package dev.fanfare.control.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.console.Sessions.Entry;
import dev.fanfare.control.console.Sessions.Entry.ByIssuer;
import dev.fanfare.control.console.Sessions.Entry.ByKey;
import dev.fanfare.control.console.Sessions.Entry.ByLink;
import dev.fanfare.control.console.Sessions.Session;
import dev.fanfare.control.portal.PortalLink;
import dev.fanfare.runtime.http.ShownKey;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.testkit.SeededClock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {
    /** More than any instance could be thought to keep. */
    private static final int MANY = 20_000;

    @TempDir
    Path folder;

    private final SeededClock clock = SeededClock.at(Instant.parse("2026-11-22T12:00:00Z"));
    private SecretSeal keyset;
    private Sessions sessions;

    @BeforeEach
    void makeAKeyset() throws Exception {
        keyset = keyset("one");
        sessions = new Sessions(keyset, clock, new SecureRandom());
    }

    private SecretSeal keyset(String name) throws Exception {
        Path file = folder.resolve(name + ".json");
        KeysetFile.create(file);
        return KeysetFile.open(file);
    }

    @Test
    void aSessionOfEachKindIsReadByEveryInstanceAsItWasWritten() {
        Sessions another = new Sessions(keyset, clock, new SecureRandom());
        for (Entry entry : List.of(
                key(),
                link(Duration.ofHours(1)),
                new ByIssuer("token of ann", null, 0, Set.of(Scope.READ, Scope.MANAGE)),
                new ByIssuer("token of bob", "acme", 7, Set.of()))) {
            Session session = sessions.open(entry, Sessions.LIFETIME);
            String cookie = sessions.write(session);
            assertThat(cookie).matches("[A-Za-z0-9_-]{100,1500}");
            assertThat(another.read(cookie)).isEqualTo(session);
        }
    }

    @Test
    void aCookieThatIsNoneOfOursIsNoSession() throws Exception {
        String cookie = sessions.write(sessions.open(key(), Sessions.LIFETIME));
        Sessions elsewhere = new Sessions(keyset("two"), clock, new SecureRandom());
        assertThat(elsewhere.read(cookie)).as("of another installation").isNull();
        assertThat(sessions.read(cookie.substring(1))).isNull();
        assertThat(sessions.read("made-up")).isNull();
        assertThat(sessions.read(sessions.write(
                        sessions.open(key(), Sessions.LIFETIME), new Notice("good", "a notice is no session", null))))
                .isNull();
    }

    @Test
    void aSessionEndsAtItsTime() {
        Session session = sessions.open(key(), Duration.ofHours(4));
        String cookie = sessions.write(session);
        clock.advance(Duration.ofHours(4).minusMillis(1));
        assertThat(sessions.read(cookie)).isEqualTo(session);
        clock.advance(Duration.ofMillis(1));
        assertThat(sessions.read(cookie)).isNull();
    }

    @Test
    void aGuestsSessionEndsWithItsLink() {
        String cookie = sessions.write(sessions.open(link(Duration.ofMinutes(5)), Sessions.LIFETIME));
        clock.advance(Duration.ofMinutes(5));
        assertThat(sessions.read(cookie)).isNull();
    }

    @Test
    void aSessionThatWasEndedIsOverAndNoOther() {
        Session ended = sessions.open(key(), Sessions.LIFETIME);
        Session other = sessions.open(key(), Sessions.LIFETIME);
        sessions.end(ended);
        assertThat(sessions.read(sessions.write(ended))).isNull();
        assertThat(sessions.read(sessions.write(other))).isEqualTo(other);
    }

    @Test
    void noNumberOfLogInsPushesAnotherOut() {
        String first = sessions.write(sessions.open(key(), Sessions.LIFETIME));
        Entry guest = link(Duration.ofHours(1));
        for (int i = 0; i < MANY; i++) {
            sessions.open(i % 2 == 0 ? key() : guest, Sessions.LIFETIME);
        }
        assertThat(sessions.read(first)).isNotNull();
    }

    @Test
    void noNumberOfLogOutsEndsAnotherOrBringsTheLatestBack() {
        Session first = sessions.open(key(), Sessions.LIFETIME);
        Session last = first;
        for (int i = 0; i < MANY; i++) {
            last = sessions.open(link(Duration.ofHours(1)), Sessions.LIFETIME);
            sessions.end(last);
        }
        assertThat(sessions.read(sessions.write(first))).isEqualTo(first);
        assertThat(sessions.read(sessions.write(last))).isNull();
    }

    @Test
    void aNoticeIsForItsSessionAloneAndFitsIntoACookieHoweverLong() {
        Session session = sessions.open(key(), Sessions.LIFETIME);
        Notice notice = new Notice("good", "This is the new key, shown this once.", "ffk_x");
        String cookie = sessions.write(session, notice);
        assertThat(sessions.readNotice(session, cookie)).isEqualTo(notice);
        assertThat(cookie).doesNotContain("ffk_x");
        assertThat(sessions.readNotice(sessions.open(key(), Sessions.LIFETIME), cookie))
                .isNull();
        String most = sessions.write(session, new Notice("bad", "“ü”".repeat(5_000), "ffk_x"));
        assertThat(most).hasSizeLessThan(3_900);
        assertThat(sessions.readNotice(session, most).text()).startsWith("“ü”").endsWith("…");
        assertThat(sessions.readNotice(session, most).secret()).isEqualTo("ffk_x");
    }

    @Test
    void aSessionDoesNotPrintItself() {
        Session session = sessions.open(key(), Sessions.LIFETIME);
        assertThat(session.toString()).doesNotContain(session.id()).doesNotContain(session.formToken());
    }

    private static ByKey key() {
        return new ByKey(ShownKey.of("k"));
    }

    private ByLink link(Duration lifetime) {
        return new ByLink(new PortalLink(
                "l-1", "acme", 0, Scope.READ, clock.instant().plus(lifetime).toEpochMilli(), null));
    }
}
