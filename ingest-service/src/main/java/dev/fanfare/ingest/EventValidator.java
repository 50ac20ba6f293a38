package dev.fanfare.ingest;

import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.event.InvalidEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Makes what a client sent a complete event: fills in what it left out, says whose it is, and checks the rules.
 * Thread-safe where its generator is.
 */
final class EventValidator {
    private final Clock clock;
    private final RandomGenerator random;

    EventValidator(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /**
     * The event with id, source, time and tenant.
     *
     * @param tenant from the request's path; the event may repeat it, but not claim another
     * @throws InvalidEvent naming every field at fault
     */
    CompleteEvent complete(Event sent, String tenant) throws InvalidEvent {
        Map<String, String> attributes = new LinkedHashMap<>(sent.attributes());
        String claimed = attributes.put(Event.TENANT, tenant);
        if (claimed != null && !claimed.equals(tenant)) {
            throw new InvalidEvent(
                    Event.TENANT, "must be absent or '" + tenant + "', the tenant of the path that it is sent to");
        }
        long nowMillis = clock.millis();
        boolean idMissing = !attributes.containsKey(Event.ID);
        if (idMissing) {
            attributes.put(Event.ID, Uuid7.mint(nowMillis, random).toString());
        }
        attributes.putIfAbsent(Event.SOURCE, "/tenants/" + tenant);
        if (!attributes.containsKey(Event.TIME)) {
            attributes.put(Event.TIME, Instant.ofEpochMilli(nowMillis).toString());
        }
        Event complete = new Event(attributes, sent.contentType(), sent.data());
        EventRules.check(complete);
        return new CompleteEvent(complete, idMissing);
    }
}
