package dev.fanfare.ingest;

import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.event.Attributes;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.event.InvalidEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Makes what a client sent a complete event: fills in what it left out, says whose it is, and checks the rules.
 * Thread-safe.
 */
final class EventValidator {
    private final Clock clock;
    /** Ids must differ, not be secret: a secure generator would take half of the time that an event takes. */
    private final ThreadLocal<RandomGenerator> ofThread;

    /** The time of the millisecond that was asked for last. */
    private volatile Stamp stamp = new Stamp(-1, "");

    private record Stamp(long millis, String text) {}

    /**
     * With what it takes.
     *
     * @param seeds seeds a generator for each thread; secure, so that no two instances mint the same ids
     */
    EventValidator(Clock clock, RandomGenerator seeds) {
        this.clock = clock;
        this.ofThread = ThreadLocal.withInitial(() -> {
            synchronized (seeds) {
                return new SplittableRandom(seeds.nextLong());
            }
        });
    }

    /**
     * The event with id, source, time and tenant.
     *
     * @param tenant from the request's path; the event may repeat it, but not claim another
     * @throws InvalidEvent naming every field at fault
     */
    CompleteEvent complete(Event sent, String tenant) throws InvalidEvent {
        Attributes.Builder attributes = sent.attributes().change();
        String claimed = attributes.get(Event.TENANT);
        if (claimed != null && !claimed.equals(tenant)) {
            throw new InvalidEvent(
                    Event.TENANT, "must be absent or '" + tenant + "', the tenant of the path that it is sent to");
        }
        long nowMillis = clock.millis();
        boolean idMissing = attributes.get(Event.ID) == null;
        if (idMissing) {
            attributes.add(Event.ID, Uuid7.mint(nowMillis, ofThread.get()).toString());
        }
        attributes
                .addIfMissing(Event.TENANT, tenant)
                .addIfMissing(Event.SOURCE, "/tenants/" + tenant)
                .addIfMissing(Event.TIME, text(nowMillis));
        Event complete = new Event(attributes.build(), sent.contentType(), sent.data());
        EventRules.check(complete);
        return new CompleteEvent(complete, idMissing);
    }

    private String text(long millis) {
        Stamp last = stamp;
        if (last.millis() != millis) {
            last = new Stamp(millis, Instant.ofEpochMilli(millis).toString());
            stamp = last;
        }
        return last.text();
    }
}
