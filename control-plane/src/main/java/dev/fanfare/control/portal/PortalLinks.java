package dev.fanfare.control.portal;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.table.AuditWriter;
import dev.fanfare.runtime.catalog.Directory;
import dev.fanfare.runtime.http.Caller;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes links for subscribers, each with its line in the audit, and reads them again. Safe from any thread.
 */
public final class PortalLinks {
    static final Duration USUAL = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(PortalLinks.class);
    private static final Duration LEAST = Duration.ofMinutes(1);
    private static final Duration MOST = Duration.ofHours(24);

    private final LinkSeal seal;
    private final Directory directory;
    private final Clock clock;
    private final RandomGenerator random;
    private final AuditWriter audit;

    /** Over the keyset, the directory and the audit, which stay the caller's. */
    public PortalLinks(SecretSeal seal, Directory directory, AuditWriter audit, Clock clock, RandomGenerator random) {
        this.seal = new LinkSeal(seal, directory, clock);
        this.directory = directory;
        this.audit = audit;
        this.clock = clock;
        this.random = random;
    }

    /**
     * A link that is new.
     *
     * @param path where it leads, on any control plane of this installation; whoever has it comes in
     */
    public record Made(PortalLink link, String path) {
        /** Hides what it holds. */
        @Override
        public String toString() {
            return "Made[" + link.id() + "]";
        }
    }

    /**
     * Makes one, and notes that in the audit first. Waits for Kafka.
     *
     * @param caller who makes it: nobody gives away what they don't have
     * @throws ProblemException where it may not be made
     */
    public Made make(String tenant, Scope scope, Duration lifetime, Caller caller, Actor by) {
        if (lifetime.compareTo(LEAST) < 0 || lifetime.compareTo(MOST) > 0) {
            throw JsonBody.invalid(
                    PortalRoutes.WHAT,
                    List.of(new FieldError(
                            "expiresIn",
                            "must be from " + DurationText.format(LEAST) + " to " + DurationText.format(MOST))));
        }
        if (scope == Scope.EVENTS_WRITE || !caller.may(scope)) {
            throw new ProblemException(Problem.of(
                    403,
                    "forbidden",
                    "Forbidden",
                    "whoever gives a link the scope '" + scope.text() + "' must have it"));
        }
        long now = clock.millis();
        AccessKey key = caller.key();
        PortalLink link = new PortalLink(
                Uuid7.mint(now, random).toString(),
                tenant,
                directory.tenantSinceMillis(tenant),
                scope,
                now + lifetime.toMillis(),
                key == null ? null : key.id());
        audit.write(new AuditEntry(
                now,
                "portal link made",
                tenant + "/portal-link/" + link.id(),
                by,
                Map.of("scope", scope.text()),
                Map.of(),
                null));
        LOG.info("portal link made tenant={} id={} scope={}", tenant, link.id(), scope.text());
        return new Made(link, "/console/portal?link=" + seal.write(link));
    }

    /** What a link allows now; null where it isn't one of ours, or has ended. */
    public @Nullable PortalLink read(String text) {
        return seal.read(text);
    }

    /** Whether it still lets anybody in. */
    public boolean holds(PortalLink link) {
        return seal.holds(link);
    }
}
