package dev.fanfare.control.portal;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.control.http.SealedData;
import dev.fanfare.runtime.catalog.Directory;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * A link as text. It holds what it allows, sealed: every instance can read it, and none keeps anything. It ends at its
 * time, with the key that made it, or with its tenant. Safe from any thread.
 */
final class LinkSeal {
    private final SealedData<PortalLink> sealed;
    private final Directory directory;
    private final Clock clock;

    LinkSeal(SecretSeal seal, Directory directory, Clock clock) {
        this.sealed = new SealedData<>(seal, Purpose.PORTAL_LINK, "link", PortalLink.class);
        this.directory = directory;
        this.clock = clock;
    }

    /** Of characters that a URL takes as they are. */
    String write(PortalLink link) {
        return sealed.write(link);
    }

    /** What it allows now; null where it isn't one of ours, or has ended. */
    @Nullable PortalLink read(String text) {
        PortalLink link = sealed.read(text);
        return link != null && holds(link) ? link : null;
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
