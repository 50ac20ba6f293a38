package dev.fanfare.control.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.control.console.Sessions.Entry.ByKey;
import dev.fanfare.control.console.Sessions.Entry.ByLink;
import dev.fanfare.control.console.Sessions.Session;
import dev.fanfare.control.portal.PortalLink;
import dev.fanfare.runtime.http.ShownKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");

    private final Sessions sessions = new Sessions(
            new Clock() {
                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return now;
                }
            },
            new SecureRandom());

    @Test
    void aSessionIsFoundUntilItsTimeIsOver() {
        Session session = sessions.open(new ByKey(ShownKey.of("k")));
        now = now.plus(Sessions.LIFETIME).minusMillis(1);
        assertThat(sessions.find(session.id())).isEqualTo(session);
        now = now.plusMillis(1);
        assertThat(sessions.find(session.id())).isNull();
    }

    @Test
    void aClosedSessionIsNotFound() {
        Session session = sessions.open(new ByKey(ShownKey.of("k")));
        sessions.close(session);
        assertThat(sessions.find(session.id())).isNull();
    }

    @Test
    void manyLoginsPushOutTheOldestAndNoMore() {
        Session first = sessions.open(key(0));
        Session second = sessions.open(key(1));
        for (int i = 2; i <= 1_000; i++) {
            sessions.open(key(i));
        }
        assertThat(sessions.find(first.id())).isNull();
        assertThat(sessions.find(second.id())).isNotNull();
    }

    @Test
    void manyLoginsWithOneKeyPushOutThatKeysOldestAlone() {
        Session another = sessions.open(key(1));
        Session first = sessions.open(key(2));
        Session second = sessions.open(key(2));
        for (int i = 0; i < 99; i++) {
            sessions.open(key(2));
        }
        assertThat(sessions.find(first.id())).isNull();
        assertThat(sessions.find(second.id())).isNotNull();
        assertThat(sessions.find(another.id())).isNotNull();
    }

    @Test
    void guestsPushOutGuestsAndNobodyWhoHasAKey() {
        Session operator = sessions.open(key(0));
        Session first = sessions.open(link(0, Duration.ofHours(1)));
        Session second = sessions.open(link(1, Duration.ofHours(1)));
        for (int i = 2; i <= 999; i++) {
            sessions.open(link(i, Duration.ofHours(1)));
        }
        assertThat(sessions.find(operator.id())).isNotNull();
        assertThat(sessions.find(first.id())).isNull();
        assertThat(sessions.find(second.id())).isNotNull();
    }

    @Test
    void aGuestsSessionEndsWithItsLinkAndTakesNobodysPlaceAfterwards() {
        Session guest = sessions.open(link(0, Duration.ofMinutes(5)));
        Session operator = sessions.open(key(1));
        now = now.plus(Duration.ofMinutes(5));
        for (int i = 2; i <= 1_000; i++) {
            sessions.open(key(i));
        }
        assertThat(sessions.find(operator.id())).as("there was room").isNotNull();
        assertThat(sessions.find(guest.id())).isNull();
    }

    private ByLink link(int number, Duration lifetime) {
        return new ByLink(new PortalLink(
                "l-" + number, "acme", 0, Scope.READ, now.plus(lifetime).toEpochMilli(), null));
    }

    private static ByKey key(int number) {
        return new ByKey(ShownKey.of("k" + number));
    }

    @Test
    void aSessionDoesNotPrintItself() {
        Session session = sessions.open(new ByKey(ShownKey.of("k")));
        assertThat(session.toString()).doesNotContain(session.id()).doesNotContain(session.formToken());
    }
}
