package dev.fanfare.control.portal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.runtime.catalog.Directory;
import java.security.GeneralSecurityException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link as text. It holds what it allows, sealed with the installation's keyset: nobody else can make or change one,
 * every instance can read it, and none keeps anything. It ends at its time, with the key that made it, or with its
 * tenant. Safe from any thread.
 */
final class LinkSeal {
    private static final Logger LOG = LoggerFactory.getLogger(LinkSeal.class);
    private static final String SEALED_AS = "link";

    private final SecretSeal seal;
    private final Directory directory;
    private final Clock clock;

    LinkSeal(SecretSeal seal, Directory directory, Clock clock) {
        this.seal = seal;
        this.directory = directory;
        this.clock = clock;
    }

    /** Of characters that a URL takes as they are. */
    String write(PortalLink link) {
        try {
            return seal.seal(Json.TOPIC.writeValueAsString(link), Purpose.PORTAL_LINK, SEALED_AS, clock.millis())
                    .sealed()
                    .replace('+', '-')
                    .replace('/', '_')
                    .replace("=", "");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a link is plain data", e);
        }
    }

    /** What it allows now; null where it isn't one of ours, or has ended. */
    @Nullable PortalLink read(String text) {
        try {
            SealedSecret sealed = new SealedSecret(text.replace('-', '+').replace('_', '/'), 0);
            PortalLink link = Json.fromTopic(
                    seal.open(sealed, Purpose.PORTAL_LINK, SEALED_AS).getBytes(UTF_8),
                    PortalLink.class,
                    "a portal link");
            return holds(link) ? link : null;
        } catch (GeneralSecurityException | UndecodableRecord e) {
            LOG.debug("not a portal link cause={}", e.toString());
            return null;
        }
    }

    /** Whether it still lets anybody in. */
    boolean holds(PortalLink link) {
        long now = clock.millis();
        if (link.expiresAtMillis() <= now
                || !directory.isTenant(link.tenant())
                || directory.tenantSinceMillis(link.tenant()) != link.tenantSinceMillis()) {
            return false;
        }
        if (link.key() == null) {
            return true;
        }
        AccessKey key = directory.key(link.key());
        return key != null && key.state() == AccessKey.State.ACTIVE && !key.hasExpired(now);
    }
}
