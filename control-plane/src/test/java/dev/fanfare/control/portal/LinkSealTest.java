package dev.fanfare.control.portal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.AccessKey.State;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.runtime.catalog.Directory;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.testkit.SeededClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkSealTest {
    @TempDir
    Path folder;

    private final SeededClock clock = SeededClock.at(Instant.parse("2026-11-22T12:00:00Z"));
    private State stateOfKey = State.ACTIVE;
    private boolean tenantIsThere = true;
    private long tenantSinceMillis = 7;
    private SecretSeal keyset;
    private LinkSeal seal;

    @BeforeEach
    void makeAKeyset() throws Exception {
        keyset = keyset("one");
        seal = new LinkSeal(keyset, new OneTenant(), clock);
    }

    private SecretSeal keyset(String name) throws Exception {
        Path file = folder.resolve(name + ".json");
        KeysetFile.create(file);
        return KeysetFile.open(file);
    }

    private PortalLink link(String key) {
        return new PortalLink(
                "l-1",
                "acme",
                tenantSinceMillis,
                Scope.READ,
                clock.millis() + Duration.ofHours(1).toMillis(),
                key);
    }

    @Test
    void aLinkIsReadAsItWasWrittenAndStandsInAUrlAsItIs() {
        String text = seal.write(link(null));
        assertThat(text).matches("[A-Za-z0-9_-]+").doesNotContain("acme");
        assertThat(seal.read(text)).isEqualTo(link(null));
    }

    @Test
    void itEndsAtItsTime() {
        PortalLink link = link(null);
        String text = seal.write(link);
        clock.advance(Duration.ofHours(1).minusMillis(1));
        assertThat(seal.read(text)).isEqualTo(link);
        clock.advance(Duration.ofMillis(1));
        assertThat(seal.read(text)).isNull();
        assertThat(seal.holds(link)).isFalse();
    }

    @Test
    void itEndsWithTheKeyThatMadeItAndWithItsTenant() {
        String text = seal.write(link("k"));
        assertThat(seal.read(text)).isNotNull();
        stateOfKey = State.REVOKED;
        assertThat(seal.read(text)).isNull();
        stateOfKey = null;
        assertThat(seal.read(text)).as("the key is forgotten").isNull();
        stateOfKey = State.ACTIVE;
        tenantIsThere = false;
        assertThat(seal.read(text)).isNull();
    }

    @Test
    void itDoesNotOpenALaterTenantOfTheSameName() {
        PortalLink link = link(null);
        String text = seal.write(link);
        assertThat(seal.read(text)).isEqualTo(link);
        tenantSinceMillis++;
        assertThat(seal.read(text)).isNull();
        assertThat(seal.holds(link)).isFalse();
    }

    @Test
    void noOtherTextIsALink() throws Exception {
        String text = seal.write(link(null));
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == 'A' ? 'Q' : 'A'; // differ in a bit that counts, also at the end
            assertThat(seal.read(text.substring(0, i) + other + text.substring(i + 1)))
                    .as("changed at %d", i)
                    .isNull();
        }
        for (String nonsense : List.of("", "x", "%%", "A".repeat(200), text + text, text.substring(1))) {
            assertThat(seal.read(nonsense)).as(nonsense).isNull();
        }
        LinkSeal stranger = new LinkSeal(keyset("other"), new OneTenant(), clock);
        assertThat(seal.read(stranger.write(link(null))))
                .as("of another installation")
                .isNull();
        String secret = keyset.seal("{}", Purpose.CREDENTIAL, Delivery.key("acme", "link"), clock.millis())
                .sealed();
        assertThat(seal.read(secret)).as("sealed for something else").isNull();
    }

    private final class OneTenant implements Directory {
        @Override
        public AccessKey key(String id) {
            return stateOfKey == null
                    ? null
                    : new AccessKey(id, null, "n", Set.of(Scope.MANAGE), List.of(), stateOfKey, null, null, null, 0, 0);
        }

        @Override
        public boolean isTenant(String id) {
            return tenantIsThere && id.equals("acme");
        }

        @Override
        public long tenantSinceMillis(String id) {
            return tenantSinceMillis;
        }

        @Override
        public CompletionStage<Void> catchUp() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
